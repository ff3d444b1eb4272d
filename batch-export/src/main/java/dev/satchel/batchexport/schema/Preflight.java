package dev.satchel.batchexport.schema;

import static dev.satchel.batchexport.schema.SchemaTransaction.rows;

import dev.satchel.batchexport.schema.PublicTable.State;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.api.MigrationInfo;
import org.jspecify.annotations.Nullable;

/** Looks at a database before a migration and tells what it would meet. Changes nothing, and locks nothing of others. */
public final class Preflight {

    // Older ones keep cached plans across SET ROLE, or have other holes in row security.
    private static final Map<Integer, Integer> MINIMUM_MINOR = Map.of(14, 19, 15, 14, 16, 10, 17, 6);

    // What the triggers on sessions and on learning_progress read.
    private static final Map<String, Map<String, String>> NEEDED = Map.of(
            "users", Map.of("id", "pg_catalog.uuid"),
            "sessions",
                    Map.of(
                            "id", "pg_catalog.uuid",
                            "user_id", "pg_catalog.uuid",
                            "started_at", "pg_catalog.timestamptz",
                            "ended_at", "pg_catalog.timestamptz",
                            "images_processed", "pg_catalog.int4",
                            "descriptions_generated", "pg_catalog.int4",
                            "qa_attempts", "pg_catalog.int4",
                            "qa_correct", "pg_catalog.int4",
                            "vocabulary_learned", "pg_catalog.int4"),
            "learning_progress",
                    Map.of(
                            "id", "pg_catalog.uuid",
                            "user_id", "pg_catalog.uuid",
                            "learning_phase", "public.learning_phase"));

    private static final List<String> MISSING = List.of("is missing");

    private static final Map<String, Map<String, String>> USED = Map.of(
            "user_settings", Map.of("user_id", "pg_catalog.uuid"),
            "vocabulary_lists", Map.of("id", "pg_catalog.uuid", "created_by", "pg_catalog.uuid"),
            "vocabulary_items", Map.of("id", "pg_catalog.uuid", "vocabulary_list_id", "pg_catalog.uuid"),
            "saved_descriptions", Map.of("user_id", "pg_catalog.uuid"),
            "qa_responses", Map.of("user_id", "pg_catalog.uuid"),
            "user_interactions", Map.of("user_id", "pg_catalog.uuid"),
            "learning_analytics", Map.of("user_id", "pg_catalog.uuid"));

    private static final String COUNT_RELATIONS = "SELECT count(*) FROM pg_class WHERE oid = to_regclass(?)";

    // What a type is called says little about which one it is: an equal name may lead to another schema.
    private static final String COLUMN = """
            SELECT attnum IS NOT NULL, coalesce(atttypid = to_regtype(wanted), false),
                   coalesce(to_regtype(wanted)::text, wanted), format_type(atttypid, atttypmod)
              FROM (SELECT CAST(? AS text) AS wanted) AS asked
              LEFT JOIN pg_attribute
                ON attrelid = to_regclass(?)
               AND attname = ?
               AND attnum > 0
               AND NOT attisdropped
            """;

    // Whoever has no USAGE on a schema cannot even ask for what is in it.
    private static final String CLOSED_SCHEMAS = """
            SELECT format('GRANT USAGE, CREATE ON SCHEMA %I TO %I;', nspname, current_user)
              FROM pg_namespace
             WHERE nspname IN ('public', 'satchel')
               AND NOT has_schema_privilege(oid, 'USAGE')
             ORDER BY 1
            """;

    private static final String USERS_KEY = """
            SELECT count(*)
              FROM pg_index
             WHERE indrelid = to_regclass('public.users')
               AND indisunique
               AND indpred IS NULL
               AND indnkeyatts = 1
               AND indkey[0] = (SELECT attnum
                                  FROM pg_attribute
                                 WHERE attrelid = indrelid
                                   AND attname = 'id')
            """;

    // Each row is a statement that somebody with the right must run first.
    private static final String MISSING_RIGHTS = """
            WITH me AS (
                SELECT oid, rolname, rolsuper, rolcreaterole, current_setting('server_version_num')::integer AS version
                  FROM pg_roles
                 WHERE rolname = current_user
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
            SELECT format('GRANT REFERENCES ON TABLE public.users TO %I;', rolname)
              FROM me
             WHERE to_regclass('public.users') IS NOT NULL
               AND NOT has_table_privilege('public.users', 'REFERENCES')
             UNION ALL
            SELECT format('GRANT SELECT ON TABLE public.%I TO %I;', needed, rolname)
              FROM me, unnest(ARRAY ['users', 'sessions', 'learning_progress']) AS needed
             WHERE to_regclass('public.' || needed) IS NOT NULL
               AND NOT has_table_privilege('public.' || needed, 'SELECT')
             UNION ALL
            -- Only to lock rows, so that a user stays while their progress is written.
            SELECT format('GRANT UPDATE ON TABLE public.users TO %I;', rolname)
              FROM me
             WHERE to_regclass('public.users') IS NOT NULL
               AND NOT has_any_column_privilege('public.users', 'UPDATE')
             UNION ALL
            SELECT format('GRANT TRIGGER ON TABLE public.%I TO %I;', needed, rolname)
              FROM me, unnest(ARRAY ['users', 'sessions', 'learning_progress']) AS needed
             WHERE to_regclass('public.' || needed) IS NOT NULL
               AND NOT has_table_privilege('public.' || needed, 'TRIGGER')
             UNION ALL
            -- What counts progress must see every row.
            SELECT format('ALTER ROLE %I BYPASSRLS;', rolname)
              FROM me
             WHERE EXISTS (SELECT
                             FROM unnest(ARRAY ['public.users', 'public.sessions', 'public.learning_progress']) AS needed
                            WHERE to_regclass(needed) IS NOT NULL
                              AND row_security_active(to_regclass(needed)))
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
                                     JOIN pg_namespace AS namespace ON namespace.oid = users.relnamespace
                                    WHERE (namespace.nspname, users.relname) = ('public', 'users')
                                      AND pg_has_role(me.oid, users.relowner, 'USAGE'))
              FROM pg_roles AS me
             WHERE me.rolname = current_user
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

    private static final String DEPENDENTS = """
            SELECT DISTINCT format('view %s reads %s', ev_class::regclass, refobjid::regclass)
              FROM pg_depend
              JOIN pg_rewrite ON pg_rewrite.oid = objid
             WHERE classid = 'pg_rewrite'::regclass
               AND refclassid = 'pg_class'::regclass
               AND refobjid = ANY (string_to_array(?, ',')::regclass[])
             UNION ALL
            SELECT format('foreign key %I of %s refers to %s', conname, conrelid::regclass, confrelid::regclass)
              FROM pg_constraint
             WHERE contype = 'f'
               AND confrelid = ANY (string_to_array(?, ',')::regclass[])
            """;

    private static final String UNREADABLE = """
            SELECT format('GRANT SELECT ON TABLE public.%I TO authenticated;', used)
              FROM unnest(string_to_array(?, ',')) AS used
             WHERE to_regclass('public.' || used) IS NOT NULL
               AND to_regrole('authenticated') IS NOT NULL
               AND NOT has_any_column_privilege(to_regrole('authenticated'), to_regclass('public.' || used), 'SELECT')
             ORDER BY 1
            """;

    private static final String ORPHANS_CAN_BE_COUNTED = """
            SELECT CASE
                       WHEN account IS NULL OR to_regclass('public.users') IS NULL THEN 'absent'
                       WHEN has_schema_privilege('auth', 'USAGE')
                            AND has_column_privilege(account, 'id', 'SELECT')
                            AND has_column_privilege('public.users', 'id', 'SELECT')
                            AND NOT row_security_active(account)
                            AND NOT row_security_active('public.users') THEN 'yes'
                       ELSE 'no'
                   END
              FROM (SELECT (SELECT oid
                              FROM pg_class
                             WHERE relname = 'users'
                               AND relnamespace = to_regnamespace('auth')) AS account) AS accounts
            """;

    private static final String ORPHANS = """
            SELECT concat_ws(' ', count(*), string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE position <= 3))
              FROM (SELECT id, row_number() OVER (ORDER BY id) AS position
                      FROM public.users
                     WHERE NOT EXISTS (SELECT FROM auth.users AS account WHERE account.id = users.id)) AS orphan
            """;

    private static final String HISTORY = """
            SELECT version
              FROM satchel.flyway_schema_history
             WHERE success
               AND version IS NOT NULL
             ORDER BY installed_rank DESC
             LIMIT 1
            """;

    private static final String ROLES = """
            SELECT format('%s %s', name, CASE WHEN to_regrole(name) IS NULL THEN 'will be made' ELSE 'is there' END)
              FROM unnest(ARRAY ['anon', 'authenticated', 'service_role', 'satchel_runtime', 'satchel_exports',
                                 'satchel_vault', 'satchel_rotation']) AS name
            """;

    private final Connection connection;
    private final List<Finding> findings = new ArrayList<>();
    private @Nullable PastedFiles pasted;
    private boolean adopts;
    private boolean hasHistory;

    Preflight(Connection connection) {
        this.connection = connection;
    }

    /**
     * Looks at a database through a transaction that can only read. Of a schema at the newest version it also tells what a
     * migration would restore.
     */
    public static Report report(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            SchemaTransaction.begin(connection);
            Preflight preflight = new Preflight(connection);
            Report report = preflight.report();
            if (preflight.hasHistory && !report.isBlocked()) {
                report = report.with(preflight.contract());
            }
            connection.rollback();
            return report;
        }
    }

    Report report() throws SQLException {
        findings.clear();
        SchemaVersion.refuseReplaced(connection);
        server();
        encoding();
        List<String> closed = rows(connection, CLOSED_SCHEMAS);
        if (!closed.isEmpty()) {
            pasted = PastedFiles.none();
            lackOfRights(closed, "the role cannot look into a schema");
            return new Report(List.copyOf(findings));
        }
        List<PublicTable> tables = new ArrayList<>();
        for (String name : PublicTable.NAMES) {
            tables.add(PublicTable.in(connection, name));
        }
        hasHistory = rows(connection, "SELECT to_regclass('satchel.flyway_schema_history')")
                        .get(0)
                != null;
        if (hasHistory) {
            pasted = PastedFiles.none();
            history();
        } else {
            publicTables(tables);
        }
        creators();
        eventTriggers();
        adopts = tables.stream().anyMatch(table -> table.state() == State.EARLIER);
        baseTables();
        rights(tables);
        orphans();
        roles();
        locks(tables);
        return new Report(List.copyOf(findings));
    }

    /** Whether migrations were recorded, as the report found it. */
    boolean hasHistory() {
        return hasHistory;
    }

    /** Whether earlier tables of the application will be moved, as the report found it. */
    boolean adopts() {
        return adopts;
    }

    /** What ran without a history, as the report found it. */
    PastedFiles pastedFiles() {
        return java.util.Objects.requireNonNull(pasted, "report() comes first");
    }

    private void server() throws SQLException {
        String version = rows(connection, "SHOW server_version").get(0);
        int number =
                Integer.parseInt(rows(connection, "SHOW server_version_num").get(0));
        add(serverFinding(version, number));
    }

    private void encoding() throws SQLException {
        String encoding = DatabaseEncoding.of(connection);
        if (encoding.equals(DatabaseEncoding.NEEDED)) {
            ok("encoding", encoding);
        } else {
            blocking(
                    "encoding",
                    "the database's encoding is " + encoding
                            + ", in which not every text of a user can be kept as it is:"
                            + " copy the data (pg_dump, pg_restore) into a database made with ENCODING 'UTF8' TEMPLATE"
                            + " template0");
        }
    }

    private void lackOfRights(List<String> statements, String problem) throws SQLException {
        if (!statements.isEmpty() && rows(connection, IS_WORKER).equals(List.of("t"))) {
            blocking(
                    "rights",
                    "role " + rows(connection, "SELECT current_user").get(0)
                            + " is one that Satchel works as, which is to"
                            + " have none of the rights that a migration needs: log in as the owner of the application's"
                            + " tables");
        } else {
            statements.forEach(statement -> blocking("rights", problem, statement));
        }
    }

    private void eventTriggers() throws SQLException {
        for (String trigger : PrivateRowSecurity.triggers(connection)) {
            notice(
                    "triggers",
                    "event trigger " + trigger
                            + " enables row security on new tables: on those of schema satchel, which"
                            + " grants alone protect, it will be disabled again");
        }
    }

    static Finding serverFinding(String version, int number) {
        int major = number / 10_000;
        String shown = "PostgreSQL " + version;
        if (major < 14) {
            return new Finding(Level.BLOCKING, "server", shown + " is too old: 14.19 or later is needed", List.of());
        }
        int minimum = MINIMUM_MINOR.getOrDefault(major, 0);
        return number % 10_000 < minimum
                ? new Finding(
                        Level.BLOCKING,
                        "server",
                        "%s has known holes in row security: update it to %d.%d or later"
                                .formatted(shown, major, minimum),
                        List.of())
                : new Finding(Level.OK, "server", shown, List.of());
    }

    private void history() throws SQLException {
        if (rows(connection, "SELECT has_table_privilege('satchel.flyway_schema_history', 'SELECT')")
                .get(0)
                .equals("f")) {
            blocking(
                    "history", "satchel.flyway_schema_history cannot be read: log in as the owner of Satchel's tables");
            return;
        }
        try {
            SchemaVersion.refuseNewer(connection);
        } catch (OtherSchemaException newer) {
            blocking("history", String.valueOf(newer.getMessage()));
            return;
        }
        List<String> version = rows(connection, HISTORY);
        ok("history", version.isEmpty() ? "nothing applied yet" : "the schema is at version " + version.get(0));
    }

    private List<Finding> contract() throws SQLException {
        List<String> pending = Stream.of(
                        Migration.flyway(connection).load().info().pending())
                .map(MigrationInfo::getScript)
                .toList();
        return pending.isEmpty()
                ? Restoration.plan(connection)
                : List.of(new Finding(
                        Level.NOTICE,
                        "contract",
                        "files will be applied, and then what the schema lacks of the others is restored: "
                                + String.join(", ", pending),
                        List.of()));
    }

    private void publicTables(List<PublicTable> tables) throws SQLException {
        Set<String> foreign = new HashSet<>();
        List<String> earlier = new ArrayList<>();
        List<String> satchels = new ArrayList<>();
        for (PublicTable table : tables) {
            String name = "public." + table.name();
            switch (table.state()) {
                case ABSENT -> ok("tables", name + " will be made");
                case SATCHELS -> {
                    satchels.add(name);
                    ok("tables", name + " has exactly Satchel's shape and will be kept");
                }
                case EARLIER -> {
                    earlier.add(name);
                    foreign.add(name);
                    notice(
                            "tables",
                            "%s is the application's earlier table and will be moved, as it is, to satchel.adopted_%s"
                                    .formatted(name, table.name()));
                }
                case OTHER -> {
                    foreign.add(name);
                    blocking(
                            "tables",
                            name + " exists and has another shape: " + String.join("; ", table.differences()),
                            "ALTER TABLE %s RENAME TO %s_before_satchel;".formatted(name, table.name()));
                }
            }
        }
        for (String dependent :
                earlier.isEmpty() ? List.<String>of() : rowsFor(DEPENDENTS, String.join(",", earlier), 2)) {
            blocking("tables", dependent + ", which is to be moved: drop it, migrate, and make it again");
        }
        if (!earlier.isEmpty() && !satchels.isEmpty()) {
            blocking(
                    "tables",
                    "some of the three tables are Satchel's and some the application's earlier ones: "
                            + String.join(", ", earlier));
        }
        pasted = PastedFiles.in(connection, foreign);
        if (!pasted.recorded().isEmpty()) {
            notice(
                    "history",
                    "files that ran without a history will be recorded: " + String.join(", ", pasted.recorded()));
        }
        for (String gap : pasted.gaps()) {
            blocking("history", "files ran without a history, but not completely: " + gap);
        }
    }

    private void creators() throws SQLException {
        List<OpenSchemas.Creator> creators = OpenSchemas.beforeMigration(connection);
        if (creators.isEmpty()) {
            ok("schemas", "only those who own public may create in it");
            return;
        }
        List<String> statements =
                creators.stream().map(OpenSchemas.Creator::remedy).collect(Collectors.toList());
        if (creators.stream().anyMatch(creator -> creator.name().equals("PUBLIC"))) {
            statements.addAll(0, OpenSchemas.grantsToKeep(connection));
        }
        blocking(
                "schemas",
                "operators and functions of others could run with your rights, because these may create them: "
                        + creators.stream()
                                .map(OpenSchemas.Creator::name)
                                .distinct()
                                .collect(Collectors.joining(", ")),
                statements.toArray(String[]::new));
    }

    private void baseTables() throws SQLException {
        for (String table : List.of("users", "sessions", "learning_progress")) {
            List<String> missing = missingColumns(table, NEEDED.getOrDefault(table, Map.of()));
            if (missing.isEmpty()) {
                ok("base tables", "public." + table);
            } else if (missing.equals(MISSING) && table.equals("learning_progress")) {
                notice("base tables", "public.learning_progress is missing: progress will count no words");
            } else {
                blocking("base tables", "public." + table + " " + String.join("; ", missing));
            }
        }
        if (rows(connection, USERS_KEY).get(0).equals("0")) {
            blocking(
                    "base tables",
                    "public.users has no unique key on id, to which foreign keys could refer",
                    "ALTER TABLE public.users ADD PRIMARY KEY (id);");
        }
        for (Map.Entry<String, Map<String, String>> table : new TreeMap<>(USED).entrySet()) {
            List<String> missing = missingColumns(table.getKey(), table.getValue());
            if (!missing.isEmpty()) {
                notice(
                        "base tables",
                        "public.%s %s: exports will say that it is absent"
                                .formatted(table.getKey(), String.join("; ", missing)));
            }
        }
        String all = Stream.concat(NEEDED.keySet().stream(), USED.keySet().stream())
                .sorted()
                .collect(Collectors.joining(","));
        for (String grant : rowsFor(UNREADABLE, all, 1)) {
            notice("base tables", "users cannot read a table that their exports would contain", grant);
        }
    }

    private List<String> missingColumns(String table, Map<String, String> needed) throws SQLException {
        if (rowsFor(COUNT_RELATIONS, "public." + table, 1).equals(List.of("0"))) {
            return MISSING;
        }
        List<String> missing = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMN)) {
            for (Map.Entry<String, String> column : new TreeMap<>(needed).entrySet()) {
                statement.setString(1, column.getValue());
                statement.setString(2, "public." + table);
                statement.setString(3, column.getKey());
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    if (!row.getBoolean(1)) {
                        missing.add("lacks column %s %s".formatted(column.getKey(), row.getString(3)));
                    } else if (!row.getBoolean(2)) {
                        missing.add("has column %s as %s and not %s"
                                .formatted(column.getKey(), row.getString(4), row.getString(3)));
                    }
                }
            }
        }
        return missing;
    }

    private void rights(List<PublicTable> tables) throws SQLException {
        List<String> missing = new ArrayList<>(rows(connection, MISSING_RIGHTS));
        String earlier = namesOf(tables, State.EARLIER);
        if (!earlier.isEmpty()) {
            missing.addAll(rowsFor(MISSING_OWNERSHIP, earlier, 1));
        }
        String me = rows(connection, "SELECT current_user").get(0);
        lackOfRights(missing, "role " + me + " lacks a right");
        if (missing.isEmpty()) {
            ok("rights", "role " + me + " has every right it needs");
        }
    }

    private void orphans() throws SQLException {
        switch (rows(connection, ORPHANS_CAN_BE_COUNTED).get(0)) {
            case "yes" -> {
                String[] orphans = rows(connection, ORPHANS).get(0).split(" ", 2);
                if (orphans[0].equals("0")) {
                    ok("users", "each has an auth user of the same id");
                } else {
                    notice(
                            "users",
                            "%s have no auth user of the same id and cannot reach their rows, such as %s"
                                    .formatted(orphans[0], orphans[1]));
                }
            }
            case "no" -> notice("users", "cannot compare public.users with auth.users: some rows are out of sight");
            default -> ok("users", "there is no auth.users to compare them with");
        }
    }

    private void roles() throws SQLException {
        ok("roles", String.join(", ", rows(connection, ROLES)));
    }

    private void locks(List<PublicTable> tables) {
        String waiting =
                "each waited for at most 2 seconds at a time, unless --lock-timeout says otherwise, then tried again for 2"
                        + " minutes";
        List<String> strong = new ArrayList<>();
        if (adopts) {
            strong.add(namesOf(tables, State.EARLIER).replace(",", ", "));
            strong.add("public.sessions");
        }
        notice(
                "locks",
                "writers of public.users, public.sessions and public.learning_progress wait while it runs, "
                        + (strong.isEmpty()
                                ? "readers do not; "
                                : "and all who use " + String.join(", ", strong) + "; ")
                        + waiting);
    }

    private static String namesOf(List<PublicTable> tables, State state) {
        return tables.stream()
                .filter(table -> table.state() == state)
                .map(table -> "public." + table.name())
                .collect(Collectors.joining(","));
    }

    private List<String> rowsFor(String sql, String value, int times) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int parameter = 1; parameter <= times; parameter++) {
                statement.setString(parameter, value);
            }
            try (ResultSet result = statement.executeQuery()) {
                List<String> rows = new ArrayList<>();
                while (result.next()) {
                    rows.add(result.getString(1));
                }
                return rows;
            }
        }
    }

    private void ok(String subject, String text) {
        add(new Finding(Level.OK, subject, text, List.of()));
    }

    private void notice(String subject, String text, String... statements) {
        add(new Finding(Level.NOTICE, subject, text, List.of(statements)));
    }

    private void blocking(String subject, String text, String... statements) {
        add(new Finding(Level.BLOCKING, subject, text, List.of(statements)));
    }

    private void add(Finding finding) {
        findings.add(finding);
    }

    /** How much a finding matters. */
    public enum Level {
        /** As it should be. */
        OK,
        /** Worth knowing. */
        NOTICE,
        /** Stops the migration before anything is changed. */
        BLOCKING
    }

    /**
     * One thing that was found.
     *
     * @param subject what it is about, in a word or two
     * @param statements to run, by somebody with the right to, for what is wrong or missing
     */
    public record Finding(Level level, String subject, String text, List<String> statements) {

        /** The finding for people: one line, and one more for each statement. */
        public Stream<String> lines() {
            String line = "%-8s  %-11s  %s".formatted(level.name().toLowerCase(java.util.Locale.ROOT), subject, text);
            return Stream.concat(Stream.of(line), statements.stream().map(statement -> " ".repeat(23) + statement));
        }

        @Override
        public String toString() {
            return lines().collect(Collectors.joining("\n"));
        }
    }

    /** Everything found, in the order looked at. */
    public record Report(List<Finding> findings) {

        Report with(List<Finding> more) {
            return new Report(Stream.concat(findings.stream(), more.stream()).toList());
        }

        public boolean isBlocked() {
            return !blocking().isEmpty();
        }

        public List<Finding> blocking() {
            return findings.stream()
                    .filter(finding -> finding.level() == Level.BLOCKING)
                    .toList();
        }

        /** The findings for people, in the order looked at. */
        public Stream<String> lines() {
            return findings.stream().flatMap(Finding::lines);
        }

        @Override
        public String toString() {
            return lines().collect(Collectors.joining("\n"));
        }
    }
}
