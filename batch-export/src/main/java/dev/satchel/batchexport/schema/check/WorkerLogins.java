package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The logins that Satchel works as, and which of them row security does not bind.
 *
 * <p>Records are read as {@code authenticated}, to whom row security applies whichever login reads. But the login can
 * take its own rights back, and so can a function of the application that a policy calls meanwhile: the wall holds as
 * far as the login's own rights end at it.
 */
public final class WorkerLogins {

    private static final String SUBJECT = "row security of Satchel's logins";
    private static final String EXPECTATION = "binds them";

    // From version 16 on a member may neither inherit from a role nor become it: one that has made the role, say.
    private static final String MEMBERSHIPS = """
            SELECT membership.roleid, membership.member
              FROM pg_auth_members AS membership
             CROSS JOIN LATERAL to_jsonb(membership) AS options
             WHERE coalesce((options ->> 'set_option')::boolean, true)
                OR coalesce((options ->> 'inherit_option')::boolean, false)
            """;

    private static final String ME = "SELECT oid FROM pg_roles WHERE rolname = session_user";

    private static final String MEMBERS = """
            SELECT role.oid
              FROM pg_roles AS role
             WHERE role.rolcanlogin
               AND role.oid IN (SELECT work.member FROM work)
            """;

    private static final String UNBOUND = """
            WITH RECURSIVE membership AS (
            %1$s), work (member) AS (
                SELECT role.oid
                  FROM pg_roles AS role
                 WHERE role.rolname IN ('satchel_runtime', 'satchel_exports', 'satchel_vault', 'satchel_rotation')
                 UNION
                SELECT membership.member
                  FROM work
                  JOIN membership ON membership.roleid = work.member
            ), login AS (
            %2$s), reach (login, role) AS (
                SELECT login.oid, login.oid
                  FROM login
                 UNION
                SELECT reach.login, membership.roleid
                  FROM reach
                  JOIN membership ON membership.member = reach.role
            ), unbound AS (
                SELECT DISTINCT ON (reach.login) reach.login,
                       CASE WHEN reach.role <> reach.login THEN format('may become %%I, which ', role.rolname) ELSE '' END
                           || CASE WHEN role.rolsuper THEN 'is a superuser'
                                   WHEN role.rolbypassrls THEN 'has BYPASSRLS'
                                   ELSE format('owns table %%s', owned.name) END AS reason
                  FROM reach
                  JOIN pg_roles AS role ON role.oid = reach.role
                  LEFT JOIN LATERAL (SELECT min(format('%%I.%%I', namespace.nspname, class.relname)) AS name
                                       FROM pg_class AS class
                                       JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
                                      WHERE class.relowner = role.oid
                                        AND class.relkind IN ('r', 'p')
                                        AND namespace.nspname IN ('public', 'satchel')) AS owned ON true
                 WHERE role.rolsuper
                    OR role.rolbypassrls
                    OR owned.name IS NOT NULL
                 ORDER BY reach.login, reach.role <> reach.login, NOT role.rolsuper, NOT role.rolbypassrls, role.rolname
            )
            SELECT format('%%I %%s', pg_get_userbyid(unbound.login), unbound.reason)
              FROM unbound
             ORDER BY 1
            """;

    private WorkerLogins() {}

    /** A sentence for the log of a worker whose login row security does not bind. */
    public static Optional<String> warning(Connection connection) throws SQLException {
        return SchemaTransaction.rows(connection, UNBOUND.formatted(MEMBERSHIPS, ME)).stream()
                .findFirst()
                .map(found -> "row security does not bind this login: " + found + "; records are still read as"
                        + " 'authenticated', but nothing keeps the login itself, or a function that a policy calls, from"
                        + " other users' rows: log in as a member of satchel_runtime that owns no table and bypasses"
                        + " nothing");
    }

    static List<Check> check(Connection connection) throws SQLException {
        List<String> unbound = SchemaTransaction.rows(connection, UNBOUND.formatted(MEMBERSHIPS, MEMBERS));
        return List.of(
                unbound.isEmpty()
                        ? Check.ok(SUBJECT, EXPECTATION)
                        : Check.warning(
                                SUBJECT,
                                EXPECTATION,
                                "does not bind " + String.join("; ", unbound)
                                        + ": make the worker a login of its own, in role"
                                        + " satchel_runtime, that owns no table and bypasses nothing"));
    }
}
