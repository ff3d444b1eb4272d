package dev.satchel.batchexport.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** What may fail without ending the transaction that it runs in. */
final class Attempt {

    private Attempt() {}

    /** A query or two. */
    @FunctionalInterface
    interface Query<T extends @Nullable Object> {
        T run() throws SQLException;
    }

    /** Asks, and undoes the settings that were made to ask. */
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

    /** A change or two. */
    @FunctionalInterface
    interface Change {
        void make() throws SQLException;
    }

    /**
     * Makes a change that stays if it succeeds.
     *
     * @return what stopped it, if anything did; then nothing of it stays
     * @throws SQLException if the change may succeed when the whole transaction is tried again
     */
    static Optional<SQLException> change(Connection connection, Change change) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            change.make();
            connection.releaseSavepoint(before);
            return Optional.empty();
        } catch (SQLException failure) {
            if (SchemaTransaction.isInTheWay(failure)) {
                throw failure;
            }
            connection.rollback(before);
            return Optional.of(failure);
        }
    }

    /** What the server said, without its hints and positions. */
    static String reason(SQLException failure) {
        if (failure instanceof PSQLException refused && refused.getServerErrorMessage() != null) {
            return refused.getServerErrorMessage().getMessage() + " (" + failure.getSQLState() + ")";
        }
        return String.valueOf(failure.getMessage());
    }
}
