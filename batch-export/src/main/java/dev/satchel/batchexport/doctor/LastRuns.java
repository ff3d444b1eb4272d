package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.Finding;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** When each job last succeeded, by Spring Batch's record. */
final class LastRuns {

    /** A day and two hours, which suits a nightly run. */
    private static final Duration LATE = Duration.ofHours(26);

    // A run that watches is one execution, and its slots renew the records of their steps.
    private static final String LAST = """
            SELECT max(e.end_time) FILTER (WHERE e.status = 'COMPLETED') AS succeeded_at,
                   max(e.end_time) FILTER (WHERE e.status = 'FAILED') AS failed_at,
                   max(greatest(e.last_updated, steps.last_updated)) FILTER (WHERE e.status = 'STARTED') AS alive_at
              FROM satchel.batch_job_execution AS e
              JOIN satchel.batch_job_instance AS i ON i.job_instance_id = e.job_instance_id
              LEFT JOIN LATERAL (SELECT max(s.last_updated) AS last_updated
                                   FROM satchel.batch_step_execution AS s
                                  WHERE s.job_execution_id = e.job_execution_id) AS steps ON true
             WHERE i.job_name = :job
            """;

    /** The times of a job, as the clock of the machine that ran it told them, in its zone. */
    private record Last(
            @Nullable LocalDateTime succeeded,
            @Nullable LocalDateTime failed,
            @Nullable LocalDateTime alive) {}

    private LastRuns() {}

    static Finding exportRun(JdbcClient jdbc, Clock clock) {
        return look(jdbc, clock, "last export run", "exportRun", "satchel export run");
    }

    static Finding cleanUp(JdbcClient jdbc, Clock clock) {
        return look(jdbc, clock, "last clean-up run", "cleanup", "satchel cleanup");
    }

    private static Finding look(JdbcClient jdbc, Clock clock, String check, String job, String command) {
        Last last = jdbc.sql(LAST)
                .param("job", job)
                .query((row, number) -> new Last(
                        row.getObject("succeeded_at", LocalDateTime.class),
                        row.getObject("failed_at", LocalDateTime.class),
                        row.getObject("alive_at", LocalDateTime.class)))
                .single();
        LocalDateTime limit = LocalDateTime.now(clock).minus(LATE);
        LocalDateTime succeeded = last.succeeded();
        LocalDateTime failed = last.failed();
        LocalDateTime alive = last.alive();
        String found =
                (succeeded == null ? "none has succeeded yet" : "the last one that succeeded ended " + text(succeeded))
                        + (failed != null && (succeeded == null || failed.isAfter(succeeded))
                                ? "; one failed " + text(failed)
                                : "")
                        + (alive != null && isAfter(alive, limit) ? "; one is under way, last seen " + text(alive) : "")
                        + ", by the clock and zone of the machine that ran it";
        return isAfter(succeeded, limit) || isAfter(alive, limit)
                ? Finding.ok(check, found)
                : Finding.warning(
                        check,
                        found,
                        "See that the timer, CronJob or service is there and what its log says, or run '" + command
                                + "'. A service that delivers by itself keeps no record of calls with nothing to do.");
    }

    private static boolean isAfter(@Nullable LocalDateTime time, LocalDateTime limit) {
        return time != null && time.isAfter(limit);
    }

    private static String text(LocalDateTime time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ');
    }
}
