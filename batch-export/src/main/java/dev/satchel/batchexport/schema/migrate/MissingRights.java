package dev.satchel.batchexport.schema.migrate;

import static dev.satchel.batchexport.schema.catalog.SchemaTransaction.rows;

import dev.satchel.batchexport.schema.catalog.UsersTable;
import dev.satchel.batchexport.schema.check.Check;
import dev.satchel.batchexport.schema.check.FollowedTables;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The rights that the login that migrates lacks, each with the statement that gives it. */
final class MissingRights {

    private static final String SUBJECT = "rights";
    private static final String EXPECTATION = "every right that a migration needs";

    // A login without USAGE on a schema cannot even ask for what is in it.
    private static final String CLOSED_SCHEMAS = """
            SELECT format('GRANT USAGE, CREATE ON SCHEMA %I TO %I;', nspname, current_user)
              FROM pg_namespace
             WHERE nspname IN ('public', 'satchel')
               AND NOT has_schema_privilege(oid, 'USAGE')
             ORDER BY 1
            """;

    // Each row is a statement that somebody with the right must run first.
    private static final String MISSING_RIGHTS = """
            WITH me AS (
                SELECT oid, rolname, rolsuper, rolcreaterole, current_setting('server_version_num')::integer AS version
                  FROM pg_roles
                 WHERE rolname = current_user
            ), needed AS (
                SELECT class.oid, format('%I.%I', namespace.nspname, class.relname) AS name, privilege.name AS privilege
                  FROM pg_class AS class
                  JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
                  -- UPDATE only to lock rows, so that a user stays while their progress is written.
                  JOIN (VALUES ('REFERENCES', true), ('SELECT', false), ('UPDATE', true), ('TRIGGER', false))
                           AS privilege (name, is_of_users)
                    ON class.oid = CAST(? AS bigint)::oid OR NOT privilege.is_of_users
                 WHERE class.oid = CAST(? AS bigint)::oid
                    OR format('%I.%I', namespace.nspname, class.relname) = ANY (string_to_array(?, ','))
            )
            SELECT format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), rolname)
              FROM me
             WHERE (to_regnamespace('satchel') IS NULL OR to_regnamespace('auth') IS NULL)
               AND NOT has_database_privilege(current_database(), 'CREATE')
             UNION ALL
            SELECT format('GRANT USAGE, CREATE ON SCHEMA public TO %I;', rolname)
              FROM me
             WHERE NOT has_schema_privilege('public', 'USAGE') OR NOT has_schema_privilege('public', 'CREATE')
             UNION ALL
            SELECT format('GRANT USAGE, CREATE ON SCHEMA satchel TO %I;', rolname)
              FROM me
             WHERE to_regnamespace('satchel') IS NOT NULL
               AND NOT (has_schema_privilege('satchel', 'USAGE') AND has_schema_privilege('satchel', 'CREATE'))
             UNION ALL
            SELECT format('GRANT %s ON TABLE %s TO %I;', needed.privilege, needed.name, rolname)
              FROM me, needed
             WHERE NOT CASE needed.privilege WHEN 'UPDATE' THEN has_any_column_privilege(needed.oid, 'UPDATE')
                                             ELSE has_table_privilege(needed.oid, needed.privilege) END
             UNION ALL
            -- What counts progress must see every row.
            SELECT format('ALTER ROLE %I BYPASSRLS;', rolname)
              FROM me
             WHERE EXISTS (SELECT FROM needed WHERE row_security_active(needed.oid))
             UNION ALL
            SELECT format('ALTER ROLE %I CREATEROLE;', rolname)
              FROM me
             WHERE NOT rolsuper
               AND NOT rolcreaterole
               AND (to_regrole('anon') IS NULL OR to_regrole('authenticated') IS NULL
                    OR to_regrole('service_role') IS NULL OR to_regrole('satchel_runtime') IS NULL
                    OR to_regrole('satchel_exports') IS NULL OR to_regrole('satchel_vault') IS NULL
                    OR to_regrole('satchel_rotation') IS NULL)
             UNION ALL
            SELECT format('GRANT authenticated TO %I WITH ADMIN OPTION;', rolname)
              FROM me
             WHERE to_regrole('authenticated') IS NOT NULL
               AND NOT rolsuper
               AND NOT (rolcreaterole AND version < 160000)
               AND NOT pg_has_role(to_regrole('authenticated'), 'MEMBER WITH ADMIN OPTION')
               AND NOT coalesce(pg_has_role(to_regrole('satchel_exports'), to_regrole('authenticated'),
                                            CASE WHEN version < 160000 THEN 'MEMBER' ELSE 'SET' END), false)
             UNION ALL
            SELECT format('GRANT %I TO %I WITH ADMIN OPTION;', part, rolname)
              FROM me, unnest(ARRAY ['satchel_exports', 'satchel_vault', 'satchel_rotation']) AS part
             WHERE to_regrole(part) IS NOT NULL
               AND NOT rolsuper
               AND NOT (rolcreaterole AND version < 160000)
               AND NOT pg_has_role(to_regrole(part), 'MEMBER WITH ADMIN OPTION')
               AND NOT coalesce(pg_has_role(to_regrole('satchel_runtime'), to_regrole(part),
                                            CASE WHEN version < 160000 THEN 'MEMBER' ELSE 'SET' END), false)
             UNION ALL
            -- Up to PostgreSQL 15 a role inherits from all that it is a member of, or from none.
            SELECT statement
              FROM me
             CROSS JOIN pg_roles AS runtime
             CROSS JOIN LATERAL (VALUES (1, 'REVOKE authenticated FROM satchel_runtime;',
                                         EXISTS (SELECT
                                                   FROM pg_auth_members
                                                  WHERE member = runtime.oid
                                                    AND roleid = to_regrole('authenticated'))),
                                        (2, 'ALTER ROLE satchel_runtime INHERIT;', NOT runtime.rolinherit))
                        AS needed (number, statement, is_needed)
             WHERE version < 160000
               AND NOT me.rolsuper
               AND NOT me.rolcreaterole
               AND runtime.rolname = 'satchel_runtime'
               AND is_needed
             UNION ALL
            SELECT format('GRANT USAGE ON SCHEMA auth TO %I;', rolname)
              FROM me
             WHERE to_regnamespace('auth') IS NOT NULL
               AND NOT has_schema_privilege('auth', 'USAGE')
             UNION ALL
            SELECT format('GRANT CREATE ON SCHEMA auth TO %I;', rolname)
              FROM me
             WHERE to_regnamespace('auth') IS NOT NULL
               AND NOT EXISTS (SELECT
                                 FROM pg_proc
                                WHERE proname = 'uid'
                                  AND pronargs = 0
                                  AND pronamespace = to_regnamespace('auth'))
               AND NOT has_schema_privilege('auth', 'CREATE')
             UNION ALL
            SELECT format('GRANT EXECUTE ON FUNCTION auth.uid() TO %I;', rolname)
              FROM me
             WHERE EXISTS (SELECT
                             FROM pg_proc
                            WHERE proname = 'uid'
                              AND pronargs = 0
                              AND pronamespace = to_regnamespace('auth')
                              AND NOT has_function_privilege(pg_proc.oid, 'EXECUTE'))
             UNION ALL
            SELECT format('GRANT USAGE ON SCHEMA auth TO %I;', api_role)
              FROM unnest(ARRAY ['anon', 'authenticated', 'service_role']) AS api_role
             WHERE to_regnamespace('auth') IS NOT NULL
               AND NOT has_schema_privilege('auth', 'USAGE WITH GRANT OPTION')
               AND NOT coalesce(has_schema_privilege(to_regrole(api_role), 'auth', 'USAGE'), false)
            """;

    // Moving a table and replacing a trigger takes its owner.
    private static final String MISSING_OWNERSHIP = """
            SELECT DISTINCT format('GRANT %I TO %I;', rolname, current_user)
              FROM (SELECT relowner
                      FROM pg_class
                     WHERE oid = ANY (string_to_array(?, ',')::regclass[])
                     UNION
                    SELECT relowner
                      FROM pg_class
                      JOIN pg_trigger ON tgrelid = pg_class.oid
                     WHERE tgfoid = to_regprocedure('public.update_user_progress_from_session()')
                     UNION
                    SELECT proowner
                      FROM pg_proc
                     WHERE oid IN (to_regprocedure('public.update_user_api_keys_updated_at()'),
                                   to_regprocedure('public.update_user_progress_updated_at()'),
                                   to_regprocedure('public.update_export_history_updated_at()'),
                                   to_regprocedure('public.update_user_progress_from_session()'))) AS owners (owner)
              JOIN pg_roles ON pg_roles.oid = owner
             WHERE NOT pg_has_role(owner, 'USAGE')
            """;

    // A worker that were given these rights would not be bound by row security any more.
    private static final String IS_WORKER = """
            SELECT NOT me.rolsuper
                   AND EXISTS (SELECT
                                 FROM pg_roles AS part
                                WHERE part.rolname IN ('satchel_runtime', 'satchel_exports', 'satchel_vault',
                                                       'satchel_rotation')
                                  AND pg_has_role(me.oid, part.oid, 'USAGE'))
                   AND NOT EXISTS (SELECT
                                     FROM pg_class AS users
                                    WHERE users.oid = CAST(? AS bigint)::oid
                                      AND pg_has_role(me.oid, users.relowner, 'USAGE'))
              FROM pg_roles AS me
             WHERE me.rolname = current_user
            """;

    private MissingRights() {}

    /** Schemas that the login cannot look into, without which nothing else can be asked. */
    static List<Check> onSchemas(Connection connection) throws SQLException {
        return checks(connection, rows(connection, CLOSED_SCHEMAS), "a role that cannot look into a schema");
    }

    /** @param legacy the tables that are to be moved aside */
    static List<Check> check(Connection connection, List<String> legacy) throws SQLException {
        String users = users(connection);
        List<String> missing = new ArrayList<>(
                rows(connection, MISSING_RIGHTS, users, users, String.join(",", FollowedTables.followed(connection))));
        if (!legacy.isEmpty()) {
            missing.addAll(rows(connection, MISSING_OWNERSHIP, String.join(",", legacy)));
        }
        String role = "role " + rows(connection, "SELECT current_user").get(0);
        return missing.isEmpty()
                ? List.of(Check.ok(SUBJECT, role + " has every right it needs"))
                : checks(connection, missing, role + ", which lacks a right");
    }

    private static List<Check> checks(Connection connection, List<String> statements, String found)
            throws SQLException {
        if (!statements.isEmpty()
                && rows(connection, IS_WORKER, users(connection)).equals(List.of("t"))) {
            return List.of(Check.failed(
                    SUBJECT,
                    EXPECTATION,
                    "role " + rows(connection, "SELECT current_user").get(0)
                            + ", one that Satchel works as, which is to have none of them: log in as the owner of the"
                            + " application's tables"));
        }
        return statements.stream()
                .map(statement -> Check.failed(SUBJECT, EXPECTATION, found, statement))
                .toList();
    }

    private static String users(Connection connection) throws SQLException {
        return String.valueOf(UsersTable.of(connection).map(UsersTable::oid).orElse(0L));
    }
}
