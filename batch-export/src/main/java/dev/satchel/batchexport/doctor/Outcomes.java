package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.FailureRemedy;
import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.export.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How exports ended during the last day. */
final class Outcomes {

    private static final String CHECK = "exports of the last day";
    private static final String OTHER = "other";

    // The time of a failure is that of the row's last change: a failed export is left as it is. What was cancelled did
    // not go wrong.
    private static final String LAST_DAY = """
            SELECT status,
                   CASE status WHEN 'failed' THEN coalesce(split_part(error_message, ':', 1), '') ELSE '' END AS code,
                   count(*) AS exports
              FROM public.export_history
             WHERE status = 'completed' AND completed_at > statement_timestamp() - interval '1 day'
                OR status = 'failed' AND cancelled_at IS NULL AND updated_at > statement_timestamp() - interval '1 day'
             GROUP BY 1, 2
            """;

    private Outcomes() {}

    static Finding look(JdbcClient jdbc) {
        long[] completed = {0};
        Map<String, Long> failures = new TreeMap<>();
        jdbc.sql(LAST_DAY).query(row -> {
            if (row.getString("status").equals("completed")) {
                completed[0] += row.getLong("exports");
                return;
            }
            // Another program may have written anything.
            String code = FailureRemedy.code(row.getString("code"))
                    .map(Failure.Code::code)
                    .orElse(OTHER);
            failures.merge(code, row.getLong("exports"), Long::sum);
        });
        long failed = failures.values().stream().mapToLong(Long::longValue).sum();
        if (failed == 0) {
            return Finding.ok(CHECK, "delivered " + completed[0] + ", failed 0");
        }
        List<String> codes = new ArrayList<>(failures.keySet());
        String found = "delivered " + completed[0] + ", failed " + failed + " ("
                + Math.round(100.0 * failed / (failed + completed[0])) + " %): "
                + failures.entrySet().stream()
                        .map(each -> each.getKey() + " " + each.getValue())
                        .collect(Collectors.joining(", "));
        String remedy =
                FailureRemedy.of(codes) + ". Then run 'satchel export retry --failed' and 'satchel export run'.";
        return failed > completed[0] ? Finding.failed(CHECK, found, remedy) : Finding.warning(CHECK, found, remedy);
    }
}
