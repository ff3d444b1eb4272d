package dev.satchel.postgres.records;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * A running COPY. Closing it before its end cancels it, because the connection could not be used again otherwise.
 */
final class RunningCopy implements AutoCloseable {

    private static final String CANCELED = "57014";

    private final Connection connection;
    private final CopyOut copy;
    private boolean halfRead;

    RunningCopy(Connection connection, String sql) throws SQLException {
        this.connection = connection;
        this.copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
    }

    // If memory runs out, the driver has read the length of a message but not its bytes, and would take these for
    // the next message.
    byte @Nullable [] next() throws SQLException {
        try {
            return copy.readFromCopy();
        } catch (Error noMemory) {
            halfRead = true;
            throw noMemory;
        }
    }

    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            try {
                if (!halfRead) {
                    cancel();
                }
            } finally {
                giveUpIfActive();
            }
        }
    }

    // CopyOut.cancelCopy leaves data that the server has already sent on the connection, where the next statement
    // reads it as its own answer (pgjdbc issue 3163). So this cancels the query and reads the answer to its end.
    private void cancel() throws SQLException {
        connection.unwrap(PGConnection.class).cancelQuery();
        try {
            byte @Nullable [] unwanted;
            do {
                unwanted = copy.readFromCopy();
            } while (unwanted != null);
        } catch (SQLException ended) {
            if (!CANCELED.equals(ended.getSQLState())) {
                throw ended;
            }
        }
    }

    // After an incomplete COPY the driver blocks every other call on the connection, even rollback, so the
    // connection is aborted.
    private void giveUpIfActive() throws SQLException {
        if (copy.isActive()) {
            connection.abort(Runnable::run);
        }
    }
}
