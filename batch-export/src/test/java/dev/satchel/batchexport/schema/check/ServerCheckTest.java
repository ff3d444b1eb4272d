package dev.satchel.batchexport.schema.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.schema.catalog.ServerVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerCheckTest {

    @ParameterizedTest
    @ValueSource(ints = {140019, 140022, 150014, 160010, 170006, 180000, 180003})
    void acceptsWhatHasTheFixes(int number) {
        assertThat(ServerCheck.version(new ServerVersion(number)).result()).isEqualTo(Check.Result.OK);
    }

    @ParameterizedTest
    @CsvSource({"140018, 14.18", "150013, 15.13", "160009, 16.9", "170005, 17.5", "130022, 13.22", "90624, 9.624"})
    void refusesWhatLacksThem(int number, String shown) {
        assertThat(ServerCheck.version(new ServerVersion(number)).line())
                .isEqualTo("FAILED  server version: expected 14.19, 15.14, 16.10, 17.6, 18.0 or a later minor version,"
                        + " found " + shown
                        + (number < 140000 ? ", which is too old" : ", which has known holes in row security"));
    }

    @Test
    void warnsOfWhatItWasNeverTriedOn() {
        assertThat(ServerCheck.version(new ServerVersion(190001)).line())
                .isEqualTo("warning server version: 19.1, which Satchel was never tried on");
    }
}
