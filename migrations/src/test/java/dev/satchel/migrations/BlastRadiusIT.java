package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SECURITY.md says of each role what it may do, and a migrated database says the same.
 *
 * <p>After a migration that changes it, {@code -Dsatchel.security=write} rewrites the table; read the difference.
 */
class BlastRadiusIT {

    private static final Path PAGE = Path.of("..", "SECURITY.md");
    private static final String BEGIN = "<!-- From here on written by BlastRadiusIT. -->\n";
    private static final String END = "<!-- Until here. -->\n";

    private static final List<String> ROLES =
            List.of("anon", "authenticated", "service_role", "satchel_exports", "satchel_vault", "satchel_rotation");

    // In the end, by whatever way: as itself, as everybody, or through a role that it inherits from.
    private static final String RIGHTS = """
            SELECT object.name,
                   (SELECT string_agg(CASE WHEN held.on_table OR held.columns IS NULL THEN held.privilege
                                           ELSE held.privilege || ' (' || held.columns || ')' END,
                                      ', ' ORDER BY held.number)
                      FROM (SELECT asked.privilege, asked.number,
                                   has_table_privilege(role.name, object.oid, asked.privilege) AS on_table,
                                   CASE WHEN asked.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
                                        THEN (SELECT string_agg(attname, ', ' ORDER BY attnum)
                                                FROM pg_attribute
                                               WHERE attrelid = object.oid
                                                 AND attnum > 0
                                                 AND NOT attisdropped
                                                 AND has_column_privilege(role.name, object.oid, attnum,
                                                                          asked.privilege)) END AS columns
                              FROM unnest(ARRAY ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES',
                                                 'TRIGGER']) WITH ORDINALITY AS asked (privilege, number)) AS held
                     WHERE held.on_table OR held.columns IS NOT NULL) AS rights
              FROM (VALUES (?)) AS role (name)
             CROSS JOIN (SELECT oid, relnamespace::regnamespace || '.' || relname AS name
                           FROM pg_class
                          WHERE relkind IN ('r', 'v')
                            AND (relnamespace = 'satchel'::regnamespace
                                 OR oid IN ('public.user_api_keys'::regclass, 'public.user_api_keys_status'::regclass,
                                            'public.user_progress'::regclass, 'public.export_history'::regclass)))
                        AS object
             UNION ALL
            SELECT relnamespace::regnamespace || '.' || relname, 'USAGE'
              FROM pg_class
             WHERE relnamespace = 'satchel'::regnamespace
               AND CASE relkind WHEN 'S' THEN has_sequence_privilege(?, oid, 'USAGE, SELECT, UPDATE') ELSE false END
             UNION ALL
            SELECT 'satchel.' || proname || '()', 'EXECUTE'
              FROM pg_proc
             WHERE pronamespace = 'satchel'::regnamespace
               AND has_function_privilege(?, oid, 'EXECUTE')
             UNION ALL
            SELECT rolname, 'SET ROLE'
              FROM pg_roles
             WHERE pg_has_role(?, oid, 'MEMBER')
               AND rolname <> ?
             ORDER BY 1
            """;

    @AutoClose
    private static SampleDatabase database;

    @AutoClose
    private static Session owner;

    @BeforeAll
    static void open() throws SQLException {
        database = SampleDatabase.create();
        owner = Session.open(database.ownerDataSource());
    }

    @Test
    void securityPageListsEveryRightOfEveryRole() throws SQLException, IOException {
        var page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        assertThat(end).as("the end of the table").isGreaterThanOrEqualTo(begin);
        var table = table();
        if ("write".equals(System.getProperty("satchel.security"))) {
            Files.writeString(PAGE, page.substring(0, begin) + table + page.substring(end));
            return;
        }

        assertThat(page.substring(begin, end)).isEqualTo(table);
    }

    @Test
    void runtimeHasTheRightsOfItsThreeRolesAndNoOther() throws SQLException {
        var parts = new TreeSet<String>();
        for (var part : Cluster.PARTS) {
            parts.addAll(atoms(part));
            parts.add(part + ": SET ROLE");
        }

        assertThat(atoms("satchel_runtime")).isEqualTo(parts);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GRANT UPDATE (user_id) ON public.export_history TO satchel_exports",
                "GRANT SELECT ON public.user_api_keys TO satchel_vault",
                "GRANT SELECT (openai_api_key) ON public.user_api_keys TO satchel_rotation",
                "GRANT EXECUTE ON FUNCTION satchel.judge_keys(uuid) TO satchel_vault",
                "GRANT USAGE ON SEQUENCE satchel.batch_job_instance_seq TO satchel_vault",
                "GRANT SELECT ON satchel.key_audit TO PUBLIC",
                "GRANT satchel_vault TO satchel_exports",
                "GRANT service_role TO authenticated",
                "REVOKE DELETE ON public.user_api_keys FROM authenticated"
            })
    void noticesEveryGrantMoreOrLess(String change) throws SQLException {
        try (var superuser = Session.open(database.superuserDataSource())) {
            var before = table();
            superuser.begin();
            superuser.run(change);

            assertThat(table(superuser)).isNotEqualTo(before);
        }
    }

    private static String table() throws SQLException {
        return table(owner);
    }

    private static String table(Session session) throws SQLException {
        var table = new StringBuilder("\n| role | may | on |\n|---|---|---|\n");
        for (var role : ROLES) {
            Map<String, List<String>> objectsByRights = new TreeMap<>();
            rights(session, role)
                    .forEach((object, rights) -> objectsByRights
                            .computeIfAbsent(rights, absent -> new ArrayList<>())
                            .add("`" + object + "`"));
            if (objectsByRights.isEmpty()) {
                table.append("| `" + role + "` | nothing | |\n");
            }
            objectsByRights.forEach((rights, objects) ->
                    table.append("| `" + role + "` | " + rights + " | " + String.join(", ", objects) + " |\n"));
        }
        return table.append("| `satchel_runtime` | all of the three | |\n\n").toString();
    }

    /** Objects that the role has any right on, in the order of their names. */
    private static Map<String, String> rights(Session session, String role) throws SQLException {
        Map<String, String> rights = new TreeMap<>();
        for (var row : session.rows(RIGHTS, role, role, role, role, role)) {
            var cells = row.split(" \\| ", 2);
            if (!cells[1].equals("NULL")) {
                rights.put(cells[0], cells[1]);
            }
        }
        return rights;
    }

    private static TreeSet<String> atoms(String role) throws SQLException {
        var atoms = new TreeSet<String>();
        rights(owner, role).forEach((object, rights) -> {
            for (var right : rights.split(", (?![^(]*\\))")) {
                atoms.add(object + ": " + right);
            }
        });
        return atoms;
    }
}
