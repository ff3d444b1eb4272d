package dev.satchel.batchexport.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The database of the program, with the login of {@link DatabaseUrl}. Safe for use by many threads.
 *
 * <p>Most commands need a session of their own, and refuse a connection pooler in transaction mode; commands with one
 * transaction work through such a pooler too. {@link Connector} sets the settings for all statements.
 */
public final class Database {

    private static final Duration WAIT_FOR_CONNECTION = Duration.ofSeconds(10);

    private final DatabaseUrl url;
    private final Connector connector;

    public Database(DatabaseUrl url) {
        this.url = url;
        this.connector = new Connector(url);
    }

    /** The work of a command in one transaction. */
    @FunctionalInterface
    public interface Work<T> {
        /**
         * Executes the work.
         *
         * @param dataSource returns the connection of the transaction
         */
        T on(DataSource dataSource) throws SQLException;
    }

    /**
     * Executes the work in one transaction and commits it.
     *
     * @throws SQLException if the database cannot be reached, refuses the login or was not migrated, or if the work
     *     throws it
     */
    public <T> T inOneTransaction(Work<T> work) throws SQLException {
        try (Connection connection = connector.transaction()) {
            requireMigrated(connection);
            T result = work.on(new SingleConnectionDataSource(connection, true));
            connection.commit();
            return result;
        }
    }

    /**
     * Executes work that only reads, and sees the database as of one moment.
     *
     * @param limit how long one statement may take
     * @throws SQLException as {@link #inOneTransaction}; with SQLSTATE 57014 if a statement takes longer
     */
    public <T> T inOneSnapshot(Duration limit, Work<T> work) throws SQLException {
        try (Connection connection = connector.snapshot(limit)) {
            requireMigrated(connection);
            return work.on(new SingleConnectionDataSource(connection, true));
        }
    }

    /**
     * A data source without a pool for a migrated database: it opens a session for each connection.
     *
     * @throws SQLException if the database cannot be reached, refuses the login, was not migrated by this version of
     *     the program, or is behind a pooler in transaction mode
     */
    public DataSource migrated() throws SQLException {
        DataSource dataSource = plain();
        try (Connection connection = dataSource.getConnection()) {
            requireMigrated(connection);
        }
        return dataSource;
    }

    private Connection migrated(Connection connection) throws SQLException {
        try {
            requireMigrated(connection);
            return connection;
        } catch (SQLException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    private void requireMigrated(Connection connection) throws SQLException {
        MigratedSchema.require(connection, url.toString());
    }

    /**
     * A data source without a pool for a database in any state: it opens a session for each connection.
     *
     * @throws SQLException if the database cannot be reached, refuses the login, or is behind a pooler in transaction
     *     mode
     */
    public DataSource plain() throws SQLException {
        return sessions();
    }

    private Sessions sessions() throws SQLException {
        if (TransactionPooler.isBefore(connector)) {
            throw new TransactionPoolerException(url);
        }
        return new Sessions();
    }

    /**
     * A pool of at most {@code connections} sessions, for a worker. The caller closes it.
     *
     * @throws SQLException as {@link #migrated}
     */
    public HikariDataSource pool(int connections) throws SQLException {
        Sessions sessions = sessions();
        sessions.first.set(migrated(sessions.getConnection()));
        HikariConfig config = new HikariConfig();
        config.setPoolName("satchel");
        config.setDataSource(sessions);
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(WAIT_FOR_CONNECTION.toMillis());
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    /** The current time of the database's clock. */
    public static Instant now(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT pg_catalog.statement_timestamp()");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    @Override
    public String toString() {
        return url.toString();
    }

    private final class Sessions extends AbstractDataSource {

        /** The session in which the database was checked. A login costs more than most of what follows. */
        private final AtomicReference<@Nullable Connection> first = new AtomicReference<>();

        @Override
        public Connection getConnection() throws SQLException {
            Connection checked = first.getAndSet(null);
            return checked == null ? connector.session() : checked;
        }

        @Override
        public Connection getConnection(String username, String password) throws SQLException {
            throw new SQLFeatureNotSupportedException("only the login of " + DatabaseUrl.SETTING + " is supported");
        }

        @Override
        public String toString() {
            return connector.toString();
        }
    }
}
