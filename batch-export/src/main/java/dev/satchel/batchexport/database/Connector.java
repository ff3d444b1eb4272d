package dev.satchel.batchexport.database;

import dev.satchel.batchexport.database.LivenessSocketFactory.Liveness;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Opens connections, with the settings for all statements of the program.
 *
 * <p>The {@code search_path} is {@code pg_catalog, pg_temp}, whatever the login, the database or the URL sets: a
 * better matching operator in {@code public} would run with the rights of the program. Statements have no time limit,
 * but a {@code lock_timeout}. If a server is silent for long, a second connection is used to find out whether it is
 * still executing the statement. Safe for use by many threads.
 */
final class Connector {

    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** How long to wait for an answer of the server during login. */
    private static final Duration LOGIN = Duration.ofSeconds(20);

    /**
     * The time limit of each step of a probe; two steps fit into the time after which a silent server counts as lost.
     */
    private static final Duration PROBE = Duration.ofSeconds(5);

    // All settings of the session are here. With a transaction pooler they apply to the transaction only. One round
    // trip sets them and identifies the server process. The statement runs with the login's search_path, so it
    // qualifies every name.
    private static final String BEGIN_SESSION = """
            SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', setting.is_local),
                   pg_catalog.set_config('lock_timeout', '10s', setting.is_local),
                   pg_catalog.pg_backend_pid(),
                   (SELECT pg_catalog.date_part('epoch', activity.backend_start)::pg_catalog.text
                      FROM pg_catalog.pg_stat_activity AS activity
                     WHERE activity.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()),
                   pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time())::pg_catalog.text
              FROM (SELECT ?::pg_catalog.bool AS is_local) AS setting
            """;

    // If the session waits for its client, its answer or the request was lost on the network.
    private static final String IS_AT_WORK = """
            SELECT pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time())::text,
                   pg_catalog.pg_is_in_recovery(),
                   EXISTS (SELECT
                             FROM pg_catalog.pg_stat_activity AS activity
                            WHERE activity.pid = ?
                              AND pg_catalog.date_part('epoch', activity.backend_start)::text = ?
                              AND coalesce(activity.state, '') NOT LIKE 'idle%'
                              AND coalesce(activity.wait_event, '') NOT IN ('ClientRead', 'ClientWrite'))
            """;

    private final DatabaseUrl url;
    private final Driver driver = new Driver();

    Connector(DatabaseUrl url) {
        this.url = url;
    }

    /** A connection with a session of its own until it is closed. */
    Connection session() throws SQLException {
        String id = UUID.randomUUID().toString();
        Properties properties = properties();
        boolean watches = !url.properties().containsKey(PGProperty.SOCKET_FACTORY.getName())
                && !url.properties().containsKey(PGProperty.SOCKET_TIMEOUT.getName());
        properties.putIfAbsent(PGProperty.SOCKET_FACTORY.getName(), LivenessSocketFactory.class.getName());
        properties.setProperty(LivenessSocketFactory.ID, id);
        Connection connection;
        LivenessSocketFactory.LivenessSocket socket;
        try {
            connection = connect(properties);
        } finally {
            socket = LivenessSocketFactory.take(id);
        }
        try {
            Session session = begin(connection, false);
            if (watches && socket != null) {
                socket.watch(() -> ask(session, socket.address()));
                connection.setNetworkTimeout(Runnable::run, LivenessSocketFactory.SILENCE_MILLIS);
            }
            return connection;
        } catch (SQLException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    /**
     * A connection for one transaction, whose settings apply to that transaction only; a transaction pooler may use
     * another session for each transaction.
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

    /**
     * A connection for one transaction that only reads, sees the database as of one moment, and in which no statement takes
     * longer than {@code limit}.
     */
    Connection snapshot(Duration limit) throws SQLException {
        Connection connection = bare();
        try {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                // Of the transaction, not of the session, which a transaction pooler gives to other clients.
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
                statement.execute("SET LOCAL statement_timeout = " + limit.toMillis());
            }
            begin(connection, true);
            if (!url.properties().containsKey(PGProperty.SOCKET_TIMEOUT.getName())) {
                connection.setNetworkTimeout(
                        Runnable::run, Math.toIntExact(limit.plus(LOGIN).toMillis()));
            }
            return connection;
        } catch (SQLException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    /** A connection without settings. */
    Connection bare() throws SQLException {
        Properties properties = properties();
        // A server-side prepared statement would stay in a session that a transaction pooler gives to other clients.
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
        properties.putIfAbsent(PGProperty.SOCKET_TIMEOUT.getName(), String.valueOf(LOGIN.toSeconds()));
        properties.putIfAbsent(PGProperty.TCP_KEEP_ALIVE.getName(), "true");
        // By default, the driver skips a host for ten seconds after a failed connection.
        properties.putIfAbsent(PGProperty.HOST_RECHECK_SECONDS.getName(), "0");
        return properties;
    }

    private static Session begin(Connection connection, boolean transactionOnly) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BEGIN_SESSION)) {
            statement.setBoolean(1, transactionOnly);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Session(row.getInt(3), String.valueOf(row.getString(4)), String.valueOf(row.getString(5)));
            }
        }
    }

    private Liveness ask(Session session, InetSocketAddress address) {
        Properties properties = properties();
        // Connects to the same address, because a host name may resolve to several servers.
        properties.setProperty(PGProperty.SOCKET_FACTORY.getName(), FixedAddressSocketFactory.class.getName());
        properties.setProperty(
                FixedAddressSocketFactory.ADDRESS, address.getAddress().getHostAddress());
        properties.setProperty(FixedAddressSocketFactory.PORT, String.valueOf(address.getPort()));
        properties.setProperty(PGProperty.CONNECT_TIMEOUT.getName(), String.valueOf(PROBE.toSeconds()));
        properties.setProperty(PGProperty.SOCKET_TIMEOUT.getName(), String.valueOf(PROBE.toSeconds()));
        try (Connection connection = connect(properties)) {
            begin(connection, false);
            try (PreparedStatement statement = connection.prepareStatement(IS_AT_WORK)) {
                statement.setInt(1, session.process());
                statement.setString(2, session.start());
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    if (!session.server().equals(row.getString(1))) {
                        // A primary was started again, or took over the address, so the session's is no more. A standby
                        // may share the address with the primary.
                        return row.getBoolean(2) ? Liveness.UNKNOWN : Liveness.GONE;
                    }
                    return row.getBoolean(3) ? Liveness.AT_WORK : Liveness.GONE;
                }
            }
        } catch (SQLException failed) {
            String state = failed.getSQLState();
            return state == null || state.startsWith("08") ? Liveness.UNREACHABLE : Liveness.UNKNOWN;
        }
    }

    /** The server process of a connection: its id and start, and the start of the server. */
    private record Session(int process, String start, String server) {}

    @Override
    public String toString() {
        return url.toString();
    }
}
