package dev.satchel.batchexport.schema.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** What may fail without ending the transaction that it runs in. */
public final class Attempt {

    public static final String INSUFFICIENT_PRIVILEGE = "42501";

    private Attempt() {}

    /** A query or two. */
    @FunctionalInterface
    public interface Query<T extends @Nullable Object> {
        T run() throws SQLException;
    }

    /** Asks, and undoes the settings that were made to ask. */
    public static <T> T orElse(Connection connection, Query<T> query, Function<SQLException, T> otherwise)
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

    /** Asks with row security off, so that a missing right is an error and not a count of too few rows. */
    public static <T> T seeingAll(Connection connection, Query<T> query, Function<SQLException, T> otherwise)
            throws SQLException {
        return orElse(
                connection,
                () -> {
                    SchemaTransaction.execute(connection, "SET LOCAL row_security = off");
                    return query.run();
                },
                otherwise);
    }

    /** A change or two. */
    @FunctionalInterface
    public interface Change {
        void make() throws SQLException;
    }

    /**
     * Makes a change that stays if it succeeds.
     *
     * @return what stopped it, if anything did; then nothing of it stays
     * @throws SQLException if the change may succeed when the whole transaction is tried again
     */
    public static Optional<SQLException> change(Connection connection, Change change) throws SQLException {
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

    /** What the server said, without its hints and positions, and who is let do it where the login is not. */
    public static String reason(SQLException failure) {
        if (failure instanceof PSQLException refused && refused.getServerErrorMessage() != null) {
            return refused.getServerErrorMessage().getMessage() + " (" + failure.getSQLState() + ")"
                    + (INSUFFICIENT_PRIVILEGE.equals(failure.getSQLState())
                            ? "; log in as the owner of the tables"
                            : "");
        }
        return String.valueOf(failure.getMessage());
    }
}
