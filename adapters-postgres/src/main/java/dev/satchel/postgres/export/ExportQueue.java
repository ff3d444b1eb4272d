package dev.satchel.postgres.export;

import dev.satchel.export.ExportHistory;
import dev.satchel.export.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What waits in the queue, {@code satchel.export_queue}, and for how long. */
final class ExportQueue {

    // Rows that were written while the triggers were off have no place in the queue.
    private static final String QUEUE_THE_REST = "SELECT satchel.queue_the_rest()";

    // A row in processing without a lease is another program's. The delay is rounded up, so that it is due by then; one
    // without an end has none, and before version 17 nothing could be taken from infinity.
    private static final String FIND_BACKLOG = """
            SELECT h.status,
                   CASE h.status WHEN 'pending' THEN coalesce(split_part(h.error_message, ':', 1), '') END AS code,
                   count(*) AS exports,
                   count(*) FILTER (WHERE l.heartbeat_at <= statement_timestamp()
                                                            - :silence * interval '1 millisecond') AS silent,
                   ceil(extract(epoch FROM
                       min(greatest(l.run_after, statement_timestamp()))
                           FILTER (WHERE coalesce(l.run_after < 'infinity', true))
                       - statement_timestamp()) * 1000)::bigint
                       AS milliseconds
              FROM public.export_history h
              LEFT JOIN satchel.export_lease l ON l.export_id = h.id
             WHERE h.status = 'pending'
                OR h.status = 'processing' AND l.token IS NOT NULL
             GROUP BY 1, 2
            """;

    private static final String RESUME = """
            WITH waiting AS MATERIALIZED (
                SELECT h.id
                  FROM public.export_history h
                  JOIN satchel.export_lease l ON l.export_id = h.id
                 WHERE h.status = 'pending'
                   AND split_part(h.error_message, ':', 1) = ANY (:codes::text[])
                   AND l.run_after > statement_timestamp()
                   FOR UPDATE OF h SKIP LOCKED
            )
            UPDATE satchel.export_lease l
               SET run_after = NULL
              FROM waiting
             WHERE l.export_id = waiting.id
               AND l.token IS NULL
            """;

    /** What an export waits for that only the operator can help. */
    private static final Set<String> OPERATOR_CODES = Arrays.stream(Failure.Code.values())
            .filter(code -> code.verdict() == Failure.Verdict.OPERATOR)
            .map(Failure.Code::code)
            .collect(Collectors.toUnmodifiableSet());

    private final JdbcClient jdbc;

    ExportQueue(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Gives the rows a place in the queue that have none; says how many there were. */
    int queueTheRest() {
        return jdbc.sql(QUEUE_THE_REST).query(Integer.class).single();
    }

    ExportHistory.Backlog backlog(Duration silence) {
        Map<String, Long> pending = new TreeMap<>();
        List<Duration> due = new ArrayList<>();
        long[] leases = new long[2];
        jdbc.sql(FIND_BACKLOG).param("silence", silence.toMillis()).query(row -> {
            if (row.getString("status").equals("processing")) {
                leases[0] = row.getLong("exports") - row.getLong("silent");
                leases[1] = row.getLong("silent");
                return;
            }
            pending.put(row.getString("code"), row.getLong("exports"));
            Long milliseconds = row.getObject("milliseconds", Long.class);
            if (milliseconds == null) {
                return;
            }
            Duration delay = Duration.ofMillis(milliseconds);
            if (delay.isZero() || !OPERATOR_CODES.contains(row.getString("code"))) {
                due.add(delay);
            }
        });
        return new ExportHistory.Backlog(due.stream().min(Comparator.naturalOrder()), pending, leases[0], leases[1]);
    }

    void resume() {
        jdbc.sql(RESUME).param("codes", OPERATOR_CODES.toArray(String[]::new)).update();
    }
}
