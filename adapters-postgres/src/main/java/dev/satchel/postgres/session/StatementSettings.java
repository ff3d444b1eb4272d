package dev.satchel.postgres.session;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What each of Satchel's statements runs under: it looks for names without a schema in {@code pg_catalog} and in no schema
 * of others, and waits for nobody's lock without end.
 *
 * <p>The data source is the service's, and so is its {@code search_path}, which leads to {@code public} as a rule: an
 * operator or a function there with better matching argument types would run with Satchel's rights. Qualifying every
 * operator and every type would hide what a statement says, and a single one forgotten would be a hole. So is its {@code
 * lock_timeout}, which is as a rule none, while any user may lock a table and forget it. So each statement runs in a
 * transaction with settings of its own, and leaves the service's transaction, if it runs in one, as it was. They are never
 * set for the session, which the service goes on using, and which a pooler may share with others.
 */
public final class StatementSettings {

    // These two run on the service's own path, and so name the schema of everything. A limit that the service has for
    // its
    // locks stays.
    private static final String REPLACE = """
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

    /** The name of a transaction that began with the settings made. */
    private static final String TRANSACTION = StatementSettings.class.getName();

    private StatementSettings() {}

    /** Makes the settings until the transaction that is open on the connection ends. */
    public static void set(Connection connection) throws SQLException {
        replace(connection);
    }

    /** Runs statements with the settings made: each in a transaction of its own, or in the one that the caller is in. */
    public static JdbcClient client(DataSource dataSource) {
        SQLExceptionTranslator translator = new JdbcTemplate(dataSource).getExceptionTranslator();
        return JdbcClient.create((JdbcOperations) Proxy.newProxyInstance(
                StatementSettings.class.getClassLoader(),
                new Class<?>[] {JdbcOperations.class},
                (proxy, method, arguments) -> {
                    Connection connection = DataSourceUtils.getConnection(dataSource);
                    try {
                        return call(connection, method, arguments);
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

    /** Begins transactions of their own at READ COMMITTED, whatever the caller is in, with the settings made. */
    public static TransactionTemplate ownTransactions(DataSource dataSource) {
        TransactionTemplate transaction = new TransactionTemplate(new Beginning(dataSource));
        transaction.setName(TRANSACTION);
        transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        return transaction;
    }

    private static @Nullable Object call(Connection connection, Method method, Object @Nullable [] arguments)
            throws SQLException {
        if (connection.getAutoCommit()) {
            return callInTransaction(connection, method, arguments);
        }
        if (TRANSACTION.equals(TransactionSynchronizationManager.getCurrentTransactionName())) {
            return invoke(connection, method, arguments);
        }
        Before before = replace(connection);
        Object result = invoke(connection, method, arguments);
        // Not after a failure, which has ended the transaction or will be undone together with the settings.
        restore(connection, before);
        return result;
    }

    private static @Nullable Object callInTransaction(
            Connection connection, Method method, Object @Nullable [] arguments) throws SQLException {
        connection.setAutoCommit(false);
        try {
            set(connection);
            Object result = invoke(connection, method, arguments);
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
                connection.setAutoCommit(true);
            }
        }
    }

    private static @Nullable Object invoke(Connection connection, Method method, Object @Nullable [] arguments) {
        JdbcTemplate template = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
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
                ResultSet row = statement.executeQuery(REPLACE)) {
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

    /** What the service had set. */
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
