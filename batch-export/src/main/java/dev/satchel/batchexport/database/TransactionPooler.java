package dev.satchel.batchexport.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Detects a connection pooler in transaction mode by its behaviour: one connection uses two sessions of the database,
 * or two connections use the same session. Changes nothing in the sessions.
 */
final class TransactionPooler {

    /** The SQLState with which a pooler in statement mode refuses a transaction. */
    private static final String PROTOCOL_VIOLATION = "08P01";

    private static final String SESSION = "SELECT pg_catalog.pg_backend_pid()";

    private TransactionPooler() {}

    /**
     * Whether there is such a pooler. Opens two connections for a moment; returns false if the second one is refused.
     */
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

    // A pooler that reuses the most recent session gives the other connection's transaction the session that has just
    // become free. A pooler that rotates sessions gives the first connection another session, during that transaction
    // or after it.
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

    // Two queries, each in a transaction of its own.
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
