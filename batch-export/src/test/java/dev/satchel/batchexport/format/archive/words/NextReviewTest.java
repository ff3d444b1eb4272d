package dev.satchel.batchexport.format.archive.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a word is due, of a column that is declared as a timestamp, whatever it holds. */
class NextReviewTest {

    @ParameterizedTest
    @CsvSource({
        "2026-03-01T10:00:00, 2026-03-01",
        "2026-03-01T10:00:00.123456, 2026-03-01",
        "2026-03-01T23:30:00-02:00, 2026-03-02",
        "2026-03-01T10:00:00.5+00:00, 2026-03-01",
        "2026-03-01T10:00:00Z, 2026-03-01",
        "2026-03-01, 2026-03-01"
    })
    void isReadWithOrWithoutATimeAndAZone(String text, LocalDate day) {
        assertThat(NextReview.day(NextReview.of(text), ZoneOffset.UTC)).contains(day);
    }

    @ParameterizedTest
    @CsvSource({"soon", "2026-13-01", "10:00:00", "''"})
    void isNothingOtherwise(String text) {
        assertThat(NextReview.of(text)).isNull();
    }
}
