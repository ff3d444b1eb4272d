package dev.satchel.batchexport.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Opens connections, and puts on each what every statement of the program is to run under.
 *
 * <p>A statement may take as long as it needs, but not wait for somebody else's lock without end.
 */
final class Connector {

    private static final Duration CONNECT = Duration.ofSeconds(10);

    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(10);

    // The one place for settings of the session; where transactions meet different sessions they must end with theirs.
    private static final String BEGIN_SESSION = "SELECT pg_catalog.set_config('lock_timeout', '10s', ?)";

    private final DatabaseUrl url;
    private final Driver driver = new Driver();

    Connector(DatabaseUrl url) {
        this.url = url;
    }

    /** A connection that has a session of its own until it is closed. */
    Connection session() throws SQLException {
        Connection connection = connect(properties());
        try {
            begin(connection, false);
            return connection;
        } catch (SQLException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    /**
     * A connection whose next transaction runs under what a session would; a transaction pooler may give another session
     * to each.
     */
    Connection transaction() throws SQLException {
        Connection connection = bare();
        try {
            connection.setAutoCommit(false);
            begin(connection, true);
            return connection;
        } catch (SQLException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    /** A connection of which nothing is expected. */
    Connection bare() throws SQLException {
        Properties properties = properties();
        // A prepared statement would stay behind in a session that a transaction pooler gives to others.
        properties.putIfAbsent(PGProperty.PREPARE_THRESHOLD.getName(), "0");
        return connect(properties);
    }

    private Connection connect(Properties properties) throws SQLException {
        return Objects.requireNonNull(driver.connect(url.jdbcUrl(), properties), "the driver knows its own URLs");
    }

    private Properties properties() {
        Properties properties = url.properties();
        properties.putIfAbsent(PGProperty.APPLICATION_NAME.getName(), "satchel");
        properties.putIfAbsent(PGProperty.CONNECT_TIMEOUT.getName(), String.valueOf(CONNECT.toSeconds()));
        properties.putIfAbsent(PGProperty.SOCKET_TIMEOUT.getName(), String.valueOf(LONGEST_SILENCE.toSeconds()));
        properties.putIfAbsent(PGProperty.TCP_KEEP_ALIVE.getName(), "true");
        // Of several hosts the driver would pass one over for ten seconds that did not answer just now.
        properties.putIfAbsent(PGProperty.HOST_RECHECK_SECONDS.getName(), "0");
        return properties;
    }

    private static void begin(Connection connection, boolean transactionOnly) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BEGIN_SESSION)) {
            statement.setBoolean(1, transactionOnly);
            statement.execute();
        }
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
