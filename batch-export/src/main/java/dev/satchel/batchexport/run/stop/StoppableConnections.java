package dev.satchel.batchexport.run.stop;

import dev.satchel.postgres.session.OwnSessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * The connections of a worker that may be told to stop. After that, a database that is away is waited for once: when a
 * connection was refused, every later request for one fails at once. Safe for use by many threads.
 *
 * <p>The end of a run takes up to a dozen connections, one after the other: exports are given back, and Spring Batch records
 * the end of each step. A pool makes each of them wait for its whole time limit, which together takes longer than those who
 * stop a worker wait for it.
 */
public final class StoppableConnections extends DelegatingDataSource {

    private final BooleanSupplier stopped;
    private volatile @Nullable SQLException refusal;

    private StoppableConnections(DataSource connections, BooleanSupplier stopped) {
        super(connections);
        this.stopped = stopped;
    }

    /**
     * The connections of that data source, which stay {@link OwnSessions} if they are.
     *
     * @param stopped whether the worker does not wait for the database any longer
     */
    public static DataSource of(DataSource connections, BooleanSupplier stopped) {
        StoppableConnections stoppable = new StoppableConnections(connections, stopped);
        return connections instanceof OwnSessions ? new OwnSessions(stoppable) : stoppable;
    }

    @Override
    public Connection getConnection() throws SQLException {
        SQLException before = refusal;
        if (before != null && stopped.getAsBoolean()) {
            throw new SQLTransientConnectionException(
                    "the database is away, and this worker was told to stop", before.getSQLState(), before);
        }
        try {
            Connection connection = super.getConnection();
            refusal = null;
            return connection;
        } catch (SQLException refused) {
            refusal = refused;
            throw refused;
        }
    }
}
