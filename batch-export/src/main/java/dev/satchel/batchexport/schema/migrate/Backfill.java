package dev.satchel.batchexport.schema.migrate;

import dev.satchel.batchexport.schema.catalog.Attempt;
import dev.satchel.batchexport.schema.catalog.SchemaBusyException;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.batchexport.schema.check.ProgressRows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Counts the sessions that had ended before Satchel came, user by user.
 *
 * <p>Works in batches that each commit, while sessions keep ending: a session that ends meanwhile is counted once,
 * by the trigger or by this. Stopped at any moment, the next call goes on where this one was. A second call finds
 * nothing to do.
 */
public final class Backfill {

    /** Users per batch, whose sessions cannot end meanwhile. */
    private static final int BATCH = 200;

    private static final String NEXT = "SELECT satchel.backfill_progress(CAST(? AS uuid), ?)";

    private final DataSource dataSource;
    private final Duration patience;

    /** @param dataSource logs in as the owner of Satchel's tables */
    public Backfill(DataSource dataSource) {
        this(dataSource, SchemaTransaction.PATIENCE);
    }

    Backfill(DataSource dataSource, Duration patience) {
        this.dataSource = dataSource;
        this.patience = patience;
    }

    /**
     * Backfills every user who was not yet.
     *
     * @param watcher is told after each batch how many users still wait
     * @return how many users waited at first
     * @throws SchemaBusyException if users stayed locked by other transactions; all others are done
     * @throws SQLException if the database fails; what was done stays done
     */
    public long run(LongConsumer watcher) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            long waitedAtFirst = waiting(connection);
            long waiting = waitedAtFirst;
            long deadline = System.nanoTime() + patience.toNanos();
            while (waiting > 0) {
                SQLException obstacle = pass(connection, watcher, waiting);
                long left = waiting(connection);
                if (left > 0 && left >= waiting && System.nanoTime() > deadline) {
                    throw new SchemaBusyException(left, patience, obstacle);
                }
                if (left < waiting) {
                    deadline = System.nanoTime() + patience.toNanos();
                }
                waiting = left;
                if (waiting > 0) {
                    pause();
                }
            }
            return waitedAtFirst;
        }
    }

    private static @Nullable SQLException pass(Connection connection, LongConsumer watcher, long waiting)
            throws SQLException {
        String last = null;
        long left = waiting;
        try {
            while ((last = next(connection, last)) != null) {
                left = Math.max(left - BATCH, 0);
                watcher.accept(left);
            }
            return null;
        } catch (SQLException failure) {
            if (!SchemaTransaction.isInTheWay(failure)) {
                throw failure;
            }
            return failure;
        }
    }

    // Each call is a transaction of its own, so that a batch is committed before the next one begins.
    private static @Nullable String next(Connection connection, @Nullable String after) throws SQLException {
        return inTransaction(connection, () -> {
            try (PreparedStatement statement = connection.prepareStatement(NEXT)) {
                statement.setString(1, after);
                statement.setInt(2, BATCH);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    return row.getString(1);
                }
            }
        });
    }

    private static long waiting(Connection connection) throws SQLException {
        return inTransaction(connection, () -> ProgressRows.waiting(connection));
    }

    private static <T extends @Nullable Object> T inTransaction(Connection connection, Attempt.Query<T> work)
            throws SQLException {
        SchemaTransaction.begin(connection);
        try {
            T result = work.run();
            connection.commit();
            return result;
        } catch (SQLException failure) {
            try {
                connection.rollback();
            } catch (SQLException gone) {
                failure.addSuppressed(gone);
            }
            throw failure;
        }
    }

    private static void pause() throws SQLException {
        try {
            Thread.sleep(250);
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while users were locked; what was done stays done", interruption);
        }
    }
}
