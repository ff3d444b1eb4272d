package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Who may create objects in {@code public} and in {@code satchel} beside those who are trusted anyway.
 *
 * <p>An operator or a function in {@code public} with better matching argument types is what a statement finds whose
 * {@code search_path} leads there, and it runs with the rights of the role that runs the statement. Satchel's own statements look
 * elsewhere; the application's triggers and policies may not. Trusted are superusers, the owners of the database and of
 * the schema, the owner of Satchel's objects, and the roles that can become one of these.
 */
public final class OpenSchemas {

    private static final String SUBJECT = "creation in schema public";
    private static final String EXPECTATION = "left to its owners";

    // Membership need not be followed: a member of a role that is found here can create because that role can.
    private static final String UNTRUSTED = """
            WITH trusted AS (
                SELECT role.oid
                  FROM pg_roles AS role
                 WHERE role.rolsuper
                    OR role.rolname = %1$s
                    OR role.oid = (SELECT datdba FROM pg_database WHERE datname = current_database())
            ), creator AS (
                SELECT schema.nspname, item.grantee, false AS owns
                  FROM pg_namespace AS schema
                 CROSS JOIN LATERAL aclexplode(coalesce(schema.nspacl, acldefault('n', schema.nspowner))) AS item
                 WHERE schema.nspname IN ('public', 'satchel')
                   AND item.privilege_type = 'CREATE'
                   AND item.grantee <> schema.nspowner
                   AND NOT (item.grantee <> 0 AND pg_has_role(item.grantee, schema.nspowner, 'MEMBER'))
                 UNION
                -- The schema may be there already, made by somebody who can drop and replace what is put into it.
                SELECT schema.nspname, schema.nspowner, true
                  FROM pg_namespace AS schema
                 WHERE schema.nspname = 'satchel'
            )
            SELECT creator.nspname AS schema,
                   CASE WHEN creator.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(creator.grantee)::text END AS who,
                   CASE WHEN creator.owns
                        THEN format('ALTER SCHEMA %%I OWNER TO %%I;', creator.nspname, %1$s)
                        ELSE format('REVOKE CREATE ON SCHEMA %%I FROM %%s;', creator.nspname,
                                    CASE WHEN creator.grantee = 0 THEN 'PUBLIC'
                                         ELSE quote_ident(pg_get_userbyid(creator.grantee)) END) END AS remedy
              FROM creator
             WHERE creator.grantee = 0
                OR NOT EXISTS (SELECT
                                 FROM trusted
                                WHERE creator.grantee = trusted.oid
                                   OR pg_has_role(creator.grantee, trusted.oid, 'MEMBER'))
             ORDER BY creator.nspname, creator.owns, creator.grantee
            """;

    private static final String ME = "current_user";
    private static final String OWNER =
            "(SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'satchel')";

    // The migrator may have the right by way of PUBLIC alone, and would lose it together with the others.
    private static final String KEEP_CREATING = """
            SELECT format('GRANT USAGE, CREATE ON SCHEMA public TO %I;', current_user)
              FROM pg_namespace AS schema
             WHERE schema.nspname = 'public'
               AND NOT pg_has_role(schema.nspowner, 'USAGE')
               AND NOT EXISTS (SELECT
                                 FROM aclexplode(schema.nspacl) AS item
                                WHERE item.privilege_type = 'CREATE'
                                  AND item.grantee <> 0
                                  AND pg_has_role(item.grantee, 'USAGE'))
            """;

    private OpenSchemas() {}

    private record Creator(String schema, String name, String remedy) {}

    /** Before a migration, whose statements these could redirect; the role that migrates need not trust them. */
    public static List<Check> beforeMigration(Connection connection) throws SQLException {
        List<Creator> creators = creators(connection, ME);
        if (creators.isEmpty()) {
            return List.of(Check.ok(SUBJECT, EXPECTATION));
        }
        List<String> statements = new ArrayList<>();
        if (creators.stream().anyMatch(creator -> creator.name().equals("PUBLIC"))) {
            statements.addAll(SchemaTransaction.rows(connection, KEEP_CREATING));
        }
        creators.forEach(creator -> statements.add(creator.remedy()));
        return List.of(new Check(
                SUBJECT,
                EXPECTATION,
                "open to " + names(creators) + ", whose operators and functions could run with your rights",
                Check.Result.FAILED,
                statements));
    }

    static List<Check> check(Connection connection) throws SQLException {
        // Of schema satchel the contract tells the owner and every grant.
        List<Creator> creators = creators(connection, OWNER).stream()
                .filter(creator -> creator.schema().equals("public"))
                .toList();
        if (creators.isEmpty()) {
            return List.of(Check.ok(SUBJECT, EXPECTATION));
        }
        return List.of(Check.warning(
                SUBJECT,
                EXPECTATION,
                "open to " + names(creators) + ", whose operators and functions others would then run; run: "
                        + creators.stream().map(Creator::remedy).collect(Collectors.joining(" "))));
    }

    private static String names(List<Creator> creators) {
        return creators.stream().map(Creator::name).distinct().collect(Collectors.joining(", "));
    }

    private static List<Creator> creators(Connection connection, String owner) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UNTRUSTED.formatted(owner));
                ResultSet row = statement.executeQuery()) {
            List<Creator> creators = new ArrayList<>();
            while (row.next()) {
                creators.add(new Creator(row.getString("schema"), row.getString("who"), row.getString("remedy")));
            }
            return creators;
        }
    }
}
