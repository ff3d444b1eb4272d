package dev.satchel.batchexport.report;

import dev.satchel.batchexport.doctor.DeliveryFindings;
import dev.satchel.batchexport.doctor.OwnTables;
import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.terminal.RefusedException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * All figures of a report, from one snapshot of the database, so that they agree.
 *
 * @param database its name
 * @param server the version of PostgreSQL
 * @param keys empty if the login may not read them
 * @param statisticsSince when PostgreSQL began to count rows; null if they were never reset
 */
record Report(
        Period period,
        String database,
        String server,
        List<Finding> findings,
        Exports exports,
        List<Failures.Group> failures,
        Waiting waiting,
        Runs runs,
        Files files,
        Optional<List<KeyChecks.Group>> keys,
        List<OwnTables.Table> tables,
        @Nullable Instant statisticsSince) {

    /** The files that are in the stores, and how large they are by the rows of their exports. */
    record Files(long files, long bytes) {}

    // A login with a right on the table and without a policy would see an empty one.
    private static final String IS_ALLOWED = """
            SELECT has_table_privilege('public.export_history', 'SELECT')
                   AND has_table_privilege('satchel.export_lease', 'SELECT')
                   AND has_table_privilege('satchel.upload_journal', 'SELECT')
                   AND has_table_privilege('satchel.batch_job_instance', 'SELECT')
                   AND has_table_privilege('satchel.batch_job_execution', 'SELECT')
                   AND has_table_privilege('satchel.batch_step_execution', 'SELECT')
                   AND (NOT row_security_active('public.export_history') OR pg_has_role('satchel_exports', 'USAGE'))
            """;

    private static final String NOW = "SELECT transaction_timestamp()";

    private static final String FILES = """
            SELECT count(*) AS files,
                   coalesce(sum(file_size_bytes), 0) AS bytes
              FROM public.export_history
             WHERE file_url IS NOT NULL
            """;

    private static final String DATABASE = "SELECT current_database()::text";

    private static final String SERVER = "SELECT current_setting('server_version')";

    private static final String STATISTICS_SINCE =
            "SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()";

    /** The current time of the database's clock, by which leases and expiries go. */
    static Instant now(JdbcClient jdbc) {
        return jdbc.sql(NOW).query(OffsetDateTime.class).single().toInstant();
    }

    /**
     * Reads all figures.
     *
     * @param jdbc of one transaction that sees the database as of one moment
     * @throws RefusedException if the login may not read them
     */
    static Report read(JdbcClient jdbc, Period period) {
        if (!jdbc.sql(IS_ALLOWED).query(Boolean.class).single()) {
            throw new RefusedException("this login may not read what a report shows: log in as a member of"
                    + " satchel_exports or satchel_runtime, or as the owner of Satchel's tables");
        }
        return new Report(
                period,
                jdbc.sql(DATABASE).query(String.class).single(),
                jdbc.sql(SERVER).query(String.class).single(),
                // Jobs keep the time of the machine that ran them, which is taken to have the zone of this one.
                DeliveryFindings.look(jdbc, Clock.fixed(period.now(), ZoneId.systemDefault())),
                Exports.read(jdbc, period),
                Failures.read(jdbc, period),
                Waiting.read(jdbc, period),
                Runs.read(jdbc, period),
                jdbc.sql(FILES)
                        .query((row, number) -> new Files(row.getLong("files"), row.getLong("bytes")))
                        .single(),
                KeyChecks.read(jdbc, period),
                OwnTables.tables(jdbc),
                jdbc.sql(STATISTICS_SINCE)
                        .query((row, number) -> Optional.ofNullable(row.getObject(1, OffsetDateTime.class))
                                .map(OffsetDateTime::toInstant))
                        .single()
                        .orElse(null));
    }
}
