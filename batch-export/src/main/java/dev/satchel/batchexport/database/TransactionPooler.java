package dev.satchel.batchexport.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Finds out whether a pooler gives each transaction another session of the database, by what it does and not by its name:
 * one connection meets two sessions, or two connections meet one. Leaves nothing behind in any session.
 */
final class TransactionPooler {

    /** What a pooler says to a transaction where it gives each statement another session. */
    private static final String PROTOCOL_VIOLATION = "08P01";

    private static final String SESSION = "SELECT pg_catalog.pg_backend_pid()";

    private TransactionPooler() {}

    /** Needs two connections for a moment; where there is only one to be had, nothing can be found out, and it says no. */
    static boolean isBefore(Connector connector) throws SQLException {
        try (Connection one = connector.bare()) {
            int session = session(one);
            Connection other;
            try {
                other = connector.bare();
            } catch (SQLException noSecond) {
                return false;
            }
            try (other) {
                return isShared(session, one, other);
            }
        }
    }

    // A pooler that hands out the latest session first gives the other's transaction the one that has just become free;
    // one that takes them in turn gives another to the first connection, while that transaction lasts or after it.
    private static boolean isShared(int session, Connection one, Connection other) throws SQLException {
        other.setAutoCommit(false);
        try {
            if (session(other) == session) {
                return true;
            }
        } catch (SQLException refused) {
            if (PROTOCOL_VIOLATION.equals(refused.getSQLState())) {
                return true;
            }
            throw refused;
        }
        if (changes(session, one)) {
            return true;
        }
        other.rollback();
        return changes(session, one);
    }

    // Asked twice: each time is a transaction of its own.
    private static boolean changes(int session, Connection connection) throws SQLException {
        boolean changed = session(connection) != session;
        return changed || session(connection) != session;
    }

    private static int session(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SESSION)) {
            row.next();
            return row.getInt(1);
        }
    }
}
