package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.Attempt;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Whether everybody's progress is counted, and whether accounts can be deleted beside sessions that end. */
final class ProgressRows {

    private static final String EXIST = """
            SELECT count(*) = 3
              FROM pg_class
              JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE (nspname, relname) IN (('satchel', 'progress_total'), ('public', 'user_progress'),
                                          ('public', 'users'))
            """;

    private static final String COUNT_WAITING = """
            SELECT count(*)
              FROM public.users
             WHERE NOT EXISTS (SELECT FROM public.user_progress AS progress WHERE progress.user_id = users.id)
                OR NOT EXISTS (SELECT FROM satchel.progress_total AS total WHERE total.user_id = users.id)
            """;

    // The cascades of one deletion run in the order of their triggers' names, which the server makes.
    private static final String LAST_CASCADES = """
            SELECT string_agg(tgconstrrelid::regclass::text, ', ' ORDER BY tgname)
              FROM pg_trigger
             WHERE tgrelid = 'public.users'::regclass
               AND tgisinternal
               AND tgfoid = 'pg_catalog."RI_FKey_cascade_del"'::regproc
               AND tgconstrrelid IN (to_regclass('public.sessions'), to_regclass('public.learning_progress'))
               AND tgname > (SELECT min(tgname)
                               FROM pg_trigger
                              WHERE tgrelid = 'public.users'::regclass
                                AND tgconstrrelid = 'public.user_progress'::regclass
                                AND tgfoid = 'pg_catalog."RI_FKey_cascade_del"'::regproc)
            """;

    private ProgressRows() {}

    static List<Check> check(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!"t".equals(single(statement, EXIST))) {
                return List.of();
            }
            return List.of(counted(connection, statement), deletion(statement));
        }
    }

    private static Check counted(Connection connection, Statement statement) throws SQLException {
        String subject = "progress of every user";
        String expectation = "counted";
        return Attempt.orElse(
                connection,
                () -> {
                    // A missing right must be an error and not a count of zero.
                    statement.execute("SET LOCAL row_security = off");
                    String waiting = single(statement, COUNT_WAITING);
                    return Check.of(
                            subject,
                            expectation,
                            waiting.equals("0") ? expectation : waiting + " users wait; run: satchel migrate");
                },
                failure -> Check.warning(subject, expectation, "not counted: " + Attempt.reason(failure)));
    }

    private static Check deletion(Statement statement) throws SQLException {
        String subject = "deletion of a user";
        String expectation = "takes user_progress after sessions and learning_progress";
        String late = single(statement, LAST_CASCADES);
        return late == null
                ? Check.ok(subject, expectation)
                : Check.warning(
                        subject,
                        expectation,
                        "takes user_progress before " + late + ", and may be in a deadlock with a session that ends;"
                                + " drop the foreign key from user_progress to users and add it again");
    }

    private static String single(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
