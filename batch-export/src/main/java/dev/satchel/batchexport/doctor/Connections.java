package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.run.RunSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Whether the server has connections left for a run. */
final class Connections {

    private static final String CHECK = "connections";
    private static final int USUAL_CONCURRENCY = 4;

    // Of another role's session a login without pg_read_all_stats sees its owner and database, and nothing else. Those
    // of
    // this login are Satchel's: the next run can have them when they end. A limit of -1 is none.
    private static final String USE = """
            SELECT sessions.used,
                   sessions.own,
                   sessions.of_database,
                   current_setting('max_connections')::integer
                       - current_setting('superuser_reserved_connections')::integer
                       - coalesce(current_setting('reserved_connections', true)::integer, 0) AS most,
                   nullif(role.rolconnlimit, -1) AS of_login,
                   nullif(database.datconnlimit, -1) AS most_of_database
              FROM (SELECT count(*) AS used,
                           count(*) FILTER (WHERE usename = session_user) AS own,
                           count(*) FILTER (WHERE datname = current_database()) AS of_database
                      FROM pg_stat_activity
                     WHERE usesysid IS NOT NULL
                       AND datid IS NOT NULL
                       AND coalesce(backend_type, 'client backend') = 'client backend'
                       AND pid <> pg_backend_pid()) AS sessions
             CROSS JOIN (SELECT rolconnlimit FROM pg_roles WHERE rolname = session_user) AS role
             CROSS JOIN (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS database
            """;

    private record Use(
            long used,
            long own,
            long ofDatabase,
            long most,
            @Nullable Long ofLogin,
            @Nullable Long mostOfDatabase) {

        /** How many a new run could open, if the other sessions of its login have ended by then. */
        long free() {
            long free = most - used + own;
            if (ofLogin != null) {
                free = Math.min(free, ofLogin);
            }
            return mostOfDatabase == null ? free : Math.min(free, mostOfDatabase - ofDatabase + own);
        }
    }

    private Connections() {}

    static Finding look(JdbcClient jdbc) {
        Use use = jdbc.sql(USE)
                .query((row, number) -> new Use(
                        row.getLong("used"),
                        row.getLong("own"),
                        row.getLong("of_database"),
                        row.getLong("most"),
                        row.getObject("of_login") == null ? null : row.getLong("of_login"),
                        row.getObject("most_of_database") == null ? null : row.getLong("most_of_database")))
                .single();
        int usual = RunSettings.connections(USUAL_CONCURRENCY);
        int least = RunSettings.connections(1);
        String found =
                use.used() + " of " + use.most() + " are used, " + use.own() + " of them by this login; a run may have "
                        + Math.max(0, use.free()) + " and needs up to " + usual + ", two per export and four";
        if (use.free() < least) {
            return Finding.failed(
                    CHECK,
                    found,
                    "Close idle sessions of other programs, or raise max_connections or the limit of the login or the"
                            + " database.");
        }
        return use.free() < usual
                ? Finding.warning(
                        CHECK,
                        found,
                        "Run with a smaller --concurrency, close idle sessions of other programs, or raise the limit.")
                : Finding.ok(CHECK, found);
    }
}
