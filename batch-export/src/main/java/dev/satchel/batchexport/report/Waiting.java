package dev.satchel.batchexport.report;

import dev.satchel.batchexport.doctor.Queue;
import dev.satchel.batchexport.doctor.finding.FailureRemedy;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What waits at the moment of the report, whenever it was asked for.
 *
 * @param ages how many have waited how long; the last is of those whose row has no time that could be true
 * @param reasons why they wait, the most first
 * @param later how many are not to be tried before a set time, because an attempt failed
 */
record Waiting(List<Age> ages, List<Queue.Waiting> reasons, Queue.Leases leases, long later) {

    /** Waiting exports of a like age. */
    record Age(String name, long exports) {}

    private static final List<Duration> BORDERS = List.of(
            Duration.ofMinutes(1),
            Duration.ofMinutes(10),
            Duration.ofHours(1),
            Duration.ofHours(6),
            Duration.ofHours(26));

    private static final List<String> NAMES = List.of(
            "less than a minute",
            "up to 10 minutes",
            "up to an hour",
            "up to 6 hours",
            "up to 26 hours",
            "longer than 26 hours");

    private static final String NO_TIME = "since a time that cannot be true";

    private static final String AGES = """
            SELECT coalesce(CASE WHEN isfinite(created_at) AND created_at <= :now
                                 THEN width_bucket(extract(epoch FROM :now - created_at)::float8, :borders::float8[])
                            END, :unknown) AS age,
                   count(*) AS exports
              FROM public.export_history
             WHERE status = 'pending'
             GROUP BY 1
            """;

    private static final String LATER = """
            SELECT count(*)
              FROM satchel.export_lease AS l
              JOIN public.export_history AS h ON h.id = l.export_id
             WHERE l.run_after > :now
               AND h.status = 'pending'
            """;

    long exports() {
        return ages.stream().mapToLong(Age::exports).sum();
    }

    /** How long the oldest has waited. */
    Duration oldest() {
        return reasons.stream()
                .map(Queue.Waiting::oldest)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    static Waiting read(JdbcClient jdbc, Period period) {
        long[] counts = new long[NAMES.size() + 1];
        jdbc.sql(AGES)
                .param("now", period.now().atOffset(ZoneOffset.UTC))
                .param(
                        "borders",
                        BORDERS.stream()
                                .map(border -> String.valueOf(border.toSeconds()))
                                .toArray(String[]::new))
                .param("unknown", NAMES.size())
                .query(row -> {
                    counts[row.getInt("age")] = row.getLong("exports");
                });
        List<Age> ages = new ArrayList<>();
        for (int age = 0; age < NAMES.size(); age++) {
            ages.add(new Age(NAMES.get(age), counts[age]));
        }
        if (counts[NAMES.size()] > 0) {
            ages.add(new Age(NO_TIME, counts[NAMES.size()]));
        }
        long later = jdbc.sql(LATER)
                .param("now", period.now().atOffset(ZoneOffset.UTC))
                .query(Long.class)
                .single();
        return new Waiting(ages, known(Queue.waiting(jdbc)), Queue.held(jdbc), later);
    }

    // What is no code of ours may hold anything.
    private static List<Queue.Waiting> known(List<Queue.Waiting> found) {
        Map<String, Queue.Waiting> reasons = new LinkedHashMap<>();
        for (Queue.Waiting each : found) {
            String code =
                    each.code().isEmpty() || FailureRemedy.code(each.code()).isPresent() ? each.code() : Exports.OTHER;
            reasons.merge(
                    code,
                    new Queue.Waiting(code, each.exports(), each.oldest()),
                    (one, another) -> new Queue.Waiting(
                            code,
                            one.exports() + another.exports(),
                            one.oldest().compareTo(another.oldest()) > 0 ? one.oldest() : another.oldest()));
        }
        return List.copyOf(reasons.values());
    }
}
