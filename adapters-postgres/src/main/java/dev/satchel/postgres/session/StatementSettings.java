package dev.satchel.postgres.session;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.datasource.SmartDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The settings of each of Satchel's statements: a {@code search_path} of {@code pg_catalog, pg_temp}, and a {@code
 * lock_timeout}.
 *
 * <p>The data source belongs to the service, whose {@code search_path} usually includes {@code public}. An operator or
 * function there with better matching argument types would run with Satchel's rights. Qualifying every operator and
 * type would make statements hard to read, and one omission would be a vulnerability. The service's {@code
 * lock_timeout} is usually 0, so that a forgotten lock would block a statement forever. So each statement runs in a
 * transaction with these settings. If the service has a transaction open, the statement runs in it and the settings
 * are restored afterwards. They are never set for the session, which the service keeps using and which a pooler may
 * share.
 */
public final class StatementSettings {

    // This statement and the next run with the service's search_path, so they qualify every name. A lock_timeout of
    // the service is kept.
    /**
     * A query that applies the settings to the open transaction, until it ends, for a reader that sends several
     * statements together. It returns one row, with the settings of the service.
     */
    public static final String SQL = """
            SELECT pg_catalog.current_setting('search_path'),
                   pg_catalog.current_setting('lock_timeout'),
                   pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
                   pg_catalog.set_config('lock_timeout',
                                         CASE WHEN pg_catalog.current_setting('lock_timeout') OPERATOR(pg_catalog.=) '0'
                                              THEN '10s' ELSE pg_catalog.current_setting('lock_timeout') END,
                                         true)
            """;

    private static final String RESTORE = """
            SELECT pg_catalog.set_config('search_path', ?, true), pg_catalog.set_config('lock_timeout', ?, true)
            """;

    /** The name of transactions that begin with these settings. */
    private static final String TRANSACTION = StatementSettings.class.getName();

    private StatementSettings() {}

    /** Applies the settings to the open transaction of the connection, until it ends. */
    public static void set(Connection connection) throws SQLException {
        replace(connection);
    }

    /**
     * A client that runs each statement with these settings, in the caller's transaction or, without one, in a
     * transaction of its own; in {@link OwnSessions}, which have the settings, a statement needs no transaction.
     */
    public static JdbcClient client(DataSource dataSource) {
        return client(dataSource, Duration.ZERO);
    }

    /**
     * A client as {@link #client(DataSource)}, which cancels a statement that takes too long.
     *
     * @param limit how long a statement may take, in whole seconds; zero for no limit
     */
    public static JdbcClient client(DataSource dataSource, Duration limit) {
        int seconds = Math.toIntExact(limit.toSeconds());
        if (dataSource instanceof OwnSessions) {
            return JdbcClient.create(template(dataSource, seconds));
        }
        SQLExceptionTranslator translator = new JdbcTemplate(dataSource).getExceptionTranslator();
        return JdbcClient.create((JdbcOperations) Proxy.newProxyInstance(
                StatementSettings.class.getClassLoader(),
                new Class<?>[] {JdbcOperations.class},
                (proxy, method, arguments) -> {
                    Connection connection = DataSourceUtils.getConnection(dataSource);
                    try {
                        return isOfTheCaller(connection, dataSource)
                                ? callInTransactionOfTheCaller(connection, seconds, method, arguments)
                                : callInTransaction(connection, seconds, method, arguments);
                    } catch (SQLException failure) {
                        DataAccessException known = translator.translate("preparing a statement", null, failure);
                        throw known == null
                                ? new UncategorizedSQLException("preparing a statement", null, failure)
                                : known;
                    } finally {
                        DataSourceUtils.releaseConnection(connection, dataSource);
                    }
                }));
    }

    /**
     * A template for new transactions at READ COMMITTED with these settings, even inside a transaction of the caller.
     */
    public static TransactionTemplate ownTransactions(DataSource dataSource) {
        TransactionTemplate transaction = new TransactionTemplate(new Beginning(dataSource));
        transaction.setName(TRANSACTION);
        transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        return transaction;
    }

    // Without a limit, the template keeps the one of a transaction of the service.
    private static JdbcTemplate template(DataSource dataSource, int seconds) {
        JdbcTemplate template = new JdbcTemplate(dataSource);
        if (seconds > 0) {
            template.setQueryTimeout(seconds);
        }
        return template;
    }

    // Without autocommit alone, nobody would commit: many pools hand out such connections. A data source that keeps its
    // connection has lent one whose transaction the caller ends.
    private static boolean isOfTheCaller(Connection connection, DataSource dataSource) throws SQLException {
        if (connection.getAutoCommit()) {
            return false;
        }
        if (dataSource instanceof SmartDataSource lending && !lending.shouldClose(connection)) {
            return true;
        }
        return TransactionSynchronizationManager.isActualTransactionActive()
                && DataSourceUtils.isConnectionTransactional(connection, dataSource);
    }

    private static @Nullable Object callInTransactionOfTheCaller(
            Connection connection, int seconds, Method method, Object @Nullable [] arguments) throws SQLException {
        if (TRANSACTION.equals(TransactionSynchronizationManager.getCurrentTransactionName())) {
            return invoke(connection, seconds, method, arguments);
        }
        Before before = replace(connection);
        Object result = invoke(connection, seconds, method, arguments);
        // Not needed after a failure: the transaction is aborted, and its rollback also undoes the settings.
        restore(connection, before);
        return result;
    }

    private static @Nullable Object callInTransaction(
            Connection connection, int seconds, Method method, Object @Nullable [] arguments) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try {
            set(connection);
            Object result = invoke(connection, seconds, method, arguments);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException | Error failure) {
            try {
                connection.rollback();
            } catch (SQLException gone) {
                failure.addSuppressed(gone);
            }
            throw failure;
        } finally {
            if (!connection.isClosed()) {
                connection.setAutoCommit(autoCommit);
            }
        }
    }

    private static @Nullable Object invoke(
            Connection connection, int seconds, Method method, Object @Nullable [] arguments) {
        JdbcTemplate template = template(new SingleConnectionDataSource(connection, true), seconds);
        try {
            return method.invoke(template, arguments);
        } catch (InvocationTargetException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (failure.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(failure);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Before replace(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SQL)) {
            row.next();
            return new Before(row.getString(1), row.getString(2));
        }
    }

    private static void restore(Connection connection, Before before) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RESTORE)) {
            statement.setString(1, before.searchPath());
            statement.setString(2, before.lockTimeout());
            statement.execute();
        }
    }

    /** The settings of the service. */
    private record Before(String searchPath, String lockTimeout) {}

    private static final class Beginning extends JdbcTransactionManager {

        private static final long serialVersionUID = 1L;

        Beginning(DataSource dataSource) {
            super(dataSource);
        }

        @Override
        protected void prepareTransactionalConnection(Connection connection, TransactionDefinition definition)
                throws SQLException {
            super.prepareTransactionalConnection(connection, definition);
            set(connection);
        }
    }
}
