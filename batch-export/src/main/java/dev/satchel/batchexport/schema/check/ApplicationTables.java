package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.Attempt;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables of the application that exports read as the user.
 *
 * <p>They are not Satchel's to change, so what is odd about them is a warning, with the statement that helps.
 */
final class ApplicationTables {

    private static final String TABLES = """
            SELECT format('public.%I', expected.name) AS name,
                   class.oid IS NOT NULL AS exists,
                   coalesce(class.relrowsecurity, false) AS row_security,
                   EXISTS (SELECT
                             FROM pg_policy AS policy
                            WHERE policy.polrelid = class.oid
                              AND policy.polpermissive
                              AND policy.polcmd IN ('r', '*')
                              AND (0 = ANY (policy.polroles)
                                   OR EXISTS (SELECT
                                                FROM unnest(policy.polroles) AS role (oid)
                                               WHERE pg_has_role(reader.oid, role.oid, 'USAGE')))) AS policy,
                   (SELECT string_agg(quote_ident(policy.polname), ', ' ORDER BY policy.polname)
                      FROM pg_policy AS policy
                     WHERE policy.polrelid = class.oid
                       AND NOT policy.polpermissive
                       AND policy.polcmd IN ('r', '*')
                       AND (0 = ANY (policy.polroles)
                            OR EXISTS (SELECT
                                         FROM unnest(policy.polroles) AS role (oid)
                                        WHERE pg_has_role(reader.oid, role.oid, 'USAGE')))) AS restrictive,
                   -- Of a table read in part, the other columns would stop the export.
                   NOT EXISTS (SELECT
                                 FROM pg_attribute AS attribute
                                WHERE attribute.attrelid = class.oid
                                  AND attribute.attnum > 0
                                  AND NOT attribute.attisdropped
                                  AND NOT coalesce(has_column_privilege(reader.oid, class.oid, attribute.attnum,
                                                                        'SELECT'), false)) AS readable
              FROM unnest(ARRAY ['users', 'user_settings', 'sessions', 'vocabulary_lists', 'vocabulary_items',
                                 'learning_progress', 'images', 'saved_descriptions', 'qa_responses',
                                 'user_interactions', 'learning_analytics']) WITH ORDINALITY AS expected (name, number)
              LEFT JOIN pg_class AS class
                ON class.relname = expected.name
               AND class.relnamespace = 'public'::regnamespace
               AND class.relkind IN ('r', 'p', 'f', 'v', 'm')
              LEFT JOIN pg_roles AS reader
                ON reader.rolname = 'authenticated'
             ORDER BY expected.number
            """;

    private static final String BLIND_SERVICE_ROLE = """
            SELECT role.rolname
              FROM pg_roles AS role
             WHERE role.rolname = 'service_role'
               AND NOT role.rolbypassrls
               AND NOT role.rolsuper
            """;

    // Not by to_regclass, which is an error to a login without rights on the schema.
    private static final String AUTH_USERS_EXIST = """
            SELECT count(*) = 2
              FROM pg_class
              JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE relname = 'users'
               AND nspname IN ('auth', 'public')
            """;

    private static final String COUNT_USERS_WITHOUT_LOGIN = """
            SELECT count(*)
              FROM public.users AS app_user
             WHERE NOT EXISTS (SELECT
                                 FROM auth.users AS auth_user
                                WHERE auth_user.id = app_user.id)
            """;

    private ApplicationTables() {}

    static List<Check> check(Connection connection) throws SQLException {
        List<Check> checks = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TABLES);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                String name = row.getString("name");
                if (!row.getBoolean("exists")) {
                    checks.add(Check.ok("table " + name, "absent, as exports will say"));
                    continue;
                }
                checks.add(rowSecurity(name, row.getBoolean("row_security"), row.getBoolean("policy")));
                checks.add(reading(name, row.getBoolean("readable")));
                String restrictive = row.getString("restrictive");
                if (restrictive != null) {
                    checks.add(restriction(name, restrictive));
                }
            }
        }
        checks.add(serviceRole(connection));
        checks.addAll(usersWithoutLogin(connection));
        return checks;
    }

    private static Check rowSecurity(String table, boolean enabled, boolean policy) {
        String subject = "row security of " + table;
        String expectation = "enabled, with a policy for authenticated";
        if (!enabled) {
            return Check.warning(
                    subject, expectation, "disabled: only Satchel's own filter parts one user's rows from another's");
        }
        if (!policy) {
            return Check.warning(
                    subject, expectation, "enabled, but no policy lets authenticated read: exports find no rows");
        }
        return Check.ok(subject, expectation);
    }

    private static Check restriction(String table, String policies) {
        return Check.warning(
                "restrictive policies of " + table,
                "none",
                policies + ": an export fails with records_hidden where one hides rows from their own user, unless"
                        + " satchel.export.accept-hidden names the dataset");
    }

    private static Check reading(String table, boolean allowed) {
        String subject = "reading of " + table + " by authenticated";
        return allowed
                ? Check.ok(subject, "allowed")
                : Check.warning(subject, "allowed", "refused; run: GRANT SELECT ON " + table + " TO authenticated;");
    }

    private static Check serviceRole(Connection connection) throws SQLException {
        String subject = "row security of service_role";
        try (PreparedStatement statement = connection.prepareStatement(BLIND_SERVICE_ROLE);
                ResultSet row = statement.executeQuery()) {
            return row.next()
                    ? Check.warning(
                            subject,
                            "bypassed",
                            "binds it, so that it sees no rows; as a superuser, run: ALTER ROLE service_role BYPASSRLS;")
                    : Check.ok(subject, "bypassed");
        }
    }

    private static List<Check> usersWithoutLogin(Connection connection) throws SQLException {
        String subject = "users without a user in auth.users";
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(AUTH_USERS_EXIST)) {
                row.next();
                if (!row.getBoolean(1)) {
                    return List.of();
                }
            }
            return List.of(Attempt.orElse(
                    connection,
                    () -> {
                        // A missing right must be an error and not a count of zero.
                        statement.execute("SET LOCAL row_security = off");
                        try (ResultSet row = statement.executeQuery(COUNT_USERS_WITHOUT_LOGIN)) {
                            row.next();
                            long count = row.getLong(1);
                            return count == 0
                                    ? Check.ok(subject, "none")
                                    : Check.warning(
                                            subject, "none", count + ": row security shows their rows to nobody");
                        }
                    },
                    failure -> Check.warning(subject, "none", "not counted: " + Attempt.reason(failure))));
        }
    }
}
