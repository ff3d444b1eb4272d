package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.FailureRemedy;
import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.doctor.finding.Words;
import dev.satchel.export.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What waits, since when and for what, and which leases no worker has taken over. */
public final class Queue {

    private static final String PENDING_EXPORTS = "pending exports";
    private static final String STUCK_LEASES = "stuck leases";

    /** A day and two hours, which suits a nightly run. */
    private static final Duration OLDEST_PENDING = Duration.ofHours(26);

    /** A worker that runs takes over within seconds. */
    private static final Duration GRACE = Duration.ofMinutes(5);

    // A row of another program may say that it was requested in the future, or at no time.
    private static final String PENDING = """
            SELECT coalesce(split_part(error_message, ':', 1), '') AS code,
                   count(*) AS exports,
                   coalesce(greatest(extract(epoch FROM statement_timestamp()
                       - min(created_at) FILTER (WHERE isfinite(created_at))), 0), 0)::bigint AS seconds
              FROM public.export_history
             WHERE status = 'pending'
             GROUP BY 1
             ORDER BY 2 DESC, 1
            """;

    private static final String LEASES = """
            SELECT count(*) AS held,
                   count(*) FILTER (WHERE l.expires_at <= statement_timestamp()) AS expired,
                   count(*) FILTER (WHERE l.expires_at <= statement_timestamp() - :grace * interval '1 second') AS stuck
              FROM satchel.export_lease AS l
              JOIN public.export_history AS h ON h.id = l.export_id
             WHERE l.token IS NOT NULL
               AND h.status = 'processing'
            """;

    /**
     * The pending exports whose last attempt failed in one way.
     *
     * @param code why; empty if nothing failed yet; another program may have written anything
     */
    public record Waiting(String code, long exports, Duration oldest) {

        /** Whether only the operator can help. */
        boolean isOperators() {
            return FailureRemedy.code(code)
                    .filter(known -> known.verdict() == Failure.Verdict.OPERATOR)
                    .isPresent();
        }
    }

    /** The leases of exports under way; those that are stuck are expired too. */
    public record Leases(long held, long expired, long stuck) {}

    private Queue() {}

    /** What waits, the most first. */
    public static List<Waiting> waiting(JdbcClient jdbc) {
        return jdbc.sql(PENDING)
                .query((row, number) -> new Waiting(
                        row.getString("code"), row.getLong("exports"), Duration.ofSeconds(row.getLong("seconds"))))
                .list();
    }

    /** What is under way. */
    public static Leases held(JdbcClient jdbc) {
        return jdbc.sql(LEASES)
                .param("grace", GRACE.toSeconds())
                .query((row, number) -> new Leases(row.getLong("held"), row.getLong("expired"), row.getLong("stuck")))
                .single();
    }

    static Finding pending(JdbcClient jdbc) {
        List<Waiting> waiting = waiting(jdbc);
        long exports = waiting.stream().mapToLong(Waiting::exports).sum();
        Duration oldest =
                waiting.stream().map(Waiting::oldest).max(Duration::compareTo).orElse(Duration.ZERO);
        List<String> codes = new ArrayList<>();
        waiting.stream().filter(Waiting::isOperators).forEach(each -> codes.add(each.code()));
        String found = exports == 0
                ? "no export waits"
                : "the oldest of " + exports + " pending exports has waited for " + Words.time(oldest)
                        + (codes.isEmpty() ? "" : "; some wait with " + String.join(", ", codes));
        String remedy = codes.isEmpty()
                ? "See that a worker runs ('satchel export run'), and what 'satchel export list --status pending' says"
                        + " they wait for."
                : FailureRemedy.of(codes) + ".";
        if (oldest.compareTo(OLDEST_PENDING) > 0) {
            return Finding.failed(PENDING_EXPORTS, found + ", longer than " + Words.time(OLDEST_PENDING), remedy);
        }
        return codes.isEmpty() ? Finding.ok(PENDING_EXPORTS, found) : Finding.warning(PENDING_EXPORTS, found, remedy);
    }

    static Finding leases(JdbcClient jdbc) {
        Leases leases = held(jdbc);
        return leases.stuck() == 0
                ? Finding.ok(
                        STUCK_LEASES,
                        "no lease is stuck; exports under way: " + leases.held() + ", with an expired lease: "
                                + leases.expired())
                : Finding.failed(
                        STUCK_LEASES,
                        "exports whose lease expired more than " + Words.time(GRACE)
                                + " ago and that no worker has taken over: " + leases.stuck(),
                        "Their workers stopped answering, so start one: 'satchel export run'.");
    }
}
