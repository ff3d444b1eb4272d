package dev.satchel.batchexport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "25006 | the database is read-only (said): it is a standby, or default_transaction_read_only is on;"
                        + " DATABASE_URL must lead to where changes are allowed",
                "40001 | other transactions were in the way (said): run the command again",
                "40P01 | other transactions were in the way (said): run the command again",
                "53100 | the disk of the database is full (said): make room on the database's server, then run the"
                        + " command again",
                "53200 | the database is out of memory (said): give its server more, or run the command again when less"
                        + " is going on",
                "53300 | the database takes no more connections (said): close some, or raise max_connections or the"
                        + " login's limit",
                "55P03 | other transactions kept something locked (said): run the command again",
                "57014 | a statement was cancelled (said): by another session, or by a time limit of the login or the server",
                "57P01 | the database ended the connection (said): run the command again",
                "57P03 | the database is starting up or shutting down (said): try again in a moment",
                "28P01 | the database refused the login: said (correct the user and the password in DATABASE_URL, or the"
                        + " server's pg_hba.conf)",
                "3D000 | the database does not exist: said (correct DATABASE_URL)",
                "22P02 | the database refused a statement (SQLSTATE 22P02); run the command again with --stacktrace to see"
                        + " which"
            })
    void saysTheCauseAndTheRemedyOfASqlstate(String state, String sentence) {
        SQLException thrown = new SQLException("ERROR: said\n  Detail: row (ana@example.org)", state);

        assertThat(Problems.lines(new IllegalStateException(thrown))).containsExactly(sentence);
    }

    @Test
    void namesAHostThatIsNotKnown() {
        SQLException thrown = new SQLException(
                "The connection attempt failed.", "08001", new UnknownHostException("db.example.invalid"));

        assertThat(Problems.lines(thrown))
                .containsExactly("the database cannot be reached: the host 'db.example.invalid' is not known: check"
                        + " DATABASE_URL and the machine's name service");
    }

    @Test
    void saysWhyAConnectionFailed() {
        assertThat(Problems.lines(new SQLException(
                        "The connection attempt failed.", "08001", new SocketTimeoutException("Connect timed out"))))
                .containsExactly("the database cannot be reached: The connection attempt failed. (Connect timed out);"
                        + " check DATABASE_URL, and that PostgreSQL runs there");
        assertThat(Problems.lines(new SQLException(
                        "The connection attempt failed.", "08001", new NoRouteToHostException("No route to host"))))
                .containsExactly("the database cannot be reached: The connection attempt failed. (No route to host);"
                        + " check DATABASE_URL, and that PostgreSQL runs there");
    }

    @Test
    void looksBelowWhatAPoolSays() {
        SQLException below = new SQLException("FATAL: too many connections for role \"ana\"", "53300");

        assertThat(Problems.lines(new SQLTransientConnectionException(
                        "satchel - Connection is not available, request timed out after 30000ms", "08001", below)))
                .containsExactly("the database takes no more connections (too many connections for role \"ana\"):"
                        + " close some, or raise max_connections or the login's limit");
    }
}
