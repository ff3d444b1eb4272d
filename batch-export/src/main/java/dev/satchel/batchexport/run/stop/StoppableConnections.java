package dev.satchel.batchexport.run.stop;

import dev.satchel.postgres.session.OwnSessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * The connections of a worker that may be told to stop. A database that is away after that is waited for once: when a
 * connection was refused, further requests for one fail at once. After a second, one request asks again, because the pool
 * may only have been busy, or the database may be back. Safe for use by many threads.
 *
 * <p>The end of a run takes up to a dozen connections, one after the other: exports are given back, and Spring Batch records
 * the end of each step. A pool makes each of them wait for its whole time limit, which together takes longer than those who
 * stop a worker wait for it.
 */
public final class StoppableConnections extends DelegatingDataSource {

    private static final long AT_ONCE = TimeUnit.SECONDS.toNanos(1);

    private final BooleanSupplier stopped;
    private final LongSupplier nanoTime;
    private final AtomicLong answers = new AtomicLong();
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile @Nullable Refusal refusal;

    /** @param nanoTime a monotonic clock in nanoseconds */
    StoppableConnections(DataSource connections, BooleanSupplier stopped, LongSupplier nanoTime) {
        super(connections);
        this.stopped = stopped;
        this.nanoTime = nanoTime;
    }

    /**
     * The connections of that data source, which stay {@link OwnSessions} if they are.
     *
     * @param stopped whether the worker does not wait for the database any longer
     */
    public static DataSource of(DataSource connections, BooleanSupplier stopped) {
        StoppableConnections stoppable = new StoppableConnections(connections, stopped, System::nanoTime);
        return connections instanceof OwnSessions ? new OwnSessions(stoppable) : stoppable;
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (!stopped.getAsBoolean()) {
            return answered();
        }
        Refusal before = refusal;
        if (before == null) {
            return answeredOrRefused();
        }
        if (nanoTime.getAsLong() - before.at() < AT_ONCE || !asking.compareAndSet(false, true)) {
            throw before.again();
        }
        try {
            return answeredOrRefused();
        } finally {
            asking.set(false);
        }
    }

    private Connection answered() throws SQLException {
        Connection connection = super.getConnection();
        answers.incrementAndGet();
        refusal = null;
        return connection;
    }

    private Connection answeredOrRefused() throws SQLException {
        long before = answers.get();
        try {
            return answered();
        } catch (SQLException refused) {
            // Where another request was answered meanwhile, the database is not away.
            if (answers.get() == before) {
                refusal = new Refusal(refused, nanoTime.getAsLong());
            }
            throw refused;
        }
    }

    private record Refusal(SQLException cause, long at) {

        SQLException again() {
            return new SQLTransientConnectionException(
                    "the database is away, and this worker was told to stop", cause.getSQLState(), cause);
        }
    }
}
