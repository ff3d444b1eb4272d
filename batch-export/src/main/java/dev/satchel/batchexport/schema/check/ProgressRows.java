package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.Attempt;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether everybody's progress is counted, and whether accounts can be deleted beside sessions that end. */
public final class ProgressRows {

    private static final String COUNT_WAITING = """
            SELECT count(*)
              FROM satchel.users
             WHERE NOT EXISTS (SELECT FROM satchel.progress_total AS total WHERE total.user_id = users.id)
            """;

    // The cascades of one deletion run in the order of their triggers' names, which the server makes.
    private static final String LAST_CASCADES = """
            WITH deletion AS (
                SELECT cascading.tgname, cascading.tgrelid AS users, namespace.nspname, class.relname
                  FROM pg_trigger AS cascading
                  JOIN pg_class AS class ON class.oid = cascading.tgconstrrelid
                  JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
                 WHERE cascading.tgisinternal
                   AND cascading.tgfoid = 'pg_catalog."RI_FKey_cascade_del"'::regproc
                   AND namespace.nspname = 'public'
                   AND class.relname IN ('user_progress', 'sessions', 'learning_progress')
            )
            SELECT string_agg(format('%I.%I', late.nspname, late.relname), ', ' ORDER BY late.tgname)
              FROM deletion AS late
             WHERE late.relname <> 'user_progress'
               AND late.tgname > (SELECT min(progress.tgname)
                                    FROM deletion AS progress
                                   WHERE progress.relname = 'user_progress'
                                     AND progress.users = late.users)
            """;

    private ProgressRows() {}

    public static List<Check> check(Connection connection) throws SQLException {
        return SchemaTransaction.exist(connection, "satchel.users", "satchel.progress_total", "public.user_progress")
                ? List.of(counted(connection), deletion(connection))
                : List.of();
    }

    /** How many users wait for their progress to be counted from the sessions that had ended before. */
    public static long waiting(Connection connection) throws SQLException {
        return Long.parseLong(SchemaTransaction.rows(connection, COUNT_WAITING).get(0));
    }

    private static Check counted(Connection connection) throws SQLException {
        String subject = "progress of every user";
        String expectation = "counted";
        return Attempt.seeingAll(
                connection,
                () -> {
                    long waiting = waiting(connection);
                    return Check.of(
                            subject,
                            expectation,
                            waiting == 0 ? expectation : waiting + " users wait; run: satchel migrate");
                },
                failure -> Check.warning(subject, expectation, "not counted: " + Attempt.reason(failure)));
    }

    private static Check deletion(Connection connection) throws SQLException {
        String subject = "deletion of a user";
        String expectation = "takes user_progress after sessions and learning_progress";
        @Nullable
        String late = SchemaTransaction.rows(connection, LAST_CASCADES).get(0);
        return late == null
                ? Check.ok(subject, expectation)
                : Check.warning(
                        subject,
                        expectation,
                        "takes user_progress before " + late + ", and may be in a deadlock with a session that ends;"
                                + " drop the foreign key from user_progress to users and add it again");
    }
}
