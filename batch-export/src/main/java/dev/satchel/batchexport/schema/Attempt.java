package dev.satchel.batchexport.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** A query that may fail without ending the transaction it runs in; its settings are undone either way. */
final class Attempt {

    static final String INSUFFICIENT_PRIVILEGE = "42501";

    private Attempt() {}

    /** A query or two. */
    @FunctionalInterface
    interface Query<T extends @Nullable Object> {
        T run() throws SQLException;
    }

    static <T> T orElse(Connection connection, Query<T> query, Function<SQLException, T> otherwise)
            throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            return query.run();
        } catch (SQLException failure) {
            return otherwise.apply(failure);
        } finally {
            connection.rollback(before);
        }
    }

    /** What the server said, without its hints and positions, and who is let do it where the login is not. */
    static String reason(SQLException failure) {
        if (failure instanceof PSQLException refused && refused.getServerErrorMessage() != null) {
            return refused.getServerErrorMessage().getMessage() + " (" + failure.getSQLState() + ")"
                    + (INSUFFICIENT_PRIVILEGE.equals(failure.getSQLState())
                            ? "; log in as the owner of the tables"
                            : "");
        }
        return String.valueOf(failure.getMessage());
    }
}
