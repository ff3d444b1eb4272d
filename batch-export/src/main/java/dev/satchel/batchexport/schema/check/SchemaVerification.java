package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.SchemaContract;
import dev.satchel.batchexport.schema.catalog.SchemaFacts;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.batchexport.schema.catalog.SchemaVersion;
import dev.satchel.batchexport.schema.catalog.ServerVersion;

import dev.satchel.postgres.dataset.PostgresDatasets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.sql.DataSource;

/**
 * Compares a live database with what Satchel's migrations make, object by object.
 *
 * <p>Everything is read in one read-only snapshot and nothing is changed. The owner of the tables sees everything; no
 * superuser is needed. A worker's login sees the schema too, and what it may not count is a warning. What Satchel owns must be exactly as migrated. What the platform and the application own is
 * looked at as far as Satchel relies on it.
 */
public final class SchemaVerification {

    private static final Predicate<Check> ABOUT_THE_HISTORY =
            check -> check.subject().startsWith(SchemaContract.MIGRATION)
                    || check.subject().contains("flyway_schema_history");

    // Some databases of the application have no words, and then no triggers on them.
    private static final String ON_WORDS = " on public.learning_progress";
    private static final String HAS_WORDS = """
            SELECT count(*) = 1
              FROM pg_class
              JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE (nspname, relname) = ('public', 'learning_progress')
            """;

    private final DataSource dataSource;
    private final PostgresDatasets datasets;
    private final Predicate<Check> asked;

    private SchemaVerification(DataSource dataSource, PostgresDatasets datasets, Predicate<Check> asked) {
        this.dataSource = dataSource;
        this.datasets = datasets;
        this.asked = asked;
    }

    /** Verifies the database that the data source leads to, logging in as the owner of Satchel's tables. */
    public static SchemaVerification of(DataSource dataSource) {
        return of(dataSource, PostgresDatasets.builtIn());
    }

    /** The same, looking at the records that these datasets hold. */
    public static SchemaVerification of(DataSource dataSource, PostgresDatasets datasets) {
        return new SchemaVerification(dataSource, datasets, check -> true);
    }

    /** Leaves out which migrations were recorded, for a schema that was made without Flyway. */
    public SchemaVerification withoutHistory() {
        return new SchemaVerification(dataSource, datasets, ABOUT_THE_HISTORY.negate());
    }

    /**
     * Looks at everything, and says so of each object, whether it is as it should be or not.
     *
     * @throws SQLException if the database cannot be reached, or something locks an object for long
     */
    public List<Check> checks() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                SchemaTransaction.execute(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
                return checks(connection, datasets).stream().filter(asked).toList();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    /** Looks at everything in the transaction that is open, which from then on is read-only. */
    public static List<Check> checks(Connection connection, PostgresDatasets datasets) throws SQLException {
        SchemaTransaction.begin(connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION READ ONLY");
            // A definition is printed under a lock that a migration next door may hold up.
            statement.execute("SET LOCAL lock_timeout = '5s'");
        }
        ServerVersion version = serverVersion(connection);
        List<Check> checks = new ArrayList<>();
        checks.add(version.check());
        checks.add(DatabaseEncoding.check(connection));
        if (version.isKnown()) {
            checks.addAll(facts(connection, version));
            checks.add(OpenSchemas.check(connection));
            checks.add(WorkerLogins.check(connection));
            checks.addAll(ApplicationTables.check(connection));
            checks.addAll(VisibleRecords.check(connection, datasets));
            checks.addAll(ProgressRows.check(connection));
            checks.addAll(LegacyKeysCheck.check(connection));
            checks.addAll(UncheckedRows.check(connection));
            checks.addAll(ZoneRows.check(connection));
        }
        return checks;
    }

    /** What differs from what the migrations make, but for the history of the migrations itself. */
    public static List<Check> differences(Connection connection) throws SQLException {
        ServerVersion version = serverVersion(connection);
        return version.isTried()
                ? facts(connection, version).stream()
                        .filter(check -> check.isFailed() && !check.subject().startsWith(SchemaContract.MIGRATION))
                        .toList()
                : List.of();
    }

    private static List<Check> facts(Connection connection, ServerVersion version) throws SQLException {
        List<Check> checks =
                new ArrayList<>(SchemaContract.load().compare(SchemaFacts.read(connection), version.number()));
        if (SchemaVersion.isHidden(connection)) {
            checks.removeIf(check -> check.subject().startsWith(SchemaContract.MIGRATION));
            checks.add(Check.warning(
                    "migrations",
                    "applied",
                    "not looked at, because the login may not read satchel.flyway_schema_history: log in as the owner"
                            + " of Satchel's tables, or as a member of satchel_runtime"));
        }
        if (!hasWords(connection)) {
            checks.removeIf(check -> check.subject().endsWith(ON_WORDS));
        }
        checks.addAll(AuthUid.check(connection));
        return checks;
    }

    private static boolean hasWords(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(HAS_WORDS)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static ServerVersion serverVersion(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW server_version_num")) {
            row.next();
            return new ServerVersion(row.getInt(1));
        }
    }
}
