package dev.satchel.batchexport.schema.migrate;

import dev.satchel.batchexport.schema.catalog.SchemaBusyException;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.batchexport.schema.catalog.UsersTable;
import dev.satchel.batchexport.schema.check.Check;
import dev.satchel.batchexport.schema.check.FollowedTables;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
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

    // Its trigger on sessions is dropped, which no weaker lock allows; asking for a stronger one later is a deadlock
    // too.
    private static final String LOCK_SESSIONS = "LOCK TABLE public.sessions IN ACCESS EXCLUSIVE MODE";

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
     * @throws dev.satchel.batchexport.schema.catalog.OtherSchemaException if files from before the first release made the schema
     * @throws PreflightException if something found beforehand stops it
     * @throws SchemaBusyException if tables stayed locked
     * @throws RowSecurityOfPrivateTables.EnforcedRowSecurityException if somebody's event trigger keeps row security on
     *     tables of schema satchel
     * @throws org.flywaydb.core.api.FlywayException if a file fails
     */
    public Outcome migrate() throws SQLException {
        return transaction.run(connection -> {
            if (settings.usersTable().isPresent()) {
                UsersTable.name(connection, settings.usersTable().get());
            }
            Outcome outcome = migrate(connection);
            beforeCommit.on(connection);
            return outcome;
        });
    }

    static Outcome migrate(Connection connection) throws SQLException {
        Preflight preflight = new Preflight(connection);
        Preflight.Report report = preflight.report();
        if (report.isBlocked()) {
            throw new PreflightException(report);
        }
        PastedFiles pasted = preflight.pastedFiles();
        if (SchemaFiles.flyway(connection).load().info().pending().length > 0) {
            if (!preflight.legacyTables().isEmpty() && SchemaTransaction.exist(connection, "public.sessions")) {
                SchemaTransaction.execute(connection, LOCK_SESSIONS);
            }
            Restoration.lockBaseTables(connection);
        }
        if (pasted.needRecording()) {
            record(connection, pasted);
        }
        List<Check> roles = preflight.hasHistory() ? Restoration.makeRoles(connection) : List.of();
        MigrateResult result = SchemaFiles.flyway(connection).load().migrate();
        if (!pasted.recorded().isEmpty()) {
            SchemaTransaction.execute(connection, SHOW_HISTORY);
        }
        if (!result.migrations.isEmpty()) {
            // The tables were just made: that is nothing to report as restored.
            RowSecurityOfPrivateTables.takeBack(connection);
        }
        Restoration.Outcome restored = Restoration.restore(connection, roles);
        RowSecurityOfPrivateTables.takeBack(connection);
        return outcome(
                pasted,
                result,
                restored,
                FollowedTables.check(connection).stream()
                        .filter(check -> check.result() == Check.Result.NOTICE)
                        .map(Check::found)
                        .toList());
    }

    private static void record(Connection connection, PastedFiles pasted) throws SQLException {
        SchemaFiles.flyway(connection).baselineVersion("0").load().baseline();
        SchemaTransaction.execute(connection, FORGET_BASELINE);
        if (!pasted.recorded().isEmpty()) {
            SchemaFiles.flyway(connection)
                    .target(pasted.lastVersion())
                    .skipExecutingMigrations(true)
                    .load()
                    .migrate();
            SchemaTransaction.execute(connection, FORGET_REPEATABLES);
        }
    }

    private static Outcome outcome(
            PastedFiles pasted, MigrateResult result, Restoration.Outcome restored, List<String> leftOut) {
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
                leftOut,
                result.targetSchemaVersion == null ? result.initialSchemaVersion : result.targetSchemaVersion);
    }

    /**
     * What a migration did.
     *
     * @param recorded the files that had run before without a history, in order
     * @param applied the files, in order
     * @param restored what the migrations make and the schema lacked, or what it had besides; the last line sums up
     * @param left what differs still, and why
     * @param leftOut what waits for a table of the application that is not there, in sentences
     * @param version of the schema from now on
     */
    public record Outcome(
            List<String> recorded,
            List<String> applied,
            List<String> restored,
            List<String> left,
            List<String> leftOut,
            String version) {

        /** Whether anything was changed. */
        public boolean isChange() {
            return !(recorded.isEmpty() && applied.isEmpty() && restored.isEmpty());
        }
    }
}
