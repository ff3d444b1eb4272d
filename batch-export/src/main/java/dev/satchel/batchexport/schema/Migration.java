package dev.satchel.batchexport.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.output.MigrateResult;

/**
 * Brings a database to the newest version of Satchel's schema, all files in one transaction: whatever stops it, the
 * database is as before.
 *
 * <p>The history of the files is kept in the private schema {@code satchel}. A database that already holds other
 * tables is never taken as a baseline, which would skip the first file. Files that somebody has run in an SQL editor,
 * without a history, are recorded if they left exactly what they should. Any number may migrate at once: one does.
 */
public final class Migration {

    // Flyway's baseline is the only door to an empty history in a schema that holds something; its own row must go,
    // or the first file would be skipped. Repeatable files run again: they change nothing that is as it should be.
    private static final String FORGET_BASELINE = "DELETE FROM satchel.flyway_schema_history WHERE type = 'BASELINE'";
    private static final String FORGET_REPEATABLES = "DELETE FROM satchel.flyway_schema_history WHERE version IS NULL";
    private static final String SHOW_HISTORY =
            "GRANT SELECT ON satchel.flyway_schema_history TO satchel_exports, satchel_vault, satchel_rotation";

    // Whoever waits for one lock while holding another invites a deadlock, of which the application would be the victim
    // as often as this. So the first is waited for with empty hands, and the rest are there at once or not at all.
    // Where the role may not lock, the files do as they run.
    private static final String LOCK_BASE_TABLES = """
            DO $block$
            DECLARE
                base text;
                waiting text := '';
            BEGIN
                FOREACH base IN ARRAY ARRAY ['public.sessions', 'public.learning_progress', 'public.users'] LOOP
                    IF to_regclass(base) IS NOT NULL AND has_table_privilege(base, 'TRUNCATE') THEN
                        EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE %s', base, waiting);
                        waiting := 'NOWAIT';
                    END IF;
                END LOOP;
            END
            $block$
            """;

    // Its trigger on sessions is dropped, which no weaker lock allows; asking for a stronger one later is a deadlock
    // too.
    private static final String LOCK_SESSIONS = "LOCK TABLE public.sessions IN ACCESS EXCLUSIVE MODE";

    private static final String NAME_USERS_TABLE = "SELECT set_config('satchel.users_table', ?, true)";

    private final SchemaTransaction transaction;
    private final MigrationSettings settings;
    private final SchemaTransaction.Step beforeCommit;

    /** @param dataSource logs in as the owner of the tables to be, who needs no superuser's rights */
    public Migration(DataSource dataSource) {
        this(dataSource, MigrationSettings.DEFAULT);
    }

    /** @param dataSource logs in as the owner of the tables to be, who needs no superuser's rights */
    public Migration(DataSource dataSource, MigrationSettings settings) {
        this(dataSource, settings, SchemaTransaction.PATIENCE, connection -> {});
    }

    Migration(DataSource dataSource, Duration patience, SchemaTransaction.Step beforeCommit) {
        this(dataSource, MigrationSettings.DEFAULT, patience, beforeCommit);
    }

    Migration(
            DataSource dataSource, MigrationSettings settings, Duration patience, SchemaTransaction.Step beforeCommit) {
        this.transaction = new SchemaTransaction(dataSource, patience, settings.lockTimeout());
        this.settings = settings;
        this.beforeCommit = beforeCommit;
    }

    /**
     * Applies what is missing, and restores what a schema lacks of what the files made; nothing when the schema is
     * current.
     *
     * @throws OtherSchemaException if files from before the first release made the schema
     * @throws PreflightException if something found beforehand stops it
     * @throws SchemaBusyException if tables stayed locked
     * @throws EnforcedRowSecurityException if somebody's event trigger keeps row security on tables of schema satchel
     * @throws org.flywaydb.core.api.FlywayException if a file fails
     */
    public Outcome migrate() throws SQLException {
        return transaction.run(connection -> {
            if (settings.usersTable().isPresent()) {
                nameUsersTable(connection, settings.usersTable().get());
            }
            Outcome outcome = migrate(connection);
            beforeCommit.on(connection);
            return outcome;
        });
    }

    private static void nameUsersTable(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NAME_USERS_TABLE)) {
            statement.setString(1, table);
            statement.execute();
        }
    }

    static Outcome migrate(Connection connection) throws SQLException {
        Preflight preflight = new Preflight(connection);
        Preflight.Report report = preflight.report();
        if (report.isBlocked()) {
            throw new PreflightException(report);
        }
        PastedFiles pasted = preflight.pastedFiles();
        if (flyway(connection).load().info().pending().length > 0) {
            if (preflight.adopts()) {
                SchemaTransaction.execute(connection, LOCK_SESSIONS);
            }
            lockBaseTables(connection);
        }
        if (pasted.needRecording()) {
            record(connection, pasted);
        }
        List<Check> roles = preflight.hasHistory() ? Restoration.makeRoles(connection) : List.of();
        MigrateResult result = flyway(connection).load().migrate();
        if (!pasted.recorded().isEmpty()) {
            SchemaTransaction.execute(connection, SHOW_HISTORY);
        }
        if (!result.migrations.isEmpty()) {
            // The tables were just made: that is nothing to report as restored.
            PrivateRowSecurity.takeBack(connection);
        }
        Restoration.Outcome restored = Restoration.restore(connection, roles);
        PrivateRowSecurity.takeBack(connection);
        return outcome(pasted, result, restored);
    }

    static void lockBaseTables(Connection connection) throws SQLException {
        SchemaTransaction.execute(connection, LOCK_BASE_TABLES);
    }

    private static void record(Connection connection, PastedFiles pasted) throws SQLException {
        flyway(connection).baselineVersion("0").load().baseline();
        SchemaTransaction.execute(connection, FORGET_BASELINE);
        if (!pasted.recorded().isEmpty()) {
            flyway(connection)
                    .target(pasted.lastVersion())
                    .skipExecutingMigrations(true)
                    .load()
                    .migrate();
            SchemaTransaction.execute(connection, FORGET_REPEATABLES);
        }
    }

    private static Outcome outcome(PastedFiles pasted, MigrateResult result, Restoration.Outcome restored) {
        List<String> applied = result.migrations.stream()
                .map(file -> Stream.of(file.version, file.description)
                        .filter(part -> part != null && !part.isBlank())
                        .reduce((version, description) -> version + " " + description)
                        .orElseThrow())
                .toList();
        return new Outcome(
                pasted.recorded(),
                applied,
                restored.lines(),
                restored.left(),
                result.targetSchemaVersion == null ? result.initialSchemaVersion : result.targetSchemaVersion);
    }

    static FluentConfiguration flyway(Connection connection) {
        return Flyway.configure(Migration.class.getClassLoader())
                .dataSource(SchemaTransaction.lending(connection))
                .locations("classpath:dev/satchel/db/platform", "classpath:dev/satchel/db/migration")
                .schemas("satchel")
                .defaultSchema("satchel")
                .createSchemas(true)
                .baselineOnMigrate(false)
                .cleanDisabled(true)
                .placeholderReplacement(false)
                .validateMigrationNaming(true)
                .failOnMissingLocations(true);
    }

    /**
     * What a migration did.
     *
     * @param recorded the files that had run before without a history, in order
     * @param applied the files, in order
     * @param restored what the migrations make and the schema lacked, or what it had besides; the last line sums up
     * @param left what differs still, and why
     * @param version of the schema from now on
     */
    public record Outcome(
            List<String> recorded, List<String> applied, List<String> restored, List<String> left, String version) {

        /** Whether anything was changed. */
        public boolean isChange() {
            return !(recorded.isEmpty() && applied.isEmpty() && restored.isEmpty());
        }
    }
}
