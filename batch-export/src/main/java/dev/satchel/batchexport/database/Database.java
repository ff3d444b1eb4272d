package dev.satchel.batchexport.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.schema.catalog.SchemaVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The database the program works on, reached as the user of {@link DatabaseUrl}.
 *
 * <p>Most commands need sessions of their own, and refuse a pooler that gives each transaction another one; what fits into
 * one transaction works through such a pooler too. What every statement runs under is set by {@link Connector}.
 */
public final class Database {

    private static final Duration WAIT_FOR_CONNECTION = Duration.ofSeconds(10);

    // The migrations of this version of the program end here; a command that needs a later table would fail half-way.
    private static final String MIGRATED = """
            SELECT pg_catalog.to_regclass('satchel.upload_journal') IS NOT NULL
               AND pg_catalog.to_regclass('satchel.batch_job_instance') IS NOT NULL
               AND pg_catalog.to_regclass('satchel.session_contribution') IS NOT NULL
               AND pg_catalog.to_regclass('satchel.store_probe') IS NOT NULL
               AND pg_catalog.to_regprocedure('satchel.record_opening(uuid, text, text)') IS NOT NULL
               AND pg_catalog.to_regclass('public.export_history') IS NOT NULL
            """;

    private final DatabaseUrl url;
    private final Connector connector;

    public Database(DatabaseUrl url) {
        this.url = url;
        this.connector = new Connector(url);
    }

    /** What a command does in its only transaction. */
    @FunctionalInterface
    public interface Work<T> {
        /**
         * Does it.
         *
         * @param dataSource always gives the connection of the transaction
         */
        T on(DataSource dataSource) throws SQLException;
    }

    /**
     * Does the work in one transaction and commits it.
     *
     * @throws SQLException if the database cannot be reached, refuses the login, was not migrated, or as the work threw it
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
     * Sessions for a command that needs one or two, each opened when asked for.
     *
     * @throws SQLException if the database cannot be reached, refuses the login, was not migrated by this version of the
     *     program, or gives no sessions
     */
    public DataSource migrated() throws SQLException {
        DataSource dataSource = plain();
        try (Connection connection = dataSource.getConnection()) {
            requireMigrated(connection);
        }
        return dataSource;
    }

    private void requireMigrated(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MIGRATED);
                ResultSet row = statement.executeQuery()) {
            row.next();
            if (!row.getBoolean(1)) {
                throw new NotMigratedException(url);
            }
            SchemaVersion.requireSame(connection);
        }
    }

    /**
     * Sessions of a database in whatever state it is, each opened when asked for.
     *
     * @throws SQLException if the database cannot be reached, refuses the login, or gives no sessions
     */
    public DataSource plain() throws SQLException {
        if (TransactionPooler.isBefore(connector)) {
            throw new TransactionPoolerException(url);
        }
        return new Sessions();
    }

    /**
     * A pool of at most that many sessions, for a worker.
     *
     * @throws SQLException as {@link #migrated}
     */
    public HikariDataSource pool(int connections) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setPoolName("satchel");
        config.setDataSource(migrated());
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(WAIT_FOR_CONNECTION.toMillis());
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    /** The time by the database's clock. */
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

        @Override
        public Connection getConnection() throws SQLException {
            return connector.session();
        }

        @Override
        public Connection getConnection(String username, String password) throws SQLException {
            throw new SQLFeatureNotSupportedException("the login is that of " + DatabaseUrl.SETTING);
        }

        @Override
        public String toString() {
            return connector.toString();
        }
    }
}
