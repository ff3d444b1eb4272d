package dev.satchel.batchexport.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.PGProperty;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The database the program works on, reached as the user of {@link DatabaseUrl}. */
public final class Database {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(10);

    // The migrations of this version of the program end here; a command that needs a later table would fail half-way.
    private static final String MIGRATED = """
            SELECT to_regclass('satchel.export_file') IS NOT NULL
               AND to_regclass('satchel.batch_job_instance') IS NOT NULL
               AND to_regclass('satchel.session_credit') IS NOT NULL
               AND to_regclass('satchel.key_check') IS NOT NULL
               AND to_regclass('satchel.store_probe') IS NOT NULL
               AND to_regclass('public.export_history') IS NOT NULL
            """;

    private final DatabaseUrl url;

    public Database(DatabaseUrl url) {
        this.url = url;
    }

    /**
     * Connections for a command that needs one or two, each opened when asked for.
     *
     * @throws SQLException if the database cannot be reached, refuses the login, or was not migrated
     */
    public DataSource migrated() throws SQLException {
        DataSource dataSource = plain();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(MIGRATED);
                ResultSet row = statement.executeQuery()) {
            row.next();
            if (!row.getBoolean(1)) {
                throw new NotMigratedException(url);
            }
        }
        return dataSource;
    }

    /** The time by the database's clock. */
    public Instant now() throws SQLException {
        try (Connection connection = plain().getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT statement_timestamp()");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    /** Connections to a database in whatever state it is, each opened when asked for. */
    public DataSource plain() {
        DriverManagerDataSource dataSource = new DriverManagerDataSource(url.jdbcUrl());
        dataSource.setConnectionProperties(properties());
        return dataSource;
    }

    /**
     * A pool of at most that many connections, for a worker.
     *
     * @throws SQLException as {@link #migrated}
     */
    public HikariDataSource pool(int connections) throws SQLException {
        migrated();
        HikariConfig config = new HikariConfig();
        config.setPoolName("satchel");
        config.setJdbcUrl(url.jdbcUrl());
        config.setDataSourceProperties(properties());
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(CONNECT_TIMEOUT.multipliedBy(3).toMillis());
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    private Properties properties() {
        Properties properties = url.properties();
        properties.putIfAbsent(PGProperty.APPLICATION_NAME.getName(), "satchel");
        properties.putIfAbsent(PGProperty.CONNECT_TIMEOUT.getName(), String.valueOf(CONNECT_TIMEOUT.toSeconds()));
        // A peer that vanished without a word would be waited for without end; the longest sort of a large export
        // answers sooner.
        properties.putIfAbsent(PGProperty.SOCKET_TIMEOUT.getName(), String.valueOf(LONGEST_SILENCE.toSeconds()));
        properties.putIfAbsent(PGProperty.TCP_KEEP_ALIVE.getName(), "true");
        return properties;
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
