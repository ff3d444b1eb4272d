package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.doctor.finding.Words;
import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Files that should be gone by now. */
final class CleanUpLag {

    private static final String CHECK = "clean-up";

    /** A day and two hours, which suits a nightly clean-up. */
    private static final Duration LATE = Duration.ofHours(26);

    private static final String OVERDUE = """
            SELECT expired.files,
                   coalesce(extract(epoch FROM statement_timestamp() - expired.oldest), 0)::bigint AS seconds,
                   (SELECT count(*)
                      FROM satchel.upload_journal AS j
                     WHERE NOT EXISTS (SELECT FROM public.export_history AS h WHERE h.id = j.export_id)) AS orphans
              FROM (SELECT count(*) AS files, min(expires_at) FILTER (WHERE isfinite(expires_at)) AS oldest
                      FROM public.export_history
                     WHERE file_url IS NOT NULL
                       AND expires_at <= statement_timestamp()) AS expired
            """;

    private record Overdue(long files, Duration oldest, long orphans) {}

    private CleanUpLag() {}

    static Finding look(JdbcClient jdbc) {
        Overdue overdue = jdbc.sql(OVERDUE)
                .query((row, number) -> new Overdue(
                        row.getLong("files"), Duration.ofSeconds(row.getLong("seconds")), row.getLong("orphans")))
                .single();
        String found = "expired files that are still there: " + overdue.files()
                + (overdue.files() == 0 ? "" : ", the first of them for " + Words.time(overdue.oldest()))
                + "; objects of deleted exports: " + overdue.orphans();
        return overdue.oldest().compareTo(LATE) > 0
                ? Finding.warning(
                        CHECK,
                        found,
                        "Run 'satchel cleanup' (its log says which file it cannot remove, and why), and see that it runs"
                                + " each night.")
                : Finding.ok(CHECK, found);
    }
}
