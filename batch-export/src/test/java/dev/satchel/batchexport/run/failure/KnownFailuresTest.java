package dev.satchel.batchexport.run.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.Failure;
import dev.satchel.record.ColumnTypeException;
import dev.satchel.record.SnapshotTooOldException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.transaction.TransactionSystemException;

class KnownFailuresTest {

    private final KnownFailures failures = new KnownFailures();

    @ParameterizedTest
    @CsvSource({
        "08006, DATABASE_UNAVAILABLE",
        "53300, DATABASE_UNAVAILABLE",
        "40001, DATABASE_UNAVAILABLE",
        "57P01, DATABASE_UNAVAILABLE",
        "XX000, DATABASE_UNAVAILABLE",
        "55P03, DATABASE_LOCKED",
        "25P04, DATABASE_UNAVAILABLE",
        "25006, DATABASE_READ_ONLY",
        "57014, DATABASE_UNAVAILABLE",
        "42501, ACCESS_DENIED",
        "28P01, ACCESS_DENIED",
        "42P01, DATABASE_MISCONFIGURED",
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
        "25006, DATABASE_READ_ONLY, the database is read-only: let DATABASE_URL name the primary server",
        "53100, DATABASE_FULL, the disk of the database is full: free or add space",
        "55P03, DATABASE_LOCKED, another session held a lock in the database for too long: find it in pg_locks and end its transaction",
        "08006, DATABASE_UNAVAILABLE, the database could not be reached or was overloaded",
        "40001, DATABASE_UNAVAILABLE, the database could not be reached or was overloaded"
    })
    void saysWhyTheDatabaseIsUnavailable(String state, Failure.Code code, String explanation) {
        assertThat(failures.diagnose(new IllegalStateException(new SQLException("said", state))))
                .isEqualTo(new Failure(code, explanation));
    }

    @Test
    void looksBehindARollbackThatTheLostConnectionPrevented() {
        TransactionSystemException rollback =
                new TransactionSystemException("rollback failed", new SQLException("Connection is closed"));
        rollback.initApplicationException(new IllegalStateException(new SQLException("terminated", "57P01")));

        assertThat(failures.diagnose(rollback).code()).isEqualTo(Failure.Code.DATABASE_UNAVAILABLE);
    }

    @Test
    void distinguishesItsOwnTimeLimitFromAnOperatorsCancel() {
        SQLException canceled = new SQLException("canceling statement", "57014");

        assertThat(failures.diagnose(new SnapshotTooOldException(Duration.ofHours(1), canceled))
                        .code())
                .isEqualTo(Failure.Code.SNAPSHOT_TOO_OLD);
        assertThat(failures.diagnose(new QueryTimeoutException("reading", canceled))
                        .code())
                .isEqualTo(Failure.Code.DATABASE_UNAVAILABLE);
    }

    @Test
    void waitsForTheOperatorWhereAColumnHasAnotherType() {
        Failure failure = failures.diagnose(new IllegalStateException(
                new ColumnTypeException(new ColumnTypeException.Mismatch("public.notes.stars", "real", "integer"))));

        assertThat(failure.code().verdict()).isEqualTo(Failure.Verdict.OPERATOR);
        assertThat(failure.message())
                .isEqualTo(
                        "database_misconfigured: the column public.notes.stars is of the type real, which cannot be"
                                + " read as integer, as the datasets file says: 'satchel datasets check' names the type to use");
    }

    @Test
    void waitsForTheOperatorWhereColumnsCannotBeCompared() {
        Failure failure = failures.diagnose(new ColumnTypeException(new ColumnTypeException.Incomparable(
                "public.books.shelf (text)", "public.shelves.code (citext)", "the reason")));

        assertThat(failure.message())
                .isEqualTo(
                        "database_misconfigured: the columns public.books.shelf (text) and public.shelves.code (citext),"
                                + " which the datasets file compares, cannot be compared: the reason: 'satchel datasets check'"
                                + " says what is allowed");
    }

    @Test
    void repeatsNothingOfWhatItDoesNotKnow() {
        Failure failure = failures.diagnose(new UncheckedIOException(new IOException("/home/ana: broken")));

        assertThat(failure.message())
                .isEqualTo("internal: the export failed for a reason that the worker's log explains");
    }
}
