package dev.satchel.batchexport.report;

import dev.satchel.batchexport.page.Ranges.Spread;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The jobs that ran in a period, by Spring Batch's record, whose times are those of the machines that ran them.
 *
 * @param jobs by name
 * @param removals what clean-up runs went through on each day
 */
record Runs(List<Job> jobs, Map<LocalDate, Removals> removals) {

    /**
     * The runs of one job.
     *
     * @param other runs that were stopped, or have not ended
     * @param seconds how long those took that succeeded
     */
    record Job(
            String name,
            long runs,
            long succeeded,
            long failed,
            long other,
            @Nullable LocalDateTime lastSuccess,
            Optional<Spread> seconds) {}

    /**
     * The clean-up runs that began on one day.
     *
     * @param objects that they removed or tried to
     */
    record Removals(long runs, long failed, long objects) {

        static final Removals NONE = new Removals(0, 0, 0);
    }

    private static final String JOBS = """
            SELECT i.job_name,
                   count(*) AS runs,
                   count(*) FILTER (WHERE e.status = 'COMPLETED') AS succeeded,
                   count(*) FILTER (WHERE e.status = 'FAILED') AS failed,
                   max(e.end_time) FILTER (WHERE e.status = 'COMPLETED') AS last_success,
                   percentile_disc(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (
                       ORDER BY CASE WHEN e.status = 'COMPLETED' AND isfinite(e.end_time) AND isfinite(e.start_time)
                                     THEN greatest(extract(epoch FROM e.end_time - e.start_time), 0)::float8 END)
                       AS seconds
              FROM satchel.batch_job_execution AS e
              JOIN satchel.batch_job_instance AS i ON i.job_instance_id = e.job_instance_id
             WHERE e.create_time >= :from
             GROUP BY i.job_name
             ORDER BY i.job_name
             LIMIT 50
            """;

    private static final String REMOVALS = """
            SELECT e.create_time::date AS day,
                   count(DISTINCT e.job_execution_id) AS runs,
                   count(DISTINCT e.job_execution_id) FILTER (WHERE e.status = 'FAILED') AS failed,
                   coalesce(sum(s.write_count) FILTER (WHERE s.step_name = 'remove'), 0) AS objects
              FROM satchel.batch_job_execution AS e
              JOIN satchel.batch_job_instance AS i ON i.job_instance_id = e.job_instance_id
              LEFT JOIN satchel.batch_step_execution AS s ON s.job_execution_id = e.job_execution_id
             WHERE i.job_name = 'cleanup'
               AND e.create_time >= :from
               AND e.create_time < :until
             GROUP BY 1
             ORDER BY 1
            """;

    static Runs read(JdbcClient jdbc, Period period) {
        LocalDateTime from = period.first().atStartOfDay();
        List<Job> jobs = jdbc.sql(JOBS)
                .param("from", from)
                .query((row, number) -> new Job(
                        row.getString("job_name"),
                        row.getLong("runs"),
                        row.getLong("succeeded"),
                        row.getLong("failed"),
                        row.getLong("runs") - row.getLong("succeeded") - row.getLong("failed"),
                        row.getObject("last_success", LocalDateTime.class),
                        Spreads.of(row, "seconds")))
                .list();
        Map<LocalDate, Removals> removals = new TreeMap<>();
        jdbc.sql(REMOVALS)
                .param("from", from)
                .param("until", period.last().plusDays(1).atStartOfDay())
                .query(row -> {
                    removals.put(
                            row.getObject("day", LocalDate.class),
                            new Removals(row.getLong("runs"), row.getLong("failed"), row.getLong("objects")));
                });
        return new Runs(jobs, removals);
    }
}
