package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every right that the migrations give away, and no other. */
class GrantsIT {

    private static final String GRANTS = """
            SELECT relation.relname,
                   coalesce(grantee.rolname, 'PUBLIC'),
                   string_agg(granted.privilege || coalesce(' (' || granted.columns || ')', ''), ', '
                              ORDER BY granted.privilege COLLATE "C")
              FROM pg_class AS relation
             CROSS JOIN LATERAL (SELECT grantee, privilege_type AS privilege, NULL AS columns
                                   FROM aclexplode(relation.relacl)
                                  UNION ALL
                                 SELECT acl.grantee, acl.privilege_type,
                                        string_agg(attribute.attname, ', ' ORDER BY attribute.attnum)
                                   FROM pg_attribute AS attribute
                                  CROSS JOIN LATERAL aclexplode(attribute.attacl) AS acl
                                  WHERE attribute.attrelid = relation.oid
                                  GROUP BY acl.grantee, acl.privilege_type) AS granted
              LEFT JOIN pg_roles AS grantee
                ON grantee.oid = granted.grantee
             WHERE relation.relnamespace = ?::regnamespace
               AND relation.relname = ANY (?::text[])
               AND granted.grantee <> relation.relowner
             GROUP BY relation.relname, grantee.rolname
             ORDER BY relation.relname COLLATE "C", grantee.rolname COLLATE "C"
            """;

    private static final String PUBLIC_TABLES = "{user_api_keys, user_api_keys_status, user_progress, export_history}";

    private static final List<String> PUBLIC_GRANTS = List.of(
            "export_history | authenticated | DELETE, INSERT (user_id, export_type, export_format, filters), SELECT,"
                    + " UPDATE (cancelled_at)",
            "export_history | satchel_exports | INSERT (user_id, export_type, export_format, filters), SELECT,"
                    + " UPDATE (status, records_count, file_size_bytes, file_url, data, error_message, retry_count,"
                    + " started_at, completed_at, processing_time_seconds, expires_at, cancelled_at)",
            "export_history | service_role | DELETE, INSERT, SELECT, UPDATE",
            "user_api_keys | authenticated | DELETE, SELECT (id, user_id, last_validated_at, is_active, created_at,"
                    + " updated_at)",
            "user_api_keys | service_role | DELETE, INSERT, SELECT, UPDATE",
            "user_api_keys_status | authenticated | SELECT",
            "user_progress | authenticated | SELECT",
            "user_progress | satchel_exports | SELECT",
            "user_progress | service_role | DELETE, INSERT, SELECT, UPDATE");

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
    void publicTablesAreOpenAsFarAsPromised() throws SQLException {
        assertThat(owner.rows(GRANTS, "public", PUBLIC_TABLES)).isEqualTo(PUBLIC_GRANTS);
    }

    @Test
    void generousDefaultPrivilegesChangeNothing() throws SQLException {
        try (var generous = SampleDatabase.createUnmigrated();
                var session = Session.open(generous.ownerDataSource())) {
            for (var kind : List.of("TABLES", "FUNCTIONS", "SEQUENCES")) {
                session.run("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON " + kind
                        + " TO PUBLIC, anon, authenticated, service_role");
            }
            Cluster.flyway(generous.ownerDataSource()).migrate();

            assertThat(session.rows(GRANTS, "public", PUBLIC_TABLES)).isEqualTo(PUBLIC_GRANTS);
        }
    }

    @Test
    void onlySatchelAndTheOwnerReachThePrivateSchema() throws SQLException {
        assertThat(owner.rows("""
                                SELECT role.rolname
                                  FROM pg_roles AS role
                                 WHERE NOT role.rolsuper
                                   AND role.rolname IN ('anon', 'authenticated', 'service_role', 'satchel_runtime',
                                                        'satchel_worker', 'satchel_exports', 'satchel_vault',
                                                        'satchel_rotation')
                                   AND has_schema_privilege(role.oid, 'satchel', 'USAGE')
                                 ORDER BY role.rolname COLLATE "C"
                                """))
                .containsExactly(
                        "satchel_exports", "satchel_rotation", "satchel_runtime", "satchel_vault", "satchel_worker");
        assertThat(owner.rows("""
                                SELECT relation.relname, granted.privilege_type
                                  FROM pg_class AS relation
                                 CROSS JOIN LATERAL aclexplode(relation.relacl) AS granted
                                 WHERE relation.relnamespace = 'satchel'::regnamespace
                                   AND granted.grantee NOT IN (relation.relowner, 'satchel_exports'::regrole,
                                                               'satchel_vault'::regrole, 'satchel_rotation'::regrole)
                                """)).isEmpty();
    }

    @Test
    void eachPartMayDoOnPrivateTablesWhatItNeeds() throws SQLException {
        assertThat(owner.rows(
                        GRANTS,
                        "satchel",
                        owner.value("SELECT array_agg(relname) FROM pg_class"
                                + " WHERE relnamespace = 'satchel'::regnamespace AND relkind = 'r'")))
                .containsExactly(
                        "batch_job_execution | satchel_exports | DELETE, INSERT, SELECT, UPDATE",
                        "batch_job_execution_context | satchel_exports | DELETE, INSERT, SELECT, UPDATE",
                        "batch_job_execution_params | satchel_exports | DELETE, INSERT, SELECT, UPDATE",
                        "batch_job_instance | satchel_exports | DELETE, INSERT, SELECT, UPDATE",
                        "batch_step_execution | satchel_exports | DELETE, INSERT, SELECT, UPDATE",
                        "batch_step_execution_context | satchel_exports | DELETE, INSERT, SELECT, UPDATE",
                        "data_key | satchel_rotation | SELECT",
                        "export_archive | satchel_exports | DELETE, INSERT (id, month, part, url, exports, bytes, sha256), SELECT,"
                                + " UPDATE (emptied_at)",
                        "export_lease | satchel_exports | DELETE, INSERT (export_id, attempt, token, owner,"
                                + " heartbeat_at, expires_at), SELECT, UPDATE (attempt, token, owner, heartbeat_at,"
                                + " expires_at, run_after)",
                        "export_part | satchel_exports | DELETE, INSERT (attempt, number, export_id, dataset, snapshot,"
                                + " range_from, range_to, encoding, url), SELECT, UPDATE (token, owner, heartbeat_at,"
                                + " finished_at, records, bytes, crc32c, settled, failure_code, failure)",
                        "export_queue | satchel_exports | SELECT",
                        "flyway_schema_history | satchel_exports | SELECT",
                        "flyway_schema_history | satchel_rotation | SELECT",
                        "flyway_schema_history | satchel_vault | SELECT",
                        "integration_channel_message | satchel_exports | DELETE, INSERT, SELECT, UPDATE",
                        "key_audit | satchel_vault | SELECT",
                        "key_check | satchel_vault | SELECT, UPDATE (next_check_at)",
                        "scheduled_tasks | satchel_exports | DELETE, INSERT, SELECT, UPDATE",
                        "session_contribution | satchel_exports | SELECT",
                        "store | satchel_exports | DELETE, INSERT, SELECT, UPDATE (generation, marked_at)",
                        "store_probe | satchel_exports | DELETE, INSERT, SELECT",
                        "upload_journal | satchel_exports | DELETE, INSERT, SELECT, UPDATE (published_at, store_id,"
                                + " unanswered_at)",
                        "user_zone | satchel_exports | INSERT, SELECT");
        try (var worker = Session.open(database.workerDataSource())) {
            assertThat(worker.value("SELECT nextval('satchel.batch_job_instance_seq')"))
                    .isEqualTo("1");
        }
    }

    @Test
    void theRuntimeHasNoRightOfItsOwn() throws SQLException {
        assertThat(owner.rows("""
                                SELECT refobjid::regrole, classid::regclass, objid
                                  FROM pg_shdepend
                                 WHERE refclassid = 'pg_authid'::regclass
                                   AND refobjid = 'satchel_runtime'::regrole
                                   AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                                """)).isEmpty();
        assertThat(owner.rows("""
                                SELECT rolname
                                  FROM pg_roles
                                 WHERE pg_has_role('satchel_runtime', oid, 'MEMBER')
                                   AND rolname <> 'satchel_runtime'
                                 ORDER BY rolname COLLATE "C"
                                """))
                .containsExactly("authenticated", "satchel_exports", "satchel_rotation", "satchel_vault");
    }

    @Test
    void theRuntimeOwnsNothingAndCreatesNothing() throws SQLException {
        assertThat(owner.rows("""
                                SELECT role.rolname, role.rolcanlogin, role.rolsuper, role.rolbypassrls, role.rolcreaterole,
                                       role.rolcreatedb
                                  FROM pg_roles AS role
                                 WHERE role.rolname IN ('satchel_runtime', 'satchel_exports', 'satchel_vault',
                                                        'satchel_rotation')
                                 ORDER BY role.rolname COLLATE "C"
                                """))
                .containsExactly(
                        "satchel_exports | f | f | f | f | f",
                        "satchel_rotation | f | f | f | f | f",
                        "satchel_runtime | f | f | f | f | f",
                        "satchel_vault | f | f | f | f | f");
        assertThat(owner.rows("""
                                SELECT relname
                                  FROM pg_class
                                 WHERE pg_has_role('satchel_worker', relowner, 'MEMBER')
                                """)).isEmpty();
        // Up to PostgreSQL 14 everybody may create in public; that is not for Satchel to change.
        assertThat(owner.rows("""
                                SELECT nspname
                                  FROM pg_namespace
                                 WHERE has_schema_privilege('satchel_worker', oid, 'CREATE')
                                   AND (nspname <> 'public' OR current_setting('server_version_num')::integer >= 150000)
                                """)).isEmpty();
        assertThat(owner.value("SELECT has_database_privilege('satchel_worker', current_database(), 'CREATE')"))
                .isEqualTo("f");
    }

    @ParameterizedTest
    @ValueSource(strings = {"satchel_runtime", "satchel_exports"})
    void whoDeliversHasTheRightsOfAuthenticatedOnlyAfterBecomingIt(String role) throws SQLException {
        try (var worker = Session.open(
                role.equals("satchel_runtime") ? database.workerDataSource() : database.dataSourceOf(role))) {
            worker.begin();

            assertThatThrownBy(() -> worker.rows("SELECT count(*) FROM public.users"))
                    .hasMessageContaining("permission denied for table users");

            worker.rollback();
            worker.run("SET LOCAL ROLE authenticated");
            assertThat(worker.value("SELECT count(*) FROM public.users")).isEqualTo("0");
            assertThatThrownBy(() -> worker.rows("SELECT count(*) FROM satchel.export_lease"))
                    .hasMessageContaining("permission denied for schema satchel");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"satchel_vault", "satchel_rotation"})
    void whoKeepsKeysCannotBecomeAUser(String role) throws SQLException {
        try (var login = Session.open(database.dataSourceOf(role))) {
            for (var other : List.of("authenticated", "service_role", "anon", "satchel_exports")) {
                assertThatThrownBy(() -> login.run("SET ROLE " + other))
                        .hasMessageContaining("permission denied to set role");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai_api_key", "unsplash_api_key", "anthropic_api_key"})
    void usersCannotReadKeys(String column) throws SQLException {
        try (var user = Session.speakingFor(UUID.randomUUID(), database.workerDataSource())) {
            assertThatThrownBy(() -> user.rows("SELECT " + column + " FROM public.user_api_keys"))
                    .hasMessageContaining("permission denied for table user_api_keys");
        }
        assertThat(owner.value("SELECT has_column_privilege('anon', 'public.user_api_keys', ?, 'SELECT')", column))
                .isEqualTo("f");
    }

    @Test
    void functionsAreClosedExceptForThoseWhoNeedThem() throws SQLException {
        assertThat(owner.rows("""
                                SELECT routine.oid::regprocedure, routine.prosecdef, routine.proconfig::text,
                                       string_agg(role.rolname, ', ' ORDER BY role.rolname COLLATE "C")
                                         FILTER (WHERE has_function_privilege(role.oid, routine.oid, 'EXECUTE'))
                                  FROM pg_proc AS routine
                                 CROSS JOIN pg_roles AS role
                                 WHERE routine.pronamespace = 'satchel'::regnamespace
                                   AND role.rolname IN ('anon', 'authenticated', 'service_role', 'satchel_exports',
                                                        'satchel_vault', 'satchel_rotation')
                                 GROUP BY routine.oid
                                 ORDER BY routine.proname COLLATE "C"
                                """))
                .containsExactly(
                        "satchel.accuracy(bigint,bigint) | f | NULL | NULL",
                        "satchel.active_exports(uuid) | t | {\"search_path=pg_catalog, pg_temp\",enable_seqscan=off} | NULL",
                        "satchel.add_differences(satchel.progress_difference[]) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off,plan_cache_mode=force_generic_plan} | NULL",
                        "satchel.admit_added_exports() | t | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.admit_changed_export() | t | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.admit_exports(uuid,bigint) | t | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.api_key_cells(jsonb) | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.api_key_of(jsonb,text) | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.backfill_progress(uuid,integer) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | NULL",
                        "satchel.cancel_export() | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.check_zone() | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.compared_columns(jsonb) | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.contribution(uuid,timestamp with time zone,timestamp with time zone,integer,integer,integer,integer,integer) | f | NULL | NULL",
                        "satchel.count_records(uuid,jsonb) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_exports",
                        "satchel.count_requests(uuid,bigint) | t | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.counted(integer) | f | NULL | NULL",
                        "satchel.day_in_zone(timestamp with time zone,text) | f | {\"search_path=pg_catalog, pg_temp\"} | satchel_exports",
                        "satchel.end_broken_streaks(integer) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_exports",
                        "satchel.ensure_progress(uuid[]) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | NULL",
                        "satchel.follow_deleted_sessions() | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | NULL",
                        "satchel.follow_key_changes() | t | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.follow_new_users() | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | NULL",
                        "satchel.follow_sessions() | t | {\"search_path=pg_catalog, pg_temp\",row_security=off,plan_cache_mode=force_generic_plan,jit=off} | NULL",
                        "satchel.follow_words() | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | NULL",
                        "satchel.follows(text) | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.forget_departed() | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_exports",
                        "satchel.forget_ended_export() | t | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.forget_progress() | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | NULL",
                        "satchel.guard_export_status() | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.guard_file_url() | t | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.guard_key_audit() | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.hold_requests(uuid) | t | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.is_countable(text,text,text) | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.is_trusted(oid) | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.judge_keys(uuid) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | NULL",
                        "satchel.key_encryption_keys() | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_rotation, satchel_vault",
                        "satchel.key_statuses(uuid) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_vault",
                        "satchel.lock_keys(uuid,text) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_vault",
                        "satchel.lock_progress(uuid[]) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_exports",
                        "satchel.minutes(numeric) | f | NULL | NULL",
                        "satchel.most_active_exports() | t | {\"search_path=pg_catalog, pg_temp\"} | satchel_exports",
                        "satchel.most_hourly_exports() | t | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.next_users(uuid,integer) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_exports",
                        "satchel.own_api_keys_status() | t | {\"search_path=pg_catalog, pg_temp\"} | authenticated",
                        "satchel.owner_condition(uuid,jsonb,text,integer) | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.points(bigint,bigint,bigint,bigint) | f | NULL | NULL",
                        "satchel.progress_drift(uuid[]) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_exports",
                        "satchel.queue_the_rest() | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_exports",
                        "satchel.record_contributions(uuid[],uuid[],uuid[]) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off,plan_cache_mode=force_generic_plan} | NULL",
                        "satchel.record_opening(uuid,text,text) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_vault",
                        "satchel.record_verdict(uuid,text,text,text,text) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_vault",
                        "satchel.recorded_key(uuid) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_vault",
                        "satchel.refresh_progress(uuid[]) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | NULL",
                        "satchel.refuse_truncate() | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.remove_archived_exports(uuid,jsonb) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off,"
                                + "TimeZone=UTC,\"DateStyle=ISO, MDY\",extra_float_digits=1} | satchel_exports",
                        "satchel.remove_keys(uuid,text) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_vault",
                        "satchel.repair_progress(uuid[]) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_exports",
                        "satchel.rewrap_data_keys(uuid[],text[],bytea[],text[],bytea[]) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_rotation",
                        "satchel.seconds(timestamp with time zone,timestamp with time zone) | f | NULL | NULL",
                        "satchel.set_key(uuid,text,uuid,text,text,bytea) | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_vault",
                        "satchel.set_updated_at() | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.shown(bigint) | f | NULL | NULL",
                        "satchel.user_day(uuid,timestamp with time zone) | f | NULL | satchel_exports",
                        "satchel.user_ids() | t | {\"search_path=pg_catalog, pg_temp\",row_security=off} | satchel_exports",
                        "satchel.users_table() | f | {\"search_path=pg_catalog, pg_temp\"} | NULL",
                        "satchel.users_with_room() | t | {\"search_path=pg_catalog, pg_temp\"} | satchel_exports",
                        "satchel.word_group(text) | f | NULL | NULL");
    }
}
