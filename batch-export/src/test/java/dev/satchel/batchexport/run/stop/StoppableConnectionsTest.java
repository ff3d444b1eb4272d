package dev.satchel.batchexport.run.stop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** When a worker that was told to stop still asks its pool for a connection. */
class StoppableConnectionsTest {

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong now = new AtomicLong();
    private final Pool pool = new Pool();
    private final StoppableConnections connections = new StoppableConnections(pool, stopped::get, now::get);

    @Test
    void waitsOnceForADatabaseThatIsAway() {
        stopped.set(true);
        pool.isAway = true;

        assertIsRefused("the pool has no connection");
        assertIsRefused("the database is away, and this worker was told to stop");
        assertIsRefused("the database is away, and this worker was told to stop");
        assertThat(pool.requests).isOne();
    }

    @Test
    void asksEachTimeUntilItIsStopped() throws SQLException {
        pool.isAway = true;
        assertIsRefused("the pool has no connection");
        assertIsRefused("the pool has no connection");

        pool.isAway = false;
        connections.getConnection().close();
        assertThat(pool.requests).isEqualTo(3);
    }

    /** The pool may have been busy, and the exports under way are given back over the same connections. */
    @Test
    void asksAfterARefusalFromBeforeTheStop() throws SQLException {
        pool.isAway = true;
        assertIsRefused("the pool has no connection");

        stopped.set(true);
        pool.isAway = false;
        connections.getConnection().close();
    }

    @Test
    void asksAfterARefusalOfARequestThatBeganBeforeTheStop() throws SQLException {
        pool.isAway = true;
        pool.meanwhile = () -> stopped.set(true);
        assertIsRefused("the pool has no connection");

        pool.isAway = false;
        connections.getConnection().close();
    }

    @Test
    void asksAfterARefusalBesideAnAnswer() throws SQLException {
        stopped.set(true);
        pool.isAway = true;
        pool.meanwhile = () -> {
            pool.isAway = false;
            pool.meanwhile = () -> {};
            connections.getConnection().close();
            pool.isAway = true;
        };
        assertIsRefused("the pool has no connection");

        pool.isAway = false;
        connections.getConnection().close();
    }

    @Test
    void asksAgainAfterASecondForOneRequestAtATime() throws SQLException {
        stopped.set(true);
        pool.isAway = true;
        assertIsRefused("the pool has no connection");

        now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        pool.meanwhile = () -> {
            pool.meanwhile = () -> {};
            assertIsRefused("the database is away, and this worker was told to stop");
        };
        assertIsRefused("the pool has no connection");
        assertThat(pool.requests).isEqualTo(2);

        now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        pool.isAway = false;
        connections.getConnection().close();
        connections.getConnection().close();
        assertThat(pool.requests).isEqualTo(4);
    }

    private void assertIsRefused(String message) {
        assertThatThrownBy(connections::getConnection)
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessage(message);
    }

    private interface Event {
        void happen() throws SQLException;
    }

    /** Answers or refuses after something else happened. */
    private static final class Pool extends AbstractDataSource {

        private boolean isAway;
        private int requests;
        private Event meanwhile = () -> {};

        @Override
        public Connection getConnection() throws SQLException {
            requests++;
            meanwhile.happen();
            if (isAway) {
                throw new SQLTransientConnectionException("the pool has no connection", "08001");
            }
            return (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (any, method, of) -> null);
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            return getConnection();
        }
    }
}
