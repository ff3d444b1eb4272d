package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.Attempt;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows that no migration can mend, because only a person can say what is to become of them: keys that are not sealed yet,
 * time zones that the server does not know, and rows that a later constraint forbids, which stays NOT VALID.
 */
public final class StoredRows {

    // A row is named by its primary key.
    private static final String CONSTRAINTS = """
            SELECT format('rows beyond constraint %I on %s', constr.conname, relation.name),
                   format('SELECT count(*) || coalesce(%L || (array_agg(key ORDER BY key))[1] || %L, '''')'
                              ' FROM (SELECT concat_ws('', '', %s) AS key FROM %s WHERE NOT (%s)) AS beyond',
                          ', such as ''', '''',
                          (SELECT string_agg(format('%I', attribute.attname), ', ' ORDER BY attribute.attnum)
                             FROM pg_index AS index
                             JOIN pg_attribute AS attribute
                               ON attribute.attrelid = index.indrelid AND attribute.attnum = ANY (index.indkey)
                            WHERE index.indrelid = constr.conrelid
                              AND index.indisprimary),
                          relation.name, pg_get_expr(constr.conbin, constr.conrelid)),
                   format('ALTER TABLE %s VALIDATE CONSTRAINT %I', relation.name, constr.conname)
              FROM pg_constraint AS constr
              JOIN pg_class AS class ON class.oid = constr.conrelid
              JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
             CROSS JOIN LATERAL (SELECT format('%I.%I', namespace.nspname, class.relname) AS name) AS relation
             WHERE constr.contype = 'c'
               AND NOT constr.convalidated
               AND (namespace.nspname = 'satchel' AND class.relname !~ '^adopted_'
                    OR namespace.nspname = 'public'
                        AND class.relname IN ('user_api_keys', 'user_progress', 'export_history'))
             ORDER BY 1
            """;

    private static final String LEGACY_KEYS = """
            SELECT coalesce(sum(num_nonnulls(openai_api_key, anthropic_api_key, unsplash_api_key)), 0)
              FROM satchel.adopted_user_api_keys
            """;

    private static final String UNKNOWN_ZONES = """
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

    private static final String NONE = "0";

    private StoredRows() {}

    public static List<Check> check(Connection connection) throws SQLException {
        List<Check> checks = new ArrayList<>();
        if (SchemaTransaction.exist(connection, "satchel.adopted_user_api_keys")) {
            checks.add(legacyKeys(connection));
        }
        checks.addAll(beyondConstraints(connection));
        if (SchemaTransaction.exist(connection, "satchel.user_zone")) {
            checks.add(zones(connection));
        }
        return checks;
    }

    private static Check legacyKeys(Connection connection) throws SQLException {
        String subject = "legacy keys";
        String expectation = "sealed, and erased where they were";
        return Attempt.seeingAll(
                connection,
                () -> {
                    String left =
                            SchemaTransaction.rows(connection, LEGACY_KEYS).get(0);
                    return Check.of(
                            subject,
                            expectation,
                            left.equals(NONE)
                                    ? expectation
                                    : left
                                            + " can be read by anyone who reads satchel.adopted_user_api_keys; run: satchel"
                                            + " keys adopt");
                },
                failure -> Check.warning(subject, expectation, "not counted: " + Attempt.reason(failure)));
    }

    private static List<Check> beyondConstraints(Connection connection) throws SQLException {
        List<Check> checks = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet constraints = statement.executeQuery(CONSTRAINTS)) {
            while (constraints.next()) {
                checks.add(beyond(
                        connection, constraints.getString(1), constraints.getString(2), constraints.getString(3)));
            }
        }
        return checks;
    }

    private static Check beyond(Connection connection, String subject, String count, String validate)
            throws SQLException {
        return Attempt.seeingAll(
                connection,
                () -> {
                    String found = SchemaTransaction.rows(connection, count).get(0);
                    return Check.of(
                            subject,
                            NONE,
                            found.equals(NONE) ? NONE : found + "; correct or delete each, then run: " + validate);
                },
                failure -> Check.warning(subject, NONE, "not counted: " + Attempt.reason(failure)));
    }

    private static Check zones(Connection connection) throws SQLException {
        String subject = "zones of users";
        String expectation = "known to the server";
        return Attempt.seeingAll(
                connection,
                () -> {
                    List<String> unknown = SchemaTransaction.rows(connection, UNKNOWN_ZONES);
                    return unknown.isEmpty()
                            ? Check.ok(subject, expectation)
                            : Check.warning(subject, expectation, unknown.get(0));
                },
                failure -> Check.warning(subject, expectation, "not looked at: " + Attempt.reason(failure)));
    }
}
