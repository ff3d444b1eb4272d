package dev.satchel.batchexport.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/** How the application ends sessions. */
final class Ending {

    private static final String END_ONE = """
            UPDATE sessions
               SET ended_at = now(), images_processed = ?, descriptions_generated = ?, qa_attempts = ?, qa_correct = ?,
                   vocabulary_learned = ?, phrases_saved = ?, engagement_score = 0.75, completion_rate = 1
             WHERE id = ?
            """;

    private static final String END_MANY = """
            UPDATE sessions
               SET ended_at = now(), images_processed = 2, descriptions_generated = 3, qa_attempts = 10, qa_correct = 7,
                   vocabulary_learned = 4, phrases_saved = 1, engagement_score = 0.75, completion_rate = 1
             WHERE id = ANY (?)
            """;

    private Ending() {}

    /** A prepared statement for {@link #one}; the connection commits by itself. */
    static PreparedStatement prepare(Connection connection) throws SQLException {
        return connection.prepareStatement(END_ONE);
    }

    static void one(PreparedStatement statement, UUID session, int seed) throws SQLException {
        statement.setInt(1, seed % 4);
        statement.setInt(2, seed % 5);
        statement.setInt(3, seed % 20);
        statement.setInt(4, seed % 11);
        statement.setInt(5, seed % 6);
        statement.setInt(6, seed % 3);
        statement.setObject(7, session);
        check(1, statement.executeUpdate());
    }

    static void many(Connection connection, List<UUID> sessions) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(END_MANY)) {
            statement.setArray(1, connection.createArrayOf("uuid", sessions.toArray()));
            check(sessions.size(), statement.executeUpdate());
        }
    }

    private static void check(int expected, int ended) {
        if (ended != expected) {
            throw new IllegalStateException("expected to end " + expected + " sessions, ended " + ended);
        }
    }
}
