package dev.satchel.batchexport.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.Failure;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class DatabaseFailuresTest {

    private static final Failure OF_THE_EXPORT = new Failure(Failure.Code.INTERNAL, "");

    @ParameterizedTest
    @CsvFileSource(resources = "sqlstates.csv")
    void knowsTheVerdictOfEachErrorOfPostgres(
            String state, String condition, Failure.Verdict verdict, Failure.Code code) {
        Failure failure = DatabaseFailures.diagnose(new SQLException("row (ana@example.org)", state))
                .orElse(OF_THE_EXPORT);

        assertThat(failure.code()).as(condition).isEqualTo(code);
        assertThat(failure.code().verdict()).as(condition).isEqualTo(verdict);
        assertThat(failure.explanation()).doesNotContain("ana@example.org");
    }

    @ParameterizedTest
    @CsvSource({
        "XX000, 'EMAXCONNSESSION: max clients reached in session mode'",
        "XX000, 'ECHECKOUTTIMEOUT: unable to check out a connection from the pool'",
        "53300, 'remaining connection slots are reserved'",
        "53300, 'too many connections for role \"satchel_worker\"'",
        "57P03, 'the database system is starting up'",
        "57P01, 'terminating connection due to administrator command'",
        "08P01, 'no more connections allowed (max_client_conn)'",
        "ZZ001, 'a code of a pooler that is not PostgreSQL''s'"
    })
    void treatsARefusedConnectionAsTemporary(String state, String message) {
        PSQLException refusal =
                new PSQLException(new ServerErrorMessage("SFATAL\0VFATAL\0C" + state + "\0M" + message + "\0"), true);

        assertThat(DatabaseFailures.diagnose(refusal))
                .hasValueSatisfying(failure -> assertThat(failure.code()).isEqualTo(Failure.Code.DATABASE_UNAVAILABLE));
        assertThat(DatabaseFailures.diagnose(new SQLTransientConnectionException("timed out", state, refusal)))
                .hasValueSatisfying(
                        failure -> assertThat(failure.code().isTemporary()).isTrue());
    }

    @Test
    void attributesAnUnknownErrorOfAStatementToTheExport() {
        assertThat(DatabaseFailures.diagnose(
                        new PSQLException(new ServerErrorMessage("SERROR\0VERROR\0CZZ001\0Modd\0"), true)))
                .isEmpty();
        assertThat(DatabaseFailures.diagnose(new SQLException("odd"))).isEmpty();
    }
}
