package dev.satchel.batchexport.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.PGProperty;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * The database the program works on, reached as the user of {@link DatabaseUrl}.
 *
 * <p>Names without a schema, operators and types among them, are looked up in {@code pg_catalog} and in no schema of
 * others, whatever the login, the database or the URL's options have for {@code search_path}: a better matching operator
 * in {@code public} would run with the rights of whoever migrates or delivers.
 */
public final class Database {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(10);

    private static final String SEARCH_PATH = "SET search_path = pg_catalog, pg_temp";

    // The migrations of this version of the program end here; a command that needs a later table would fail half-way.
    private static final String MIGRATED = """
            SELECT pg_catalog.to_regclass('satchel.export_file') IS NOT NULL
               AND pg_catalog.to_regclass('satchel.batch_job_instance') IS NOT NULL
               AND pg_catalog.to_regclass('satchel.session_credit') IS NOT NULL
               AND pg_catalog.to_regprocedure('satchel.record_opening(uuid, text, text)') IS NOT NULL
               AND pg_catalog.to_regclass('public.export_history') IS NOT NULL
            """;

    private final DatabaseUrl url;

    public Database(DatabaseUrl url) {
        this.url = url;
    }

    /**
     * Connections for a command that needs one or two, each opened when asked for.
     *
     * <p>Their sessions are left as they are, because a pooler may share them with strangers after each transaction. So
     * they are for {@code SatchelPostgres} alone, which sets the search path of each transaction.
     *
     * @throws SQLException if the database cannot be reached, refuses the login, or was not migrated
     */
    public DataSource migrated() throws SQLException {
        DataSource dataSource = unchanged();
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
        try (Connection connection = unchanged().getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT pg_catalog.statement_timestamp()");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    /** Connections to a database in whatever state it is, each opened when asked for. */
    public DataSource plain() {
        return new DelegatingDataSource(unchanged()) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                try (Statement statement = connection.createStatement()) {
                    statement.execute(SEARCH_PATH);
                    return connection;
                } catch (SQLException failure) {
                    connection.close();
                    throw failure;
                }
            }
        };
    }

    private DataSource unchanged() {
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
        config.setConnectionInitSql(SEARCH_PATH);
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
        // Of several hosts the driver would pass one over for ten seconds that did not answer just now.
        properties.putIfAbsent(PGProperty.HOST_RECHECK_SECONDS.getName(), "0");
        return properties;
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
