package dev.satchel.batchexport.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownFailuresTest {

    private final KnownFailures failures = new KnownFailures();

    @ParameterizedTest
    @CsvSource({
        "08006, DATABASE_UNAVAILABLE",
        "53300, DATABASE_UNAVAILABLE",
        "40001, DATABASE_UNAVAILABLE",
        "57P01, DATABASE_UNAVAILABLE",
        "55P03, DATABASE_UNAVAILABLE",
        "25P04, DATABASE_UNAVAILABLE",
        "25006, DATABASE_UNAVAILABLE",
        "57014, SNAPSHOT_TOO_OLD",
        "42501, ACCESS_DENIED",
        "28P01, ACCESS_DENIED",
        "42P01, INTERNAL",
        "22P02, INTERNAL"
    })
    void knowsWhatASqlstateMeans(String state, Failure.Code code) {
        Failure failure =
                failures.diagnose(new IllegalStateException(new SQLException("row (ana@example.org)", state)));

        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.explanation()).doesNotContain("ana@example.org");
    }

    @ParameterizedTest
    @CsvSource({
        "25006, the database is read-only",
        "53100, the disk of the database is full",
        "53200, the database is out of memory",
        "53300, the database takes no more connections",
        "55P03, the database kept something locked for too long",
        "57P03, the database is starting up or shutting down",
        "08006, the database could not be reached or was overloaded",
        "40001, the database could not be reached or was overloaded"
    })
    void saysWhyTheDatabaseIsUnavailable(String state, String explanation) {
        assertThat(failures.diagnose(new IllegalStateException(new SQLException("said", state))))
                .isEqualTo(new Failure(Failure.Code.DATABASE_UNAVAILABLE, explanation));
    }

    @Test
    void repeatsNothingOfWhatItDoesNotKnow() {
        Failure failure = failures.diagnose(new UncheckedIOException(new IOException("/home/ana: broken")));

        assertThat(failure.message())
                .isEqualTo("internal: the export failed for a reason that the worker's log explains");
    }
}
