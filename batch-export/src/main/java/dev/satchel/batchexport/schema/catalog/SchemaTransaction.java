package dev.satchel.batchexport.schema.catalog;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * A change of the schema as one transaction: alone among its kind in the database, and tried again from the start when
 * a lock or a deadlock was in the way.
 *
 * <p>No lock is waited for longer than the lock timeout at a time, because writers queue behind one that waits for a strong
 * lock. Between two attempts nothing is locked.
 */
public final class SchemaTransaction {

    public static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String SEARCH_PATH = "SET LOCAL search_path = pg_catalog, pg_temp";

    // Any number will do that no other program uses for the same; it ends with the transaction.
    private static final String BE_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('satchel.schema', 0))";

    private static final String LIST_HOLDERS = """
            SELECT format('process %s%s on %s since %s', pid, ' (' || nullif(application_name, '') || ')',
                          string_agg(DISTINCT relation::regclass::text, ' and '), date_trunc('second', xact_start))
              FROM pg_locks
              JOIN pg_stat_activity USING (pid)
              JOIN pg_class ON pg_class.oid = relation
             WHERE locktype = 'relation'
               AND relkind IN ('r', 'p')
               AND granted
               AND mode <> 'AccessShareLock'
               AND pid <> pg_backend_pid()
               AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
             GROUP BY pid, application_name, xact_start
             ORDER BY xact_start
             LIMIT 5
            """;

    // Lock timeout, deadlock, serialization failure.
    private static final Set<String> IN_THE_WAY = Set.of("55P03", "40P01", "40001");

    // Not by to_regclass, which is an error to a login without rights on the schema.
    private static final String RELATIONS_EXIST = """
            SELECT count(*) = cardinality(string_to_array(?, ','))
              FROM pg_class
              JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE format('%I.%I', nspname, relname) = ANY (string_to_array(?, ','))
            """;

    private final DataSource dataSource;
    private final Duration patience;
    private final Duration lockTimeout;

    public SchemaTransaction(DataSource dataSource, Duration patience, Duration lockTimeout) {
        this.dataSource = dataSource;
        this.patience = patience;
        this.lockTimeout = lockTimeout;
    }

    /** Work that may be done several times, each time from the start. */
    public interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /** What else is done before the commit. */
    public interface Step {
        void on(Connection connection) throws SQLException;
    }

    /**
     * Does the work and commits it.
     *
     * @throws SchemaBusyException if a lock was in the way each time until the patience ended
     * @throws SQLException as the work threw it; then nothing was changed
     */
    public <T> T run(Work<T> work) throws SQLException {
        long begin = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = dataSource.getConnection()) {
                try {
                    begin(connection);
                    execute(connection, "SET LOCAL lock_timeout = " + lockTimeout.toMillis());
                    execute(connection, BE_ALONE);
                    T result = work.on(connection);
                    connection.commit();
                    return result;
                } catch (SQLException | RuntimeException failure) {
                    SQLException obstacle = obstacleIn(failure);
                    connection.rollback();
                    Duration tried = Duration.ofNanos(System.nanoTime() - begin);
                    if (obstacle == null) {
                        throw failure;
                    }
                    if (tried.compareTo(patience) >= 0) {
                        begin(connection);
                        throw new SchemaBusyException(tried, attempt, rows(connection, LIST_HOLDERS), obstacle);
                    }
                }
            }
            pause();
        }
    }

    /**
     * Begins a transaction in which names without a schema are looked up in {@code pg_catalog}, and never where somebody
     * else may have put a better matching operator or function.
     */
    public static void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        execute(connection, SEARCH_PATH);
    }

    // Random, so that several that failed together do not meet again.
    private static void pause() throws SQLException {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(200, 1500));
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting for a lock; nothing was changed", interruption);
        }
    }

    private static @Nullable SQLException obstacleIn(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException exception && isInTheWay(exception)) {
                return exception;
            }
        }
        return null;
    }

    /** Whether the work may succeed when it is done once more from the start. */
    public static boolean isInTheWay(SQLException failure) {
        return failure.getSQLState() != null && (IN_THE_WAY.contains(failure.getSQLState()) || isRaceForRole(failure));
    }

    // Roles and memberships belong to the whole server: a migration of another database may make the same.
    private static boolean isRaceForRole(SQLException exception) {
        return exception instanceof org.postgresql.util.PSQLException failure
                && "23505".equals(failure.getSQLState())
                && failure.getServerErrorMessage() != null
                && "pg_catalog".equals(failure.getServerErrorMessage().getSchema());
    }

    /**
     * Lends one connection again and again without letting anybody end its transaction, which makes the many small
     * transactions of a library one.
     */
    public static DataSource lending(Connection connection) {
        boolean[] autoCommit = {true};
        Connection lent = (Connection) Proxy.newProxyInstance(
                SchemaTransaction.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "setAutoCommit" -> {
                        autoCommit[0] = (boolean) arguments[0];
                        yield null;
                    }
                    case "getAutoCommit" -> autoCommit[0];
                    case "commit", "close" -> null;
                    default -> {
                        try {
                            yield method.invoke(connection, arguments);
                        } catch (InvocationTargetException failure) {
                            throw failure.getCause();
                        }
                    }
                });
        return new AbstractDataSource() {
            @Override
            public Connection getConnection() {
                return lent;
            }

            @Override
            public Connection getConnection(String user, String password) {
                return lent;
            }
        };
    }

    public static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Whether all these tables and views are there, which a login without any right on them can ask too. */
    public static boolean exist(Connection connection, String... relations) throws SQLException {
        String names = String.join(",", relations);
        return rows(connection, RELATIONS_EXIST, names, names).equals(List.of("t"));
    }

    /** The first column of each row, of a query with parameters. */
    public static List<String> rows(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int parameter = 0; parameter < parameters.length; parameter++) {
                statement.setString(parameter + 1, parameters[parameter]);
            }
            try (ResultSet result = statement.executeQuery()) {
                List<String> rows = new ArrayList<>();
                while (result.next()) {
                    rows.add(result.getString(1));
                }
                return rows;
            }
        }
    }
}
