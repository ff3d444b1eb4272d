package dev.satchel.postgres.records;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/**
 * Ends the statement that a connection executes, from another thread.
 *
 * <p>The first times, the server is asked to cancel it, and the connection can be used again. A cancel can be lost: it
 * may arrive between two statements, or a pooler may drop it. Where the reading has not ended after the second, the
 * connection is given up.
 */
final class StatementAbort implements Runnable {

    private static final int CANCELS = 2;

    private final Connection connection;
    private int calls;

    StatementAbort(Connection connection) {
        this.connection = connection;
    }

    @Override
    public void run() {
        calls++;
        try {
            if (calls <= CANCELS) {
                connection.unwrap(PGConnection.class).cancelQuery();
            } else {
                connection.abort(Runnable::run);
            }
        } catch (SQLException unanswered) {
            // The signal is repeated until the reading has ended.
            return;
        }
    }
}
