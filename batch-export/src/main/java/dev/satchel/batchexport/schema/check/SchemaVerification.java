package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.batchexport.schema.catalog.ServerVersion;
import dev.satchel.batchexport.schema.catalog.UsersTable;
import dev.satchel.postgres.dataset.PostgresDatasets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import javax.sql.DataSource;

/**
 * Compares a live database with what Satchel's migrations make, object by object.
 *
 * <p>Everything is read in one read-only snapshot and nothing is changed. The owner of the tables sees everything; no
 * superuser is needed. A worker's login sees the schema too, and what it may not count is a warning. What Satchel owns
 * must be exactly as migrated. What the platform and the application own is looked at as far as Satchel relies on it.
 */
public final class SchemaVerification {

    private static final Predicate<Check> ABOUT_THE_HISTORY =
            check -> ContractCheck.isAboutAMigration(check) || check.subject().contains("flyway_schema_history");

    private final DataSource dataSource;
    private final PostgresDatasets datasets;
    private final Predicate<Check> asked;
    private final Optional<String> usersTable;

    private SchemaVerification(
            DataSource dataSource, PostgresDatasets datasets, Predicate<Check> asked, Optional<String> usersTable) {
        this.usersTable = usersTable;
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
        return new SchemaVerification(dataSource, datasets, check -> true, Optional.empty());
    }

    /** Leaves out which migrations were recorded, for a schema that was made without Flyway. */
    public SchemaVerification withoutHistory() {
        return new SchemaVerification(dataSource, datasets, ABOUT_THE_HISTORY.negate(), usersTable);
    }

    /** Says which table was meant to hold the users; Satchel's tables tell which one does. */
    public SchemaVerification withUsersTable(Optional<String> named) {
        return new SchemaVerification(dataSource, datasets, asked, named);
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
                if (usersTable.isPresent()) {
                    UsersTable.name(connection, usersTable.get());
                }
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
        SchemaTransaction.execute(connection, "SET TRANSACTION READ ONLY");
        // A definition is printed under a lock that a migration next door may hold up.
        SchemaTransaction.execute(connection, "SET LOCAL lock_timeout = '5s'");
        List<Check> checks = new ArrayList<>(ServerCheck.check(connection));
        if (ServerVersion.of(connection).isKnown()) {
            checks.addAll(SchemaCheck.all(subjects(datasets), connection));
        }
        return checks;
    }

    private static List<SchemaCheck> subjects(PostgresDatasets datasets) {
        return List.of(
                ContractCheck::check,
                OpenSchemas::check,
                WorkerLogins::check,
                UsersTableCheck::check,
                FollowedTables::check,
                connection -> DatasetTables.check(connection, datasets),
                connection -> VisibleRecords.check(connection, datasets),
                ProgressRows::check,
                StoredRows::check);
    }
}
