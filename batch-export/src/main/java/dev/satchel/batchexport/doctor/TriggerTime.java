package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.Finding;
import java.util.Locale;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the triggers add to the application's statements on sessions. */
final class TriggerTime {

    private static final String CHECK = "triggers";

    /** An application feels this in each statement. */
    private static final double SLOW_MILLIS = 50;

    private static final long ENOUGH_CALLS = 100;

    private static final String CALLS = """
            SELECT current_setting('track_functions') AS tracked,
                   coalesce(sum(calls), 0)::bigint AS calls,
                   coalesce(sum(total_time), 0)::float8 AS millis
              FROM pg_stat_user_functions
             WHERE schemaname = 'satchel'
               AND funcname IN ('follow_sessions', 'follow_deleted_sessions')
            """;

    private record Calls(String tracked, long calls, double millis) {}

    private TriggerTime() {}

    static Finding look(JdbcClient jdbc) {
        Calls calls = jdbc.sql(CALLS)
                .query((row, number) ->
                        new Calls(row.getString("tracked"), row.getLong("calls"), row.getDouble("millis")))
                .single();
        if (calls.calls() == 0) {
            return calls.tracked().equals("none")
                    ? Finding.notChecked(
                            CHECK,
                            "the server does not measure functions (track_functions is 'none')",
                            "As a superuser, run ALTER SYSTEM SET track_functions = 'pl' and SELECT pg_reload_conf(),"
                                    + " and look again after a day.")
                    : Finding.ok(CHECK, "no statement on sessions was measured yet");
        }
        double each = calls.millis() / calls.calls();
        String found = String.format(
                Locale.ROOT, "%.2f ms for each statement that writes sessions, over %d of them", each, calls.calls());
        return each > SLOW_MILLIS && calls.calls() >= ENOUGH_CALLS
                ? Finding.warning(
                        CHECK,
                        found,
                        "Look for locks on users that statements wait for, and for bulk statements; 'satchel bench progress'"
                                + " says what is usual on a machine.")
                : Finding.ok(CHECK, found);
    }
}
