package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.Attempt;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Whether the server knows the zones that users' days are counted in. */
final class ZoneRows {

    private static final String SUBJECT = "zones of users";
    private static final String EXPECTATION = "known to the server";

    // Not by to_regclass, which is an error to a login without rights on the schema.
    private static final String EXISTS = """
            SELECT count(*) = 1
              FROM pg_class
              JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE (nspname, relname) = ('satchel', 'user_zone')
            """;

    private static final String FIND_UNKNOWN = """
            SELECT format('%s rows name a zone that the server does not know, such as %L of user %s since %s: days are'
                              ' counted in UTC; install the zone (on Debian in tzdata-legacy), or change the row',
                          count(*) OVER (), zone, user_id, since)
              FROM satchel.user_zone
             WHERE zone NOT IN (SELECT name FROM pg_timezone_names)
               -- Others are beyond the constraint of the column.
               AND zone ~ '/'
             ORDER BY user_id, since
             LIMIT 1
            """;

    private ZoneRows() {}

    static List<Check> check(Connection connection) throws SQLException {
        if (!SchemaTransaction.rows(connection, EXISTS).equals(List.of("t"))) {
            return List.of();
        }
        return List.of(Attempt.orElse(
                connection,
                () -> {
                    try (Statement statement = connection.createStatement()) {
                        // A missing right must be an error and not a count of zero.
                        statement.execute("SET LOCAL row_security = off");
                    }
                    List<String> unknown = SchemaTransaction.rows(connection, FIND_UNKNOWN);
                    return unknown.isEmpty()
                            ? Check.ok(SUBJECT, EXPECTATION)
                            : Check.warning(SUBJECT, EXPECTATION, unknown.get(0));
                },
                failure -> Check.warning(SUBJECT, EXPECTATION, "not looked at: " + Attempt.reason(failure))));
    }
}
