package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The three public tables have exactly the shape that the application was promised. */
class PublicTablesIT {

    private static final String COLUMNS = """
            SELECT attribute.attname,
                   format_type(attribute.atttypid, attribute.atttypmod),
                   CASE WHEN attribute.attnotnull THEN 'NOT NULL' ELSE '' END,
                   coalesce(pg_get_expr(preset.adbin, preset.adrelid), '')
              FROM pg_attribute AS attribute
              LEFT JOIN pg_attrdef AS preset
                ON preset.adrelid = attribute.attrelid
               AND preset.adnum = attribute.attnum
             WHERE attribute.attrelid = ?::regclass
               AND attribute.attnum > 0
               AND NOT attribute.attisdropped
             ORDER BY attribute.attnum
            """;

    // NOT NULL is a constraint of its own since PostgreSQL 18; the columns above show it.
    private static final String CONSTRAINTS = """
            SELECT conname, pg_get_constraintdef(oid)
              FROM pg_constraint
             WHERE conrelid = ?::regclass
               AND contype <> 'n'
             ORDER BY conname COLLATE "C"
            """;

    private static final String INDEXES = """
            SELECT regexp_replace(indexdef, '^CREATE (UNIQUE )?INDEX (\\S+) ON \\S+ USING', '\\2 \\1')
              FROM pg_indexes
             WHERE schemaname = 'public'
               AND tablename = ?
             ORDER BY indexname COLLATE "C"
            """;

    private static final String POLICIES = """
            SELECT policyname, cmd, roles::text, coalesce(qual, ''), coalesce(with_check, '')
              FROM pg_policies
             WHERE schemaname = 'public'
               AND permissive = 'PERMISSIVE'
               AND tablename = ?
             ORDER BY policyname COLLATE "C"
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
    void userApiKeysHasItsNineColumns() throws SQLException {
        assertThat(owner.rows(COLUMNS, "public.user_api_keys"))
                .containsExactly(
                        "id | uuid | NOT NULL | gen_random_uuid()",
                        "user_id | uuid | NOT NULL | ",
                        "openai_api_key | text |  | ",
                        "unsplash_api_key | text |  | ",
                        "anthropic_api_key | text |  | ",
                        "last_validated_at | timestamp with time zone |  | ",
                        "is_active | boolean | NOT NULL | true",
                        "created_at | timestamp with time zone | NOT NULL | now()",
                        "updated_at | timestamp with time zone | NOT NULL | now()");
        assertThat(owner.rows(CONSTRAINTS, "public.user_api_keys"))
                .containsExactly(
                        "idx_user_api_keys_user_id | UNIQUE (user_id)",
                        "user_api_keys_anthropic_api_key_sealed_check | " + sealed("anthropic_api_key"),
                        "user_api_keys_openai_api_key_sealed_check | " + sealed("openai_api_key"),
                        "user_api_keys_pkey | PRIMARY KEY (id)",
                        "user_api_keys_unsplash_api_key_sealed_check | " + sealed("unsplash_api_key"),
                        "user_api_keys_user_id_fkey | FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE");
        assertThat(owner.rows(INDEXES, "user_api_keys"))
                .containsExactly(
                        "idx_user_api_keys_user_id UNIQUE  btree (user_id)", "user_api_keys_pkey UNIQUE  btree (id)");
    }

    @Test
    void userProgressHasItsEighteenColumns() throws SQLException {
        assertThat(owner.rows(COLUMNS, "public.user_progress"))
                .containsExactly(
                        "id | uuid | NOT NULL | gen_random_uuid()",
                        "user_id | uuid | NOT NULL | ",
                        "total_descriptions | integer | NOT NULL | 0",
                        "total_images | integer | NOT NULL | 0",
                        "total_questions_answered | integer | NOT NULL | 0",
                        "total_vocabulary_learned | integer | NOT NULL | 0",
                        "total_sessions | integer | NOT NULL | 0",
                        "total_time_spent_minutes | integer | NOT NULL | 0",
                        "current_streak_days | integer | NOT NULL | 0",
                        "longest_streak_days | integer | NOT NULL | 0",
                        "total_points | integer | NOT NULL | 0",
                        "average_accuracy | numeric(5,2) | NOT NULL | 0",
                        "mastered_words_count | integer | NOT NULL | 0",
                        "learning_words_count | integer | NOT NULL | 0",
                        "new_words_count | integer | NOT NULL | 0",
                        "last_activity_at | timestamp with time zone |  | ",
                        "created_at | timestamp with time zone | NOT NULL | now()",
                        "updated_at | timestamp with time zone | NOT NULL | now()");
        assertThat(owner.rows(CONSTRAINTS, "public.user_progress"))
                .containsExactly(
                        "idx_user_progress_user_id | UNIQUE (user_id)",
                        "user_progress_average_accuracy_check | CHECK (((average_accuracy >= (0)::numeric) AND"
                                + " (average_accuracy <= (100)::numeric)))",
                        "user_progress_counts_check | CHECK ((LEAST(total_descriptions, total_images,"
                                + " total_questions_answered, total_vocabulary_learned, total_sessions,"
                                + " total_time_spent_minutes, total_points, current_streak_days,"
                                + " (longest_streak_days - current_streak_days), mastered_words_count,"
                                + " learning_words_count, new_words_count) >= 0))",
                        "user_progress_pkey | PRIMARY KEY (id)",
                        "user_progress_user_id_fkey | FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE");
        assertThat(owner.rows(INDEXES, "user_progress"))
                .containsExactly(
                        "idx_user_progress_last_activity  btree (last_activity_at DESC)",
                        "idx_user_progress_user_id UNIQUE  btree (user_id)",
                        "user_progress_pkey UNIQUE  btree (id)");
    }

    @Test
    void exportHistoryHasItsNineteenColumns() throws SQLException {
        assertThat(owner.rows(COLUMNS, "public.export_history"))
                .containsExactly(
                        "id | uuid | NOT NULL | gen_random_uuid()",
                        "user_id | uuid | NOT NULL | ",
                        "export_type | character varying(50) | NOT NULL | ",
                        "export_format | character varying(20) | NOT NULL | ",
                        "status | character varying(20) | NOT NULL | 'pending'::character varying",
                        "records_count | integer | NOT NULL | 0",
                        "file_size_bytes | bigint |  | ",
                        "file_url | text |  | ",
                        "filters | jsonb |  | ",
                        "data | jsonb |  | ",
                        "error_message | text |  | ",
                        "retry_count | integer | NOT NULL | 0",
                        "started_at | timestamp with time zone |  | ",
                        "completed_at | timestamp with time zone |  | ",
                        "processing_time_seconds | integer |  | ",
                        "expires_at | timestamp with time zone |  | ",
                        "created_at | timestamp with time zone | NOT NULL | now()",
                        "updated_at | timestamp with time zone | NOT NULL | now()",
                        "cancelled_at | timestamp with time zone |  | ");
        var shape = owner.value("""
                SELECT pg_get_constraintdef(oid)
                  FROM pg_constraint
                 WHERE conname = 'export_history_filters_shape_check'
                """);
        assertThat(owner.rows(CONSTRAINTS, "public.export_history"))
                .containsExactly(
                        "export_history_cancelled_at_check | CHECK (((cancelled_at IS NULL) OR ((status)::text ="
                                + " 'failed'::text)))",
                        "export_history_file_size_bytes_check | CHECK ((file_size_bytes >= 0))",
                        "export_history_filters_names_check | CHECK ((jsonb_array_length(jsonb_path_query_array(filters,"
                                + " 'strict $.keyvalue()'::jsonpath, '{}'::jsonb, true)) <= 10))",
                        "export_history_filters_shape_check | " + shape,
                        "export_history_filters_size_check | CHECK ((octet_length((filters)::text) <= 9000))",
                        "export_history_pkey | PRIMARY KEY (id)",
                        "export_history_processing_time_seconds_check | CHECK ((processing_time_seconds >= 0))",
                        "export_history_records_count_check | CHECK ((records_count >= 0))",
                        "export_history_retry_count_check | CHECK ((retry_count >= 0))",
                        "export_history_status_check | CHECK (((status)::text = ANY (ARRAY['pending'::text,"
                                + " 'processing'::text, 'completed'::text, 'failed'::text])))",
                        "export_history_user_id_fkey | FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE");
        var active = "((status)::text = ANY (ARRAY['pending'::text, 'processing'::text]))";
        assertThat(owner.rows(INDEXES, "export_history"))
                .containsExactly(
                        "export_history_one_active_per_request UNIQUE  btree (user_id, export_type, export_format,"
                                + " sha256(decode(replace((COALESCE(filters, '{}'::jsonb))::text, '\\'::text, '\\\\'::text), 'escape'::text))) WHERE "
                                + active,
                        "export_history_pkey UNIQUE  btree (id)",
                        "idx_export_history_created_at  btree (created_at DESC)",
                        "idx_export_history_expires_at  btree (expires_at) WHERE (file_url IS NOT NULL)",
                        "idx_export_history_export_type  btree (export_type)",
                        "idx_export_history_status  btree (created_at) WHERE " + active,
                        "idx_export_history_user_id  btree (user_id, created_at DESC)");
    }

    @Test
    void rowSecurityIsOnAndNotForced() throws SQLException {
        assertThat(owner.rows("""
                                SELECT relname, relrowsecurity, relforcerowsecurity
                                  FROM pg_class
                                 WHERE oid IN ('public.user_api_keys'::regclass,
                                               'public.user_progress'::regclass,
                                               'public.export_history'::regclass)
                                 ORDER BY relname COLLATE "C"
                                """))
                .containsExactly("export_history | t | f", "user_api_keys | t | f", "user_progress | t | f");
    }

    @Test
    void eachTableHasItsFourPoliciesAndOneForSatchel() throws SQLException {
        assertThat(owner.rows(POLICIES, "user_api_keys"))
                .isEqualTo(policiesOn("API keys", "ALL | {satchel_vault} | true | true"));
        assertThat(owner.rows(POLICIES, "user_progress"))
                .isEqualTo(policiesOn("progress", "SELECT | {satchel_exports} | true | "));
        assertThat(owner.rows(POLICIES, "export_history"))
                .isEqualTo(policiesOn("export history", "ALL | {satchel_exports} | true | true"));
    }

    @Test
    void updatedAtTriggersHaveTheNamesTheApplicationChecks() throws SQLException {
        assertThat(owner.rows("""
                                SELECT tgrelid::regclass, tgname, tgfoid::regproc, tgenabled
                                  FROM pg_trigger
                                 WHERE tgname LIKE '%updated_at'
                                   AND NOT tgisinternal
                                 ORDER BY tgname COLLATE "C"
                                """))
                .containsExactly(
                        "export_history | trigger_export_history_updated_at | satchel.set_updated_at | O",
                        "user_api_keys | trigger_user_api_keys_updated_at | satchel.set_updated_at | O",
                        "user_progress | trigger_user_progress_updated_at | satchel.set_updated_at | O");
    }

    private static String sealed(String column) {
        return """
                CHECK (((length(%1$s) >= 123) AND (length(%1$s) <= 1487) AND ((%1$s COLLATE "C") ~ \
                '^dk1\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.([A-Za-z0-9_-]{4})+\
                ([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$'::text)))""".formatted(column);
    }

    private static List<String> policiesOn(String things, String satchels) {
        var own = "(( SELECT auth.uid() AS uid) = user_id)";
        return List.of(
                "Satchel works on " + things + " | " + satchels,
                "Users can delete their own " + things + " | DELETE | {authenticated} | " + own + " | ",
                "Users can insert their own " + things + " | INSERT | {authenticated} |  | " + own,
                "Users can update their own " + things + " | UPDATE | {authenticated} | " + own + " | " + own,
                "Users can view their own " + things + " | SELECT | {authenticated} | " + own + " | ");
    }
}
