package dev.satchel.batchexport.report;

import dev.satchel.batchexport.doctor.finding.FailureRemedy;
import dev.satchel.export.Failure;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Why exports failed that were asked for in a period, without those that were cancelled. */
final class Failures {

    // Another program may have written anything, and as many different things as there are rows.
    private static final String BY_CODE = """
            SELECT CASE WHEN failed.code = ANY (:codes::text[]) THEN failed.code ELSE :other END AS code,
                   count(*) AS exports,
                   max(failed.at) AS last_at
              FROM (SELECT split_part(error_message, ':', 1) AS code,
                           CASE WHEN isfinite(updated_at) THEN updated_at END AS at
                      FROM public.export_history
                     WHERE status = 'failed'
                       AND cancelled_at IS NULL
                       AND created_at >= :from
                       AND created_at <= :now) AS failed
             GROUP BY 1
             ORDER BY 2 DESC, 1
            """;

    /**
     * The exports that failed in one way.
     *
     * @param code of a {@link Failure.Code}, or {@code other}
     * @param lastAt when the last of them failed, as far as their rows say
     */
    record Group(String code, long exports, @Nullable Instant lastAt) {

        String remedy() {
            return remedy(code);
        }

        /** What to do about a code, as a sentence. */
        static String remedy(String code) {
            String words = FailureRemedy.code(code)
                    .map(FailureRemedy::of)
                    .orElse("see what the program says that wrote these rows");
            // A command keeps its case.
            return (words.startsWith("satchel ") ? words : ReportPage.capital(words)) + ".";
        }

        /** Who or what can help. */
        static String helper(String code) {
            Optional<Failure.Verdict> verdict = FailureRemedy.code(code).map(Failure.Code::verdict);
            if (verdict.isEmpty()) {
                return "not known";
            }
            return switch (verdict.get()) {
                case TRANSIENT -> "time: it may pass";
                case OPERATOR -> "you, the operator";
                case EXPORT -> "a different request";
            };
        }
    }

    private Failures() {}

    /** The most frequent first. */
    static List<Group> read(JdbcClient jdbc, Period period) {
        return jdbc.sql(BY_CODE)
                .param(
                        "codes",
                        Arrays.stream(Failure.Code.values())
                                .map(Failure.Code::code)
                                .toArray(String[]::new))
                .param("other", Exports.OTHER)
                .param("from", period.from().atOffset(ZoneOffset.UTC))
                .param("now", period.now().atOffset(ZoneOffset.UTC))
                .query((row, number) -> {
                    OffsetDateTime last = row.getObject("last_at", OffsetDateTime.class);
                    return new Group(
                            row.getString("code"), row.getLong("exports"), last == null ? null : last.toInstant());
                })
                .list();
    }
}
