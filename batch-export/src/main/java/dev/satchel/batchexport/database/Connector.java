package dev.satchel.batchexport.database;

import dev.satchel.batchexport.database.WatchedSocketFactory.Liveness;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Opens connections, and puts on each what every statement of the program is to run under.
 *
 * <p>Names without a schema, operators and types among them, are looked up in {@code pg_catalog} and in no schema of
 * others, whatever the login, the database or the URL's options have for {@code search_path}: a better matching operator
 * in {@code public} would run with the rights of whoever migrates or delivers. A statement may take as long as it needs,
 * but not wait for somebody else's lock without end. And a server that has gone silent is told from one that works by
 * asking for the session on another connection.
 */
final class Connector {

    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** How long a server may be silent while somebody logs in. */
    private static final Duration LOGIN = Duration.ofSeconds(20);

    /** How long a probe may take for each step, so that two fit into the time after which no answer is an answer. */
    private static final Duration PROBE = Duration.ofSeconds(5);

    // The one place for settings of the session; where transactions meet different sessions they must end with theirs.
    // One
    // round trip sets them and tells who serves the connection. It runs on the login's own search path, and so names
    // the
    // schema of everything.
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

    // A session that waits for its client has answered, or was never asked: its words were lost on the way.
    private static final String IS_AT_WORK = """
            SELECT pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time())::text,
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

    /** A connection that has a session of its own until it is closed. */
    Connection session() throws SQLException {
        String id = UUID.randomUUID().toString();
        Properties properties = properties();
        boolean watches = !url.properties().containsKey(PGProperty.SOCKET_FACTORY.getName())
                && !url.properties().containsKey(PGProperty.SOCKET_TIMEOUT.getName());
        properties.putIfAbsent(PGProperty.SOCKET_FACTORY.getName(), WatchedSocketFactory.class.getName());
        properties.setProperty(WatchedSocketFactory.ID, id);
        Connection connection;
        WatchedSocketFactory.WatchedSocket socket;
        try {
            connection = connect(properties);
        } finally {
            socket = WatchedSocketFactory.take(id);
        }
        try {
            Session session = begin(connection, false);
            if (watches && socket != null) {
                socket.watch(() -> ask(session, socket.address()));
                connection.setNetworkTimeout(Runnable::run, WatchedSocketFactory.SILENCE_MILLIS);
            }
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
        properties.putIfAbsent(PGProperty.SOCKET_TIMEOUT.getName(), String.valueOf(LOGIN.toSeconds()));
        properties.putIfAbsent(PGProperty.TCP_KEEP_ALIVE.getName(), "true");
        // Of several hosts the driver would pass one over for ten seconds that did not answer just now.
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
        // The very same server: a name may stand for several.
        properties.setProperty(PGProperty.SOCKET_FACTORY.getName(), SameServer.class.getName());
        properties.setProperty(SameServer.ADDRESS, address.getAddress().getHostAddress());
        properties.setProperty(SameServer.PORT, String.valueOf(address.getPort()));
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
                        return Liveness.UNKNOWN;
                    }
                    return row.getBoolean(2) ? Liveness.AT_WORK : Liveness.GONE;
                }
            }
        } catch (SQLException failed) {
            String state = failed.getSQLState();
            return state == null || state.startsWith("08") ? Liveness.UNREACHABLE : Liveness.UNKNOWN;
        }
    }

    /** Who serves a connection: a process and its start, of a server and its start. */
    private record Session(int process, String start, String server) {}

    @Override
    public String toString() {
        return url.toString();
    }
}
