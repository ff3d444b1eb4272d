package dev.satchel.batchexport.schema.migrate;

import static dev.satchel.batchexport.schema.catalog.SchemaTransaction.rows;

import dev.satchel.batchexport.schema.catalog.OtherSchemaException;
import dev.satchel.batchexport.schema.catalog.SchemaContract;
import dev.satchel.batchexport.schema.catalog.SchemaFacts;
import dev.satchel.batchexport.schema.catalog.SchemaSteps;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.batchexport.schema.catalog.SchemaVersion;
import dev.satchel.batchexport.schema.catalog.ServerVersion;
import dev.satchel.batchexport.schema.catalog.UsersTable;
import dev.satchel.batchexport.schema.check.Check;
import dev.satchel.batchexport.schema.check.ContractCheck;
import dev.satchel.batchexport.schema.check.DatasetTables;
import dev.satchel.batchexport.schema.check.FollowedTables;
import dev.satchel.batchexport.schema.check.OpenSchemas;
import dev.satchel.batchexport.schema.check.ProgressRows;
import dev.satchel.batchexport.schema.check.SchemaCheck;
import dev.satchel.batchexport.schema.check.ServerCheck;
import dev.satchel.batchexport.schema.check.StoredRows;
import dev.satchel.batchexport.schema.check.UsersTableCheck;
import dev.satchel.batchexport.schema.migrate.PublicTable.State;
import dev.satchel.postgres.dataset.PostgresDatasets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.api.MigrationInfo;

/**
 * Looks at a database before a migration and tells what it would meet. Changes nothing, and locks nothing of others.
 *
 * <p>What a verification looks at too, it asks by the same checks: of what is wrong, it says what a migration would restore
 * and what not.
 */
public final class Preflight {

    private static final String DEPENDENTS = """
            SELECT DISTINCT format('view %s reads %s', ev_class::regclass, refobjid::regclass)
              FROM pg_depend
              JOIN pg_rewrite ON pg_rewrite.oid = objid
             WHERE classid = 'pg_rewrite'::regclass
               AND refclassid = 'pg_class'::regclass
               AND refobjid = ANY (string_to_array(?, ',')::regclass[])
             UNION ALL
            SELECT format('foreign key %I of %s refers to %s', conname, conrelid::regclass, confrelid::regclass)
              FROM pg_constraint
             WHERE contype = 'f'
               AND confrelid = ANY (string_to_array(?, ',')::regclass[])
            """;

    private static final String HISTORY = """
            SELECT version
              FROM satchel.flyway_schema_history
             WHERE success
               AND version IS NOT NULL
             ORDER BY installed_rank DESC
             LIMIT 1
            """;

    private static final String ROLES = """
            SELECT format('%s %s', name, CASE WHEN to_regrole(name) IS NULL THEN 'will be made' ELSE 'is there' END)
              FROM unnest(ARRAY ['anon', 'authenticated', 'service_role', 'satchel_runtime', 'satchel_exports',
                                 'satchel_vault', 'satchel_rotation']) AS name
            """;

    private static final String TABLES_EXPECTED = "no table of that name, Satchel's or the application's legacy one";

    private final Connection connection;
    private PastedFiles pasted = PastedFiles.NONE;
    private List<PublicTable> tables = List.of();
    private boolean hasHistory;

    Preflight(Connection connection) {
        this.connection = connection;
    }

    /** Looks at a database whose users are where they are found, with the built-in datasets. */
    public static Report report(DataSource dataSource) throws SQLException {
        return report(dataSource, Optional.empty(), PostgresDatasets.builtIn());
    }

    /**
     * Looks at a database through a transaction that can only read. Of a schema at the newest version it also tells what
     * a migration would restore.
     *
     * @param usersTable the table that holds the users, if that was said
     */
    public static Report report(DataSource dataSource, Optional<String> usersTable, PostgresDatasets datasets)
            throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            SchemaTransaction.begin(connection);
            if (usersTable.isPresent()) {
                UsersTable.name(connection, usersTable.get());
            }
            Report report = report(connection, datasets);
            connection.rollback();
            return report;
        }
    }

    /** Looks in the transaction that is open. */
    static Report report(Connection connection, PostgresDatasets datasets) throws SQLException {
        Preflight preflight = new Preflight(connection);
        Report report = preflight.report();
        if (report.isBlocked()) {
            return report;
        }
        List<Check> afterwards = new ArrayList<>(DatasetTables.check(connection, datasets));
        if (preflight.hasHistory) {
            afterwards.addAll(preflight.contract());
        }
        return new Report(report.beforehand(), afterwards);
    }

    /** What a migration needs. */
    Report report() throws SQLException {
        SchemaVersion.refuseReplaced(connection);
        List<Check> checks = new ArrayList<>(ServerCheck.check(connection));
        if (!ServerVersion.of(connection).isKnown()) {
            return new Report(checks, List.of());
        }
        List<Check> closed = MissingRights.onSchemas(connection);
        checks.addAll(
                closed.isEmpty()
                        ? SchemaCheck.all(
                                List.of(
                                        this::history,
                                        OpenSchemas::beforeMigration,
                                        PrivateRowSecurity::check,
                                        UsersTableCheck::check,
                                        FollowedTables::check,
                                        open -> MissingRights.check(open, legacyTables()),
                                        open -> List.of(Check.ok("roles", String.join(", ", rows(open, ROLES)))),
                                        this::locks),
                                connection)
                        : closed);
        return new Report(checks, List.of());
    }

    /** Whether migrations were recorded, as the report found it. */
    boolean hasHistory() {
        return hasHistory;
    }

    /** The application's legacy tables that will be moved, as the report found them. */
    List<String> legacyTables() {
        return tables.stream()
                .filter(table -> table.state() == State.LEGACY)
                .map(PublicTable::quoted)
                .toList();
    }

    /** What ran without a history, as the report found it. */
    PastedFiles pastedFiles() {
        return pasted;
    }

    private List<Check> history(Connection open) throws SQLException {
        hasHistory = SchemaTransaction.exist(open, "satchel.flyway_schema_history");
        if (!hasHistory) {
            return publicTables();
        }
        if (SchemaVersion.isHidden(open)) {
            return List.of(Check.failed(
                    "history",
                    "a login that may read satchel.flyway_schema_history",
                    "another: log in as the owner of Satchel's tables"));
        }
        try {
            SchemaVersion.refuseNewer(open);
        } catch (OtherSchemaException newer) {
            return List.of(Check.failed("history", "the version of this program", String.valueOf(newer.getMessage())));
        }
        List<String> version = rows(open, HISTORY);
        return List.of(Check.ok(
                "history", version.isEmpty() ? "nothing applied yet" : "the schema is at version " + version.get(0)));
    }

    private List<Check> publicTables() throws SQLException {
        SchemaContract contract = SchemaContract.forDatabase(connection);
        SchemaSteps steps = SchemaSteps.load();
        Map<String, String> live = SchemaFacts.read(connection).bySubject();
        tables = PublicTable.NAMES.stream()
                .map(name -> PublicTable.in(name, live, contract, steps))
                .toList();
        List<Check> checks = new ArrayList<>();
        Set<String> foreign = new HashSet<>();
        for (PublicTable table : tables) {
            String subject = "table " + table.quoted();
            switch (table.state()) {
                case ABSENT -> checks.add(Check.ok(subject, "will be made"));
                case SATCHELS -> checks.add(Check.ok(subject, "has exactly Satchel's shape and will be kept"));
                case LEGACY -> {
                    foreign.add(table.quoted());
                    checks.add(Check.notice(
                            subject,
                            "is the application's legacy table and will be moved, as it is, to satchel.adopted_"
                                    + table.name()));
                }
                case OTHER -> {
                    foreign.add(table.quoted());
                    checks.add(Check.failed(
                            subject,
                            TABLES_EXPECTED,
                            "one of another shape: " + String.join("; ", table.differences()),
                            "ALTER TABLE %s RENAME TO %s_before_satchel;".formatted(table.quoted(), table.name())));
                }
            }
        }
        String legacy = String.join(",", legacyTables());
        if (!legacy.isEmpty()) {
            for (String dependent : rows(connection, DEPENDENTS, legacy, legacy)) {
                checks.add(Check.failed(
                        "tables",
                        "nothing that depends on a legacy table",
                        dependent + ", which is to be moved: drop it, migrate, and make it again"));
            }
            if (tables.stream().anyMatch(table -> table.state() == State.SATCHELS)) {
                checks.add(Check.failed(
                        "tables",
                        "all three of the application or all three Satchel's",
                        "some of each; the application's are " + legacy.replace(",", ", ")));
            }
        }
        pasted = PastedFiles.in(connection, steps, live.keySet(), foreign);
        if (!pasted.recorded().isEmpty()) {
            checks.add(Check.notice(
                    "table satchel.flyway_schema_history",
                    "would be restored: files that ran without a history will be recorded: "
                            + String.join(", ", pasted.recorded())));
        }
        pasted.gaps()
                .forEach(gap -> checks.add(Check.failed(
                        "history",
                        "files that ran completely",
                        "files that ran without a history, but not completely: " + gap)));
        return checks;
    }

    private List<Check> locks(Connection open) throws SQLException {
        List<String> written = new ArrayList<>(FollowedTables.followed(open));
        UsersTable.of(open).ifPresent(users -> written.add(0, users.name()));
        List<String> legacy = legacyTables();
        return List.of(Check.notice(
                "locks",
                "writers of " + String.join(", ", written) + " wait while it runs, "
                        + (legacy.isEmpty()
                                ? "readers do not; "
                                : "and all who use " + String.join(", ", legacy) + ", public.sessions; ")
                        + "each waited for at most 2 seconds at a time, unless --lock-timeout says otherwise, then tried"
                        + " again for 2 minutes"));
    }

    private List<Check> contract() throws SQLException {
        List<String> pending = SchemaFiles.pending(connection).stream()
                .map(MigrationInfo::getScript)
                .toList();
        Stream<Check> files = ContractCheck.check(connection).stream()
                .filter(check -> check.isFailed() && ContractCheck.isAboutAMigration(check))
                .filter(check -> pending.stream().noneMatch(check.subject()::endsWith));
        List<Check> checks = new ArrayList<>(files.toList());
        if (pending.isEmpty()) {
            checks.addAll(Restoration.plan(connection));
        } else {
            checks.add(Check.notice(
                    "migrations",
                    "files will be applied, and then what the schema lacks of the others is restored: "
                            + String.join(", ", pending)));
        }
        for (Check waiting : ProgressRows.check(connection)) {
            checks.add(
                    waiting.isFailed()
                            ? Check.notice(waiting.subject(), "would be counted: " + waiting.found())
                            : waiting);
        }
        checks.addAll(StoredRows.check(connection));
        return checks;
    }

    /**
     * Everything found, in the order looked at.
     *
     * @param beforehand what stops a migration where it failed
     * @param afterwards what would be, or would still be, once it has run
     */
    public record Report(List<Check> beforehand, List<Check> afterwards) {

        public Report {
            beforehand = List.copyOf(beforehand);
            afterwards = List.copyOf(afterwards);
        }

        public List<Check> checks() {
            return Stream.concat(beforehand.stream(), afterwards.stream()).toList();
        }

        public boolean isBlocked() {
            return !blocking().isEmpty();
        }

        /** What stops the migration before anything is changed. */
        public List<Check> blocking() {
            return beforehand.stream().filter(Check::isFailed).toList();
        }

        /** Whether something is not as it should be that a migration would not mend. */
        public boolean isFailed() {
            return checks().stream().anyMatch(Check::isFailed);
        }

        /** The findings for people, in the order looked at. */
        public Stream<String> lines() {
            return checks().stream().flatMap(Check::lines);
        }

        @Override
        public String toString() {
            return lines().collect(Collectors.joining("\n"));
        }
    }
}
