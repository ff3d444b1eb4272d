package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.doctor.finding.Words;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The jobs of {@code satchel serve}: whether a program takes their ticks, and whether they succeed. */
final class Schedule {

    private static final String CHECK = "schedule";

    /** A program that runs looks for ticks several times in a minute; another one takes over within a few. */
    private static final Duration LATE = Duration.ofMinutes(10);

    private static final String JOBS = """
            SELECT task_name, picked, coalesce(consecutive_failures, 0) AS failures,
                   extract(epoch FROM clock_timestamp() - coalesce(last_heartbeat, execution_time))::bigint AS silent
              FROM satchel.scheduled_tasks
             ORDER BY task_name
            """;

    private record Job(String name, boolean picked, int failures, Duration silent) {

        @Nullable
        String trouble() {
            if (silent.compareTo(LATE) > 0) {
                return name
                        + (picked ? " is under way, and its program has been silent for " : " has been due for ")
                        + Words.time(silent);
            }
            return failures > 0
                    ? name + " has failed " + (failures == 1 ? "once" : failures + " times in a row")
                    : null;
        }
    }

    private Schedule() {}

    static Finding look(JdbcClient jdbc) {
        List<Job> jobs = jdbc.sql(JOBS)
                .query((row, number) -> new Job(
                        row.getString("task_name"),
                        row.getBoolean("picked"),
                        row.getInt("failures"),
                        Duration.ofSeconds(row.getLong("silent"))))
                .list();
        if (jobs.isEmpty()) {
            return Finding.ok(CHECK, "'satchel serve' has scheduled no job in this database");
        }
        List<String> troubles = jobs.stream()
                .map(job -> Optional.ofNullable(job.trouble()))
                .flatMap(Optional::stream)
                .toList();
        return troubles.isEmpty()
                ? Finding.ok(
                        CHECK,
                        "waiting for their next tick, or running: "
                                + jobs.stream().map(Job::name).collect(Collectors.joining(", ")))
                : Finding.warning(
                        CHECK,
                        String.join("; ", troubles),
                        "See that 'satchel serve' runs, and what its log and its health say. The row of a job that no"
                                + " program has any more can be deleted from satchel.scheduled_tasks.");
    }
}
