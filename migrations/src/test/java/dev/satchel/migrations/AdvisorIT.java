package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Supabase's database advisor would find nothing in what the migrations make.
 *
 * <p>Each test is named as the advisor names its rule. It shows that the rule finds nothing, then damages the schema in
 * a transaction that is rolled back and shows that the rule finds just that. The queries are Satchel's own, and stricter
 * in places; what counts as ours is whatever stands in {@code public} and {@code satchel} that the application had not
 * put there. {@code public} is the schema that the API exposes.
 *
 * <p>Rules about things that Satchel never makes have no test: buckets of files, queues, replication slots, versions of
 * extensions, settings of the sign-in. {@code table_bloat} judges rows, not a schema.
 */
class AdvisorIT {

    private static final String OUR_RELATIONS = """
            CREATE TEMPORARY VIEW our_relation AS
            SELECT relation.oid,
                   space.nspname AS space,
                   space.nspname || '.' || relation.relname AS name,
                   relation.relkind AS kind,
                   relation.relrowsecurity AS has_row_security,
                   coalesce(relation.reloptions, '{}') AS options
              FROM pg_class AS relation
              JOIN pg_namespace AS space
                ON space.oid = relation.relnamespace
             WHERE space.nspname IN ('public', 'satchel')
               AND relation.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND NOT EXISTS (SELECT
                                 FROM application
                                WHERE application.name = space.nspname || '.' || relation.relname)
            """;

    private static final String OUR_FUNCTIONS = """
            CREATE TEMPORARY VIEW our_function AS
            SELECT routine.oid,
                   space.nspname AS space,
                   space.nspname || '.' || routine.proname AS name,
                   routine.prosecdef AS is_definer,
                   coalesce(routine.proconfig, '{}') AS settings,
                   routine.prosqlbody IS NOT NULL AS is_bound
              FROM pg_proc AS routine
              JOIN pg_namespace AS space
                ON space.oid = routine.pronamespace
             WHERE space.nspname IN ('public', 'satchel')
               AND NOT EXISTS (SELECT
                                 FROM application
                                WHERE application.name = space.nspname || '.' || routine.proname)
            """;

    private static final String OUR_POLICIES = """
            CREATE TEMPORARY VIEW our_policy AS
            SELECT relation.oid AS relation,
                   relation.name || ': ' || policy.polname AS name,
                   policy.polcmd AS command,
                   policy.polpermissive AS is_permissive,
                   policy.polroles AS roles,
                   coalesce(pg_get_expr(policy.polqual, policy.polrelid), '') AS visible,
                   coalesce(pg_get_expr(policy.polwithcheck, policy.polrelid), '') AS writable
              FROM pg_policy AS policy
              JOIN our_relation AS relation
                ON relation.oid = policy.polrelid
            """;

    private static final String WHAT_THE_APPLICATION_HAS = """
            SELECT relnamespace::regnamespace || '.' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
             UNION
            SELECT pronamespace::regnamespace || '.' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            """;

    private static final String INDEXES_THAT_ENFORCE_NOTHING = """
            SELECT class.relname
              FROM pg_index AS index
              JOIN pg_class AS class
                ON class.oid = index.indexrelid
              JOIN our_relation AS relation
                ON relation.oid = index.indrelid
             WHERE NOT index.indisunique
            """;

    private static final String READ_BY = """
            SELECT DISTINCT relation.name
              FROM our_relation AS relation
              JOIN pg_attribute AS attribute
                ON attribute.attrelid = relation.oid
               AND attribute.attnum > 0
               AND NOT attribute.attisdropped
             WHERE has_column_privilege('%s', relation.oid, attribute.attnum, 'SELECT')
             ORDER BY relation.name
            """;

    private static final String DEFINER_FUNCTIONS_OPEN_TO = """
            SELECT name
              FROM our_function
             WHERE space = 'public'
               AND is_definer
               AND has_function_privilege('%s', oid, 'EXECUTE')
            """;

    @AutoClose
    private static SampleDatabase database;

    @AutoClose
    private static Session superuser;

    @BeforeAll
    static void tellOursFromTheApplications() throws SQLException {
        database = SampleDatabase.create();
        superuser = Session.open(database.superuserDataSource());
        superuser.run("CREATE TEMPORARY TABLE application (name text NOT NULL)");
        try (var unmigrated = SampleDatabase.createUnmigrated();
                var before = Session.open(unmigrated.ownerDataSource())) {
            for (var name : before.rows(WHAT_THE_APPLICATION_HAS)) {
                superuser.run("INSERT INTO application VALUES (?)", name);
            }
        }
        superuser.run(OUR_RELATIONS);
        superuser.run(OUR_FUNCTIONS);
        superuser.run(OUR_POLICIES);
    }

    @Test
    @DisplayName("what is looked at")
    void everythingOfOursIsLookedAt() throws SQLException {
        assertThat(superuser.rows("SELECT name FROM our_relation"))
                .contains(
                        "public.user_api_keys",
                        "public.user_progress",
                        "public.export_history",
                        "public.user_api_keys_status",
                        "satchel.export_lease",
                        "satchel.flyway_schema_history",
                        "satchel.batch_job_execution_params")
                .doesNotContain("public.users", "public.sessions");
        assertThat(superuser.rows("SELECT name FROM our_function")).contains("satchel.own_api_keys_status");
        assertThat(superuser.value("SELECT count(*) FROM our_policy")).isEqualTo("15");
    }

    @Test
    @DisplayName("unindexed_foreign_keys")
    void everyForeignKeyLeadsAnIndex() throws SQLException {
        finds("public.export_history: export_history_user_id_fkey")
                .with("""
                        SELECT relation.name || ': ' || key.conname
                          FROM pg_constraint AS key
                          JOIN our_relation AS relation
                            ON relation.oid = key.conrelid
                         WHERE key.contype = 'f'
                           AND NOT EXISTS (SELECT
                                             FROM pg_index
                                            WHERE indrelid = key.conrelid
                                              AND indisvalid
                                              AND indpred IS NULL
                                              AND (indkey::int2[])[0:cardinality(key.conkey) - 1] = key.conkey)
                        """)
                .after("DROP INDEX public.idx_export_history_user_id");
    }

    @Test
    @DisplayName("auth_users_exposed")
    void noViewShowsTheUsersOfThePlatform() throws SQLException {
        finds("public.everybody")
                .with("""
                        SELECT DISTINCT relation.name
                          FROM our_relation AS relation
                          JOIN pg_rewrite AS rule
                            ON rule.ev_class = relation.oid
                          JOIN pg_depend AS dependency
                            ON dependency.classid = 'pg_rewrite'::regclass
                           AND dependency.objid = rule.oid
                         WHERE dependency.refobjid = to_regclass('auth.users')
                           AND (has_table_privilege('anon', relation.oid, 'SELECT')
                                OR has_table_privilege('authenticated', relation.oid, 'SELECT'))
                        """)
                .after(
                        "CREATE TABLE IF NOT EXISTS auth.users (id uuid)",
                        "CREATE VIEW public.everybody AS SELECT id FROM auth.users",
                        "GRANT SELECT ON public.everybody TO authenticated");
    }

    @Test
    @DisplayName("auth_rls_initplan")
    void policiesAskForTheUserOncePerQuery() throws SQLException {
        finds(
                        "public.export_history: Users can insert their own export history",
                        "public.user_progress: Users can view their own progress")
                .with("""
                        SELECT name
                          FROM our_policy
                         WHERE regexp_replace(visible || writable,
                                              '\\( SELECT (auth\\.\\w+|current_setting)\\([^()]*\\) AS \\w+\\)', '', 'g')
                               ~ '(auth\\.\\w+|current_setting)\\('
                         ORDER BY name
                        """)
                .after(
                        "ALTER POLICY \"Users can view their own progress\" ON public.user_progress"
                                + " USING (auth.uid() = user_id)",
                        "ALTER POLICY \"Users can insert their own export history\" ON public.export_history"
                                + " WITH CHECK (current_setting('request.jwt.claim.sub', true) = user_id::text)");
    }

    @Test
    @DisplayName("no_primary_key")
    void everyTableHasAPrimaryKey() throws SQLException {
        finds("satchel.upload_journal")
                .with("""
                        SELECT name
                          FROM our_relation
                         WHERE kind IN ('r', 'p')
                           AND NOT EXISTS (SELECT
                                             FROM pg_constraint
                                            WHERE conrelid = our_relation.oid
                                              AND contype = 'p')
                        """)
                .after("ALTER TABLE satchel.upload_journal DROP CONSTRAINT upload_journal_pkey CASCADE");
    }

    /** The advisor counts scans; here each index that enforces nothing has a query that it serves. */
    @Test
    @DisplayName("unused_index")
    void everyIndexServesAQuery() throws SQLException {
        var queries = new TreeMap<>(Map.of(
                "data_key_kek_id_idx",
                "SELECT id FROM satchel.data_key WHERE kek_id < 'file:1' ORDER BY kek_id, id, provider LIMIT 100",
                "key_audit_set_data_key_id_idx",
                "SELECT FROM satchel.key_audit WHERE data_key_id = '00000000-0000-0000-0000-000000000007' AND action = 'set'",
                "key_audit_user_id_at_idx",
                "SELECT action FROM satchel.key_audit WHERE user_id = '00000000-0000-0000-0000-000000000007' ORDER BY at DESC",
                "key_check_next_check_at_idx",
                "SELECT user_id FROM satchel.key_check WHERE next_check_at <= now() ORDER BY next_check_at LIMIT 100"));
        queries.putAll(Map.of(
                "idx_export_history_user_id",
                "SELECT id FROM public.export_history WHERE user_id = '00000000-0000-0000-0000-000000000007' ORDER BY created_at DESC",
                "idx_export_history_status",
                "SELECT id FROM public.export_history WHERE status = 'pending' ORDER BY created_at LIMIT 1",
                "idx_export_history_created_at",
                "SELECT id FROM public.export_history WHERE created_at < '2026-01-01Z'",
                "idx_export_history_export_type",
                "SELECT id FROM public.export_history WHERE export_type = 'qa'",
                "idx_export_history_expires_at",
                "SELECT id FROM public.export_history WHERE file_url IS NOT NULL AND expires_at < now()",
                "idx_user_progress_last_activity",
                "SELECT user_id FROM public.user_progress ORDER BY last_activity_at DESC LIMIT 10",
                "export_lease_expires_at_idx",
                "SELECT export_id FROM satchel.export_lease WHERE token IS NOT NULL AND expires_at < now()",
                "upload_journal_export_id_idx",
                "SELECT url FROM satchel.upload_journal WHERE export_id = '00000000-0000-0000-0000-000000000007'",
                "batch_job_execution_job_instance_id_idx",
                "SELECT status FROM satchel.batch_job_execution WHERE job_instance_id = 1",
                "batch_step_execution_job_execution_id_idx",
                "SELECT status FROM satchel.batch_step_execution WHERE job_execution_id = 1"));
        queries.put(
                "export_queue_round_asked_at_idx",
                "SELECT export_id FROM satchel.export_queue ORDER BY round, asked_at LIMIT 1");
        queries.put(
                "export_queue_user_id_round_idx",
                "SELECT count(*) FROM satchel.export_queue WHERE user_id = '00000000-0000-0000-0000-000000000007'");
        queries.put(
                "upload_journal_store_id_idx",
                "SELECT url FROM satchel.upload_journal WHERE store_id = '00000000-0000-0000-0000-000000000007'");
        queries.put(
                "session_contribution_user_id_day_idx",
                "SELECT day FROM satchel.session_contribution WHERE user_id = '00000000-0000-0000-0000-000000000007' ORDER BY day");
        queries.put(
                "export_part_export_id_idx",
                "SELECT number FROM satchel.export_part WHERE export_id = '00000000-0000-0000-0000-000000000007'");
        queries.put(
                "integration_channel_message_id_idx",
                "SELECT FROM satchel.integration_channel_message WHERE region = 'DEFAULT' AND group_key = 'a' AND message_id = 'b'");
        // Flyway's own. A migration cannot drop it, since Flyway keeps its history locked meanwhile; and a table of a
        // few rows never uses an index.
        var flyways = "flyway_schema_history_s_idx";

        assertThat(superuser.rows(INDEXES_THAT_ENFORCE_NOTHING))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(queries.keySet().stream(), Stream.of(flyways))
                        .toList());
        superuser.run("BEGIN");
        superuser.run("SET LOCAL session_replication_role = replica");
        superuser.run("""
                INSERT INTO public.export_history (user_id, export_type, export_format, status, created_at)
                SELECT gen_random_uuid(), 'all', 'csv', CASE n WHEN 1 THEN 'pending' ELSE 'completed' END,
                       timestamptz '2026-01-01Z' + n * interval '1 minute'
                  FROM generate_series(1, 2000) AS n
                """);
        superuser.run("ANALYZE public.export_history");
        superuser.run("SET LOCAL enable_seqscan = off");
        var unused = new ArrayList<String>();
        for (var query : queries.entrySet()) {
            if (superuser.rows("EXPLAIN (COSTS OFF) " + query.getValue()).stream()
                    .noneMatch(line -> line.contains(query.getKey()))) {
                unused.add(query.getKey());
            }
        }
        superuser.run("ROLLBACK");
        assertThat(unused).isEmpty();
    }

    @Test
    @DisplayName("multiple_permissive_policies")
    void atMostOnePolicyLetsARoleDoAThing() throws SQLException {
        finds("public.export_history: authenticated, r")
                .with("""
                        SELECT relation.name || ': ' || role.rolname || ', ' || verb
                          FROM our_policy AS policy
                          JOIN our_relation AS relation
                            ON relation.oid = policy.relation
                         CROSS JOIN unnest(ARRAY ['r', 'a', 'w', 'd']) AS verb
                          JOIN pg_roles AS role
                            ON role.rolname IN ('anon', 'authenticated', 'service_role', 'satchel_runtime',
                                                'satchel_exports', 'satchel_vault', 'satchel_rotation',
                                                'satchel_worker')
                         WHERE policy.is_permissive
                           AND policy.command IN (verb::"char", '*')
                           AND EXISTS (SELECT
                                         FROM unnest(policy.roles) AS named
                                        WHERE named = 0
                                           OR pg_has_role(role.oid, named, 'USAGE'))
                         GROUP BY relation.name, role.rolname, verb
                        HAVING count(*) > 1
                        """)
                .after("CREATE POLICY another ON public.export_history FOR SELECT TO authenticated USING (false)");
    }

    @Test
    @DisplayName("policy_exists_rls_disabled")
    void whereThereArePoliciesTheyAreInForce() throws SQLException {
        finds("public.user_api_keys").with("""
                        SELECT DISTINCT relation.name
                          FROM our_policy AS policy
                          JOIN our_relation AS relation
                            ON relation.oid = policy.relation
                         WHERE NOT relation.has_row_security
                        """).after("ALTER TABLE public.user_api_keys DISABLE ROW LEVEL SECURITY");
    }

    @Test
    @DisplayName("rls_enabled_no_policy")
    void whereRowSecurityIsInForceThereArePolicies() throws SQLException {
        finds("satchel.export_lease").with("""
                        SELECT name
                          FROM our_relation
                         WHERE has_row_security
                           AND NOT EXISTS (SELECT
                                             FROM our_policy
                                            WHERE our_policy.relation = our_relation.oid)
                        """).after("ALTER TABLE satchel.export_lease ENABLE ROW LEVEL SECURITY");
    }

    @Test
    @DisplayName("duplicate_index")
    void noIndexIsTheBeginningOfAnother() throws SQLException {
        finds("doubled", "doubled_unique")
                .with("""
                        SELECT DISTINCT class.relname
                          FROM pg_index AS short
                          JOIN our_relation AS relation
                            ON relation.oid = short.indrelid
                          JOIN pg_class AS class
                            ON class.oid = short.indexrelid
                          JOIN pg_index AS long
                            ON long.indrelid = short.indrelid
                           AND long.indexrelid <> short.indexrelid
                         WHERE (long.indkey::int2[])[0:short.indnkeyatts - 1]
                               = (short.indkey::int2[])[0:short.indnkeyatts - 1]
                           AND (long.indclass::oid[])[0:short.indnkeyatts - 1]
                               = (short.indclass::oid[])[0:short.indnkeyatts - 1]
                           AND pg_get_expr(long.indexprs, long.indrelid)
                               IS NOT DISTINCT FROM pg_get_expr(short.indexprs, short.indrelid)
                           AND pg_get_expr(long.indpred, long.indrelid)
                               IS NOT DISTINCT FROM pg_get_expr(short.indpred, short.indrelid)
                           AND (NOT short.indisunique
                                OR (long.indisunique
                                    AND long.indnkeyatts = short.indnkeyatts
                                    AND long.indexrelid < short.indexrelid))
                         ORDER BY class.relname
                        """)
                .after(
                        "CREATE INDEX doubled ON public.export_history (user_id)",
                        "CREATE UNIQUE INDEX doubled_unique ON public.user_progress (user_id)");
    }

    /** Before PostgreSQL 15 every view is of this kind; the function behind ours shows the caller's own row only. */
    @Test
    @DisplayName("security_definer_view")
    void viewsReadWithTheRightsOfTheCaller() throws SQLException {
        var rule = """
                SELECT name
                  FROM our_relation
                 WHERE kind = 'v'
                   AND NOT options && ARRAY ['security_invoker=true', 'security_invoker=on', 'security_invoker=1']
                   AND (has_table_privilege('anon', oid, 'SELECT')
                        OR has_table_privilege('authenticated', oid, 'SELECT'))
                """;
        if (serverVersion() < 150000) {
            assertThat(superuser.rows(rule)).containsExactly("public.user_api_keys_status");
        } else {
            finds("public.user_api_keys_status")
                    .with(rule)
                    .after("ALTER VIEW public.user_api_keys_status RESET (security_invoker)");
        }
    }

    @Test
    @DisplayName("function_search_path_mutable")
    void functionsFixTheirSearchPath() throws SQLException {
        finds("satchel.set_updated_at")
                .with("""
                        SELECT name
                          FROM our_function
                         -- A body in the standard's form is bound when it is made; with a setting it could not be put in line.
                         WHERE NOT is_bound
                           AND NOT EXISTS (SELECT
                                             FROM unnest(settings) AS setting
                                            WHERE setting = 'search_path=pg_catalog, pg_temp')
                        """)
                .after("ALTER FUNCTION satchel.set_updated_at() SET search_path = public");
    }

    /**
     * Where a project lets people sign in anonymously, the advisor notes every policy that takes them for users.
     *
     * <p>Ours do, on purpose: the rows of an anonymous user are theirs. It must not become more than the three tables.
     */
    @Test
    @DisplayName("auth_allow_anonymous_sign_ins")
    void anonymousUsersAreUsers() throws SQLException {
        assertThat(superuser.rows("""
                                SELECT DISTINCT relation.name
                                  FROM our_policy AS policy
                                  JOIN our_relation AS relation
                                    ON relation.oid = policy.relation
                                 WHERE policy.roles && ARRAY [0, 'authenticated'::regrole::oid]
                                 ORDER BY relation.name
                                """))
                .containsExactly("public.export_history", "public.user_api_keys", "public.user_progress");
    }

    @Test
    @DisplayName("rls_disabled_in_public")
    void everyExposedTableHasRowSecurity() throws SQLException {
        finds("public.note").with("""
                        SELECT name
                          FROM our_relation
                         WHERE space = 'public'
                           AND kind IN ('r', 'p')
                           AND NOT has_row_security
                        """).after("CREATE TABLE public.note (id integer PRIMARY KEY)");
    }

    @Test
    @DisplayName("extension_in_public")
    void noExtensionIsInstalled() throws SQLException {
        finds("plpgsql")
                .with("""
                        SELECT extname
                          FROM pg_extension
                         WHERE extnamespace IN ('public'::regnamespace, 'satchel'::regnamespace)
                           AND extname <> 'uuid-ossp'
                        """)
                .after("UPDATE pg_extension SET extnamespace = 'public'::regnamespace WHERE extname = 'plpgsql'");
    }

    @Test
    @DisplayName("rls_references_user_metadata")
    void noPolicyTrustsWhatUsersWriteAboutThemselves() throws SQLException {
        finds("public.user_progress: Users can view their own progress")
                .with("SELECT name FROM our_policy WHERE visible || writable ~ 'user_metadata'")
                .after("""
                        ALTER POLICY "Users can view their own progress" ON public.user_progress
                        USING ((SELECT current_setting('request.jwt.claims')::jsonb -> 'user_metadata' ->> 'id') = user_id::text)
                        """);
    }

    @Test
    @DisplayName("materialized_view_in_api")
    void noMaterializedViewIsExposed() throws SQLException {
        finds("public.totals")
                .with("""
                        SELECT name
                          FROM our_relation
                         WHERE kind = 'm'
                           AND (has_table_privilege('anon', oid, 'SELECT')
                                OR has_table_privilege('authenticated', oid, 'SELECT'))
                        """)
                .after(
                        "CREATE MATERIALIZED VIEW public.totals AS SELECT count(*) FROM public.export_history",
                        "GRANT SELECT ON public.totals TO anon");
    }

    @Test
    @DisplayName("foreign_table_in_api")
    void noForeignTableIsExposed() throws SQLException {
        finds("public.elsewhere")
                .with("SELECT name FROM our_relation WHERE kind = 'f'")
                .after(
                        "CREATE FOREIGN DATA WRAPPER wrapper",
                        "CREATE SERVER server FOREIGN DATA WRAPPER wrapper",
                        "CREATE FOREIGN TABLE public.elsewhere (id integer) SERVER server");
    }

    @Test
    @DisplayName("unsupported_reg_types")
    void noColumnHoldsWhatAnUpgradeCannotCarry() throws SQLException {
        finds("satchel.upload_journal: compared_by")
                .with("""
                        SELECT relation.name || ': ' || attribute.attname
                          FROM our_relation AS relation
                          JOIN pg_attribute AS attribute
                            ON attribute.attrelid = relation.oid
                           AND attribute.attnum > 0
                         WHERE attribute.atttypid IN ('regcollation'::regtype, 'regconfig'::regtype,
                                                      'regdictionary'::regtype, 'regnamespace'::regtype,
                                                      'regoper'::regtype, 'regoperator'::regtype,
                                                      'regproc'::regtype, 'regprocedure'::regtype)
                        """)
                .after("ALTER TABLE satchel.upload_journal ADD COLUMN compared_by regcollation");
    }

    @Test
    @DisplayName("fkey_to_auth_unique")
    void noForeignKeyHoldsThePlatformBack() throws SQLException {
        finds("public.export_history: emails")
                .with("""
                        SELECT relation.name || ': ' || key.conname
                          FROM pg_constraint AS key
                          JOIN our_relation AS relation
                            ON relation.oid = key.conrelid
                          JOIN pg_class AS referenced
                            ON referenced.oid = key.confrelid
                          JOIN pg_index AS index
                            ON index.indexrelid = key.conindid
                         WHERE key.contype = 'f'
                           AND referenced.relnamespace = 'auth'::regnamespace
                           AND NOT index.indisprimary
                        """)
                .after(
                        "CREATE TABLE auth.address (id uuid PRIMARY KEY, email text UNIQUE)",
                        "ALTER TABLE public.export_history ADD CONSTRAINT emails"
                                + " FOREIGN KEY (file_url) REFERENCES auth.address (email)");
    }

    /** Stricter than the advisor, which is content where such a table has row security at all. */
    @Test
    @DisplayName("sensitive_columns_exposed")
    void noSecretIsReadableThroughTheApi() throws SQLException {
        finds("public.user_api_keys: openai_api_key", "public.user_api_keys: unsplash_api_key")
                .with("""
                        SELECT relation.name || ': ' || attribute.attname
                          FROM our_relation AS relation
                          JOIN pg_attribute AS attribute
                            ON attribute.attrelid = relation.oid
                           AND attribute.attnum > 0
                           AND NOT attribute.attisdropped
                         WHERE attribute.attname ~ '(api_?key|passw|pwd|secret|token|jwt|otp|credential|private|cvv|iban|ssn)'
                           AND (has_column_privilege('anon', relation.oid, attribute.attnum, 'SELECT')
                                OR has_column_privilege('authenticated', relation.oid, attribute.attnum, 'SELECT'))
                         ORDER BY attribute.attnum
                        """)
                .after(
                        "GRANT SELECT (openai_api_key) ON public.user_api_keys TO authenticated",
                        "GRANT SELECT (unsplash_api_key) ON public.user_api_keys TO anon");
    }

    @Test
    @DisplayName("rls_policy_always_true")
    void noUserMeetsAPolicyWithoutACondition() throws SQLException {
        finds("public.user_progress: Satchel works on progress")
                .with("""
                        SELECT name
                          FROM our_policy
                         WHERE roles && ARRAY [0, 'anon'::regrole::oid, 'authenticated'::regrole::oid]
                           AND (visible IN ('true', '(1 = 1)') OR writable IN ('true', '(1 = 1)'))
                        """)
                .after("ALTER POLICY \"Satchel works on progress\" ON public.user_progress TO authenticated");
    }

    @Test
    @DisplayName("rls_policy_null_auth_disjunct")
    void nobodyIsNotEverybody() throws SQLException {
        finds("public.user_progress: Users can view their own progress")
                .with("SELECT name FROM our_policy WHERE visible || writable ~ '\\mIS NULL\\M'")
                .after("ALTER POLICY \"Users can view their own progress\" ON public.user_progress"
                        + " USING ((SELECT auth.uid()) IS NULL OR (SELECT auth.uid()) = user_id)");
    }

    @Test
    @DisplayName("policies name their role")
    void noPolicyIsForEverybody() throws SQLException {
        finds("public.export_history: Users can delete their own export history")
                .with("SELECT name FROM our_policy WHERE 0 = ANY (roles)")
                .after("ALTER POLICY \"Users can delete their own export history\" ON public.export_history TO PUBLIC");
    }

    @Test
    @DisplayName("pg_graphql_anon_table_exposed")
    void whoIsNotSignedInLearnsOfNoTable() throws SQLException {
        finds("public.export_history")
                .with(READ_BY.formatted("anon"))
                .after("GRANT SELECT (status) ON public.export_history TO anon");
    }

    /**
     * Where pg_graphql is installed, the advisor notes every table whose columns a signed-in user can look up.
     *
     * <p>Users read these four, so that they are noted is right; a fifth would be wrong.
     */
    @Test
    @DisplayName("pg_graphql_authenticated_table_exposed")
    void usersLearnOfWhatTheyReadAndNothingElse() throws SQLException {
        assertThat(superuser.rows(READ_BY.formatted("authenticated")))
                .containsExactly(
                        "public.export_history",
                        "public.user_api_keys",
                        "public.user_api_keys_status",
                        "public.user_progress");
    }

    @Test
    @DisplayName("anon_security_definer_function_executable")
    void whoIsNotSignedInBorrowsNoRights() throws SQLException {
        finds("public.peek").with(DEFINER_FUNCTIONS_OPEN_TO.formatted("anon")).after(PEEK);
    }

    @Test
    @DisplayName("authenticated_security_definer_function_executable")
    void usersBorrowNoRights() throws SQLException {
        finds("public.peek")
                .with(DEFINER_FUNCTIONS_OPEN_TO.formatted("authenticated"))
                .after(PEEK);
    }

    private static final String PEEK = "CREATE FUNCTION public.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
            + " SET search_path = '' AS 'SELECT count(*) FROM public.export_history'";

    /** The one function that runs with its owner's rights for users can be reached through its view only. */
    @Test
    @DisplayName("security definer functions outside the exposed schema")
    void theFunctionOfTheViewCannotBeCalledByName() throws SQLException {
        finds("satchel.guard_export_status: anon")
                .with("""
                        SELECT routine.name || ': ' || role
                          FROM our_function AS routine
                         CROSS JOIN unnest(ARRAY ['anon', 'authenticated', 'service_role']) AS role
                         WHERE routine.is_definer
                           AND has_function_privilege(role, routine.oid, 'EXECUTE')
                           AND (routine.name, role) <> ('satchel.own_api_keys_status', 'authenticated')
                        """)
                .after(
                        "ALTER FUNCTION satchel.guard_export_status() SECURITY DEFINER",
                        "GRANT EXECUTE ON FUNCTION satchel.guard_export_status() TO anon");
        finds("service_role").with("""
                        SELECT role
                          FROM unnest(ARRAY ['anon', 'authenticated', 'service_role']) AS role
                         WHERE has_schema_privilege(role, 'satchel', 'USAGE')
                        """).after("GRANT USAGE ON SCHEMA satchel TO service_role");
    }

    @Test
    @DisplayName("invalid_index")
    void everyIndexIsValid() throws SQLException {
        finds("idx_export_history_created_at")
                .with("""
                        SELECT class.relname
                          FROM pg_index AS index
                          JOIN our_relation AS relation
                            ON relation.oid = index.indrelid
                          JOIN pg_class AS class
                            ON class.oid = index.indexrelid
                         WHERE NOT index.indisvalid
                        """)
                .after("UPDATE pg_index SET indisvalid = false"
                        + " WHERE indexrelid = 'public.idx_export_history_created_at'::regclass");
    }

    @Test
    @DisplayName("autovacuum_disabled")
    void everyTableIsVacuumed() throws SQLException {
        finds("satchel.export_lease")
                .with("SELECT name FROM our_relation WHERE 'autovacuum_enabled=false' = ANY (options)")
                .after("ALTER TABLE satchel.export_lease SET (autovacuum_enabled = false)");
    }

    private static int serverVersion() throws SQLException {
        return Integer.parseInt(superuser.value("SHOW server_version_num"));
    }

    private static Expectation finds(String... findings) {
        return new Expectation(List.of(findings));
    }

    private record Expectation(List<String> findings) {

        Rule with(String query) {
            return new Rule(query, findings);
        }
    }

    private record Rule(String query, List<String> findings) {

        void after(String... damages) throws SQLException {
            assertThat(superuser.rows(query)).as("findings").isEmpty();
            superuser.run("BEGIN");
            try {
                for (var damage : damages) {
                    superuser.run(damage);
                }
                assertThat(superuser.rows(query)).as("findings after damage").isEqualTo(findings);
            } finally {
                superuser.run("ROLLBACK");
            }
        }
    }
}
