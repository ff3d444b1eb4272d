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
 * The rows from before a constraint that do not keep to it: a migration leaves them where only a person can say what is
 * to become of them, and the constraint NOT VALID.
 */
final class UncheckedRows {

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

    private static final String NONE = "0";

    private UncheckedRows() {}

    static List<Check> check(Connection connection) throws SQLException {
        List<Check> checks = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet constraints = statement.executeQuery(CONSTRAINTS)) {
            while (constraints.next()) {
                checks.add(check(
                        connection, constraints.getString(1), constraints.getString(2), constraints.getString(3)));
            }
        }
        return checks;
    }

    private static Check check(Connection connection, String subject, String count, String validate)
            throws SQLException {
        return Attempt.orElse(
                connection,
                () -> {
                    try (Statement statement = connection.createStatement()) {
                        // A missing right must be an error and not a count of zero.
                        statement.execute("SET LOCAL row_security = off");
                    }
                    String found = SchemaTransaction.rows(connection, count).get(0);
                    return Check.of(
                            subject,
                            NONE,
                            found.equals(NONE) ? NONE : found + "; correct or delete each, then run: " + validate);
                },
                failure -> Check.warning(subject, NONE, "not counted: " + Attempt.reason(failure)));
    }
}
