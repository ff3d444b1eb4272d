package dev.satchel.batchexport.schema.check;

import dev.satchel.postgres.dataset.LiveSchema;
import dev.satchel.postgres.dataset.PostgresDatasets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tables of the application that datasets are read from, as the user.
 *
 * <p>They are not Satchel's to change, so what is odd about them is a warning, with the statement that helps.
 */
public final class DatasetTableAccess {

    private static final String TABLES = """
            SELECT format('%I.%I', expected.value ->> 'schema', expected.value ->> 'table') AS name,
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
                   reader.oid IS NULL
                       OR class.oid IS NULL
                       OR has_schema_privilege(reader.oid, class.relnamespace, 'USAGE') AS open,
                   format('%I', expected.value ->> 'schema') AS schema,
                   -- Of a table read in part, the other columns would stop the export.
                   reader.oid IS NULL
                       OR NOT EXISTS (SELECT
                                 FROM pg_attribute AS attribute
                                WHERE attribute.attrelid = class.oid
                                  AND attribute.attnum > 0
                                  AND NOT attribute.attisdropped
                                  AND NOT coalesce(has_column_privilege(reader.oid, class.oid, attribute.attnum,
                                                                        'SELECT'), false)) AS readable,
                   -- What satchel.count_records() does with the rights of its owner, and in tables of trusted owners alone.
                   CASE WHEN counter.rolsuper
                             OR class.relkind NOT IN ('r', 'p')
                             OR NOT (holder.rolsuper
                                     OR holder.oid = counter.oid
                                     OR EXISTS (SELECT
                                                  FROM pg_database
                                                 WHERE datname = current_database()
                                                   AND datdba = holder.oid)
                                     OR EXISTS (SELECT
                                                  FROM pg_class AS users
                                                  JOIN pg_namespace ON pg_namespace.oid = users.relnamespace
                                                 WHERE users.relname = 'users'
                                                   AND nspname IN ('public', 'auth')
                                                   AND users.relowner = holder.oid)) THEN NULL
                        WHEN NOT has_schema_privilege(counter.oid, class.relnamespace, 'USAGE') THEN
                             format('GRANT USAGE ON SCHEMA %I TO %I;', expected.value ->> 'schema', counter.rolname)
                        WHEN NOT has_table_privilege(counter.oid, class.oid, 'SELECT') THEN
                             format('GRANT SELECT ON %I.%I TO %I;', expected.value ->> 'schema',
                                    expected.value ->> 'table', counter.rolname)
                        WHEN counter.rolbypassrls OR NOT class.relrowsecurity THEN NULL
                        WHEN NOT pg_has_role(counter.oid, holder.oid, 'USAGE') THEN
                             format('ALTER TABLE %I.%I OWNER TO %I;', expected.value ->> 'schema',
                                    expected.value ->> 'table', counter.rolname)
                        WHEN class.relforcerowsecurity THEN
                             format('ALTER TABLE %I.%I NO FORCE ROW LEVEL SECURITY;', expected.value ->> 'schema',
                                    expected.value ->> 'table') END AS counting,
                   counter.rolname AS counter
              FROM jsonb_array_elements(?::jsonb) WITH ORDINALITY AS expected (value, number)
              LEFT JOIN pg_class AS class
                ON class.relname = expected.value ->> 'table'
               AND class.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = expected.value ->> 'schema')
               AND class.relkind IN ('r', 'p', 'f', 'v', 'm')
              LEFT JOIN pg_roles AS reader
                ON reader.rolname = 'authenticated'
              LEFT JOIN pg_roles AS counter
                ON counter.oid = coalesce((SELECT proowner
                                             FROM pg_proc
                                            WHERE proname = 'count_records'
                                              AND pronamespace = (SELECT oid
                                                                    FROM pg_namespace
                                                                   WHERE nspname = 'satchel')),
                                          (SELECT oid FROM pg_roles WHERE rolname = current_user))
              LEFT JOIN pg_roles AS holder
                ON holder.oid = class.relowner
             ORDER BY expected.number
            """;

    private static final String BLIND_SERVICE_ROLE = """
            SELECT role.rolname
              FROM pg_roles AS role
             WHERE role.rolname = 'service_role'
               AND NOT role.rolbypassrls
               AND NOT role.rolsuper
            """;

    private static final Set<String> OWN = Set.of(
            "public.user_api_keys", "public.user_progress", "public.export_history", "public.user_api_keys_status");

    private DatasetTableAccess() {}

    public static List<Check> check(Connection connection, PostgresDatasets datasets) throws SQLException {
        List<Check> checks = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
            statement.setString(1, tables(datasets));
            ResultSet row = statement.executeQuery();
            while (row.next()) {
                String name = row.getString("name");
                if (!row.getBoolean("exists")) {
                    checks.add(Check.ok("table " + name, "absent, as exports will say"));
                    continue;
                }
                checks.add(rowSecurity(name, row.getBoolean("row_security"), row.getBoolean("policy")));
                checks.add(reading(
                        name,
                        row.getBoolean("readable"),
                        row.getBoolean("open") ? "" : String.valueOf(row.getString("schema"))));
                String counting = row.getString("counting");
                if (counting != null) {
                    checks.add(counting(name, String.valueOf(row.getString("counter")), counting));
                }
                String restrictive = row.getString("restrictive");
                if (restrictive != null) {
                    checks.add(restriction(name, restrictive));
                }
            }
        }
        checks.addAll(types(connection, datasets));
        checks.add(serviceRole(connection));
        return checks;
    }

    private static List<Check> types(Connection connection, PostgresDatasets datasets) throws SQLException {
        LiveSchema live =
                LiveSchema.of(connection, datasets.tables(datasets.catalogue().datasets()));
        Stream<Check> mismatches = datasets.all().stream()
                .flatMap(query -> query.mismatches(live).stream())
                .distinct()
                .map(mismatch -> Check.warning(
                        "type of " + mismatch.column(),
                        mismatch.expected(),
                        mismatch.actual() + ", which cannot be read as " + mismatch.expected()
                                + ": its exports wait with database_misconfigured; 'satchel datasets check' names the"
                                + " type to use"));
        Stream<Check> incomparable = datasets.all().stream()
                .flatMap(query -> query.incomparable(live).stream())
                .distinct()
                .map(columns -> Check.warning(
                        "comparison of " + columns.own() + " with " + columns.key(),
                        "as by their foreign key",
                        columns.why() + ": the exports wait with database_misconfigured; 'satchel datasets check' says"
                                + " what is allowed"));
        return Stream.concat(mismatches, incomparable).toList();
    }

    // What is Satchel's own, the contract knows.
    private static String tables(PostgresDatasets datasets) {
        // A table that is only on a path to the user is read by the columns of the path alone.
        List<Map<String, String>> tables = datasets.catalogue().datasets().stream()
                .flatMap(dataset -> datasets.of(dataset).relations().tables().stream())
                .distinct()
                .sorted()
                .filter(table ->
                        !OWN.contains(table.toString()) && !table.schema().equals("satchel"))
                .map(table -> Map.of("schema", table.schema(), "table", table.name()))
                .toList();
        return JsonMapper.shared().writeValueAsString(tables);
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

    private static Check counting(String table, String counter, String statement) {
        return Check.warning(
                "counting of rows in " + table,
                "allowed",
                "refused to " + counter
                        + ", the owner of Satchel's functions, which count the rows of each user to notice"
                        + " hidden ones: its exports wait with access_denied; run: " + statement);
    }

    private static Check restriction(String table, String policies) {
        return Check.warning(
                "restrictive policies of " + table,
                "none",
                policies + ": an export fails with records_hidden where one hides rows from their own user, unless"
                        + " satchel.export.accept-hidden names the dataset");
    }

    /** @param closed the schema, if it lacks USAGE */
    private static Check reading(String table, boolean allowed, String closed) {
        String subject = "reading of " + table + " by authenticated";
        return allowed && closed.isEmpty()
                ? Check.ok(subject, "allowed")
                : Check.warning(
                        subject,
                        "allowed",
                        "refused; run:"
                                + (closed.isEmpty() ? "" : " GRANT USAGE ON SCHEMA " + closed + " TO authenticated;")
                                + (allowed ? "" : " GRANT SELECT ON " + table + " TO authenticated;"));
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
}
