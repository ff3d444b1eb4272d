package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users can do to their own rows: ask, read and delete; never forge, and never slowly. */
class SelfServiceIT {

    private static final List<String> API_KEY_COLUMNS = List.of(
            "id",
            "user_id",
            "openai_api_key",
            "unsplash_api_key",
            "anthropic_api_key",
            "last_validated_at",
            "is_active",
            "created_at",
            "updated_at");

    private static final List<String> PROGRESS_COLUMNS = List.of(
            "id",
            "user_id",
            "total_descriptions",
            "total_images",
            "total_questions_answered",
            "total_vocabulary_learned",
            "total_sessions",
            "total_time_spent_minutes",
            "current_streak_days",
            "longest_streak_days",
            "total_points",
            "average_accuracy",
            "mastered_words_count",
            "learning_words_count",
            "new_words_count",
            "last_activity_at",
            "created_at",
            "updated_at");

    private static final List<String> EXPORT_COLUMNS = List.of(
            "id",
            "user_id",
            "export_type",
            "export_format",
            "status",
            "records_count",
            "file_size_bytes",
            "file_url",
            "filters",
            "data",
            "error_message",
            "retry_count",
            "started_at",
            "completed_at",
            "processing_time_seconds",
            "expires_at",
            "created_at",
            "updated_at",
            "cancelled_at");

    private static final Set<String> WHAT_A_REQUEST_SAYS = Set.of("user_id", "export_type", "export_format", "filters");

    @AutoClose
    private static SampleDatabase database;

    private static UUID amelia;

    @BeforeAll
    static void addUser() throws SQLException {
        database = SampleDatabase.create();
        try (var owner = Session.open(database.ownerDataSource())) {
            amelia = owner.addUser();
            owner.run("""
                    INSERT INTO public.user_api_keys (user_id, openai_api_key)
                    VALUES (?, 'dk1.4f3c1d6e-0a2b-4c3d-8e9f-102030405060.' || repeat('c2Vh', 21))
                    """, amelia);
            owner.run(
                    "INSERT INTO public.export_history (user_id, export_type, export_format) VALUES (?, 'all', 'csv')",
                    amelia);
            owner.run("ANALYZE public.user_api_keys");
        }
    }

    @Nested
    class Forging {

        static Stream<String> columns() {
            return Stream.of(
                            API_KEY_COLUMNS.stream().map("user_api_keys."::concat),
                            PROGRESS_COLUMNS.stream().map("user_progress."::concat),
                            EXPORT_COLUMNS.stream().map("export_history."::concat))
                    .flatMap(column -> column);
        }

        // The one that its user may set: it cancels the export.
        static Stream<String> columnsThatStay() {
            return columns().filter(column -> !column.equals("export_history.cancelled_at"));
        }

        static Stream<String> columnsOfNoRequest() {
            return columns().filter(Predicate.not(SelfServiceIT::belongsToARequest));
        }

        @Test
        void everyColumnIsTried() throws SQLException {
            try (var owner = Session.open(database.ownerDataSource())) {
                assertThat(owner.rows("""
                                SELECT attrelid::regclass || '.' || attname
                                  FROM pg_attribute
                                 WHERE attrelid IN ('public.user_api_keys'::regclass, 'public.user_progress'::regclass,
                                                    'public.export_history'::regclass)
                                   AND attnum > 0
                                   AND NOT attisdropped
                                """))
                        .containsExactlyInAnyOrderElementsOf(columns().toList());
            }
        }

        @ParameterizedTest
        @MethodSource("columnsThatStay")
        void noColumnOfTheirRowCanBeChanged(String column) throws SQLException {
            refuses("UPDATE public.%1$s SET %2$s = DEFAULT", column);
        }

        @ParameterizedTest
        @MethodSource("columnsThatStay")
        void noColumnCanBeChangedByAnUpsert(String column) throws SQLException {
            var values = column.startsWith("export_history.")
                    ? "(user_id, export_type, export_format) VALUES ('" + amelia + "', 'all', 'csv')"
                    : "(user_id) VALUES ('" + amelia + "')";
            refuses("INSERT INTO public.%1$s " + values + " ON CONFLICT (id) DO UPDATE SET %2$s = DEFAULT", column);
        }

        @ParameterizedTest
        @MethodSource("columnsOfNoRequest")
        void noColumnCanBeSetByInsertingARow(String column) throws SQLException {
            refuses("INSERT INTO public.%1$s (%2$s) VALUES (DEFAULT)", column);
        }

        @Test
        void aRequestSaysWhatAndNothingElse() throws SQLException {
            try (var user = Session.speakingFor(amelia, database.workerDataSource())) {
                assertThat(user.rows("""
                                INSERT INTO public.export_history (user_id, export_type, export_format, filters)
                                VALUES (?, 'qa', 'json', '{"from": "2026-01-01"}')
                                RETURNING status, records_count, file_url, retry_count, completed_at, expires_at,
                                          created_at = now()
                                """, amelia)).containsExactly("pending | 0 | NULL | 0 | NULL | NULL | t");
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "TRUNCATE public.user_progress",
                    "TRUNCATE public.export_history",
                    "ALTER TABLE public.user_progress DISABLE ROW LEVEL SECURITY",
                    "ALTER TABLE public.export_history DISABLE TRIGGER ALL",
                    "CREATE TRIGGER mine BEFORE INSERT ON public.export_history"
                            + " FOR EACH ROW EXECUTE FUNCTION satchel.set_updated_at()",
                    "CREATE POLICY mine ON public.user_progress USING (true)",
                    "SET session_replication_role = replica",
                    "SELECT satchel.set_updated_at()",
                    "DELETE FROM satchel.export_lease",
                    "UPDATE satchel.upload_journal SET url = ''"
                })
        void theWaysAroundAreClosed(String statement) throws SQLException {
            try (var user = Session.speakingFor(amelia, database.workerDataSource())) {
                assertThatThrownBy(() -> user.run(statement))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                refusal -> assertThat(refusal.getSQLState()).isEqualTo("42501"));
            }
        }

        private static void refuses(String statement, String column) throws SQLException {
            var names = column.split("\\.");
            try (var user = Session.speakingFor(amelia, database.workerDataSource())) {
                assertThatThrownBy(() -> user.run(statement.formatted(names[0], names[1])))
                        .hasMessageContaining("permission denied for table " + names[0]);
            }
        }
    }

    private static boolean belongsToARequest(String column) {
        return column.startsWith("export_history.")
                && WHAT_A_REQUEST_SAYS.contains(column.substring("export_history.".length()));
    }

    @Nested
    class Ciphertext {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "SELECT %s FROM public.user_api_keys",
                    "SELECT id FROM public.user_api_keys WHERE %s IS NOT NULL",
                    "SELECT id FROM public.user_api_keys WHERE %s LIKE 'dk1.%%'",
                    "SELECT id FROM public.user_api_keys ORDER BY %s",
                    "SELECT count(%s) FROM public.user_api_keys",
                    "SELECT length(%s) FROM public.user_api_keys",
                    "SELECT (keys).%s FROM public.user_api_keys AS keys",
                    "SELECT owned.id FROM public.user_api_keys AS owned JOIN public.user_api_keys AS other USING (%s)",
                    "DELETE FROM public.user_api_keys WHERE %s <> ''",
                    "DELETE FROM public.user_api_keys RETURNING %s",
                    "COPY public.user_api_keys (%s) TO STDOUT",
                    "COPY (SELECT %s FROM public.user_api_keys) TO STDOUT",
                    "CREATE TEMPORARY TABLE taken AS SELECT %s FROM public.user_api_keys"
                })
        void noKeyColumnIsReadable(String statement) throws SQLException {
            for (var column : List.of("openai_api_key", "unsplash_api_key", "anthropic_api_key")) {
                refuses(statement.formatted(column));
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "SELECT * FROM public.user_api_keys",
                    "SELECT keys FROM public.user_api_keys AS keys",
                    "SELECT row_to_json(keys) FROM public.user_api_keys AS keys",
                    "SELECT keys::text FROM public.user_api_keys AS keys",
                    "TABLE public.user_api_keys",
                    "DELETE FROM public.user_api_keys RETURNING *",
                    "COPY public.user_api_keys TO STDOUT"
                })
        void noWholeRowIsReadable(String statement) throws SQLException {
            refuses(statement);
        }

        @Test
        void theStatisticsOfThePlannerGiveNothingAway() throws SQLException {
            try (var user = Session.speakingFor(amelia, database.workerDataSource())) {
                assertThat(user.rows("SELECT attname FROM pg_stats WHERE tablename = 'user_api_keys'"))
                        .isEmpty();
            }
        }

        @Test
        void theStatusShowsThatAKeyIsSetAndNoPartOfIt() throws SQLException {
            try (var user = Session.speakingFor(amelia, database.workerDataSource())) {
                var status = user.rows("SELECT status::text FROM public.user_api_keys_status AS status ORDER BY 1");

                assertThat(status).hasSize(3).noneMatch(row -> row.contains("dk1"));
                assertThat(status.get(1)).contains("openai,t");
            }
        }

        private static void refuses(String statement) throws SQLException {
            try (var user = Session.speakingFor(amelia, database.workerDataSource())) {
                assertThatThrownBy(() -> user.run(statement))
                        .hasMessageContaining("permission denied for table user_api_keys");
            }
        }
    }

    /** The policies are the only filter here: a user's query need not name the user to be fast. */
    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class Plans {

        private static final String LATEST_EXPORTS =
                "SELECT id, export_type, status, created_at FROM public.export_history ORDER BY created_at DESC LIMIT 20";

        private SampleDatabase filled;
        private Session superuser;

        @BeforeAll
        void open() throws SQLException {
            filled = SampleDatabase.create();
            superuser = Session.open(filled.superuserDataSource());
            // Rows of users who need not exist, and no work for triggers: what is measured is reading.
            superuser.run("SET session_replication_role = replica");
            superuser.run("SET maintenance_work_mem = '256MB'");
            superuser.run("SET track_functions = 'all'");
            // The server counts only calls of functions that the planner does not put in line.
            superuser.run("""
                    CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid LANGUAGE plpgsql STABLE
                    AS $$ BEGIN RETURN auth.claimed_user(); END $$
                    """);
        }

        @AfterAll
        void close() throws SQLException {
            superuser.close();
            filled.close();
        }

        @Tag("matrix")
        @Test
        void aUsersOwnRowsAmongAMillionToo() throws SQLException {
            aUsersOwnRowsAreFoundByAnIndexAndTheUserAskedForOnce(1_000_000);
        }

        @ParameterizedTest(name = "{0} rows")
        @ValueSource(ints = {1_000, 100_000})
        void aUsersOwnRowsAreFoundByAnIndexAndTheUserAskedForOnce(int size) throws SQLException {
            fill(size);

            plan(LATEST_EXPORTS).usesOnly("idx_export_history_user_id");
            plan("SELECT count(*) FROM public.export_history").usesOnly("idx_export_history_user_id");
            plan("SELECT total_points, current_streak_days FROM public.user_progress")
                    .usesOnly("idx_user_progress_user_id");
            plan("SELECT is_active, last_validated_at FROM public.user_api_keys")
                    .usesOnly("idx_user_api_keys_user_id");
            plan("DELETE FROM public.export_history WHERE status = 'failed'").usesOnly("idx_export_history_user_id");
        }

        @Test
        void aPolicyThatAsksPerRowWouldBeSeen() throws SQLException {
            fill(1_000);
            var policy = "ALTER POLICY \"Users can view their own export history\" ON public.export_history USING (%s)";
            superuser.run(policy.formatted("auth.uid() = user_id"));

            var plan = plan(LATEST_EXPORTS);

            superuser.run(policy.formatted("(SELECT auth.uid()) = user_id"));
            assertThat(plan.callsOfUid()).isGreaterThan(1);
            assertThatThrownBy(() -> plan.usesOnly("idx_export_history_user_id"))
                    .isInstanceOf(AssertionError.class);
        }

        private void fill(int size) throws SQLException {
            superuser.run("TRUNCATE public.export_history, public.user_progress, public.user_api_keys CASCADE");
            // Ascending ids, because a million random ones take the indexes five times as long.
            superuser.run("""
                    INSERT INTO public.export_history (id, user_id, export_type, export_format, status, created_at)
                    SELECT to_char(n, 'FM00000000000000000000000000000000')::uuid,
                           to_char(n / 20, 'FM00000000000000000000000000000000')::uuid,
                           'all',
                           'csv',
                           CASE WHEN n % 10 = 0 THEN 'failed' ELSE 'completed' END,
                           timestamptz '2026-01-01Z' + n * interval '1 second'
                      FROM generate_series(1, ?) AS n
                    """, size);
            for (var table : List.of("user_progress", "user_api_keys")) {
                superuser.run("""
                        INSERT INTO public.%s (id, user_id)
                        SELECT id, id
                          FROM (SELECT to_char(n, 'FM00000000000000000000000000000000')::uuid AS id
                                  FROM generate_series(1, ?) AS n) AS row
                        """.formatted(table), size);
            }
            superuser.run("VACUUM (ANALYZE) public.export_history, public.user_progress, public.user_api_keys");
        }

        private Plan plan(String query) throws SQLException {
            superuser.run("BEGIN");
            superuser.rows(
                    "SELECT set_config('request.jwt.claims', '{\"sub\": \"00000000-0000-0000-0000-000000000007\"}', true)");
            superuser.run("SET LOCAL ROLE authenticated");
            var before = callsOfUid();
            var lines = superuser.rows("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) " + query);
            var calls = callsOfUid() - before;
            superuser.run("ROLLBACK");
            return new Plan(lines, calls);
        }

        private long callsOfUid() throws SQLException {
            return Long.parseLong(superuser.value("""
                    SELECT coalesce(sum(calls), 0)
                      FROM pg_stat_xact_user_functions
                     WHERE funcid = 'auth.uid()'::regprocedure
                    """));
        }
    }

    private record Plan(List<String> lines, long callsOfUid) {

        void usesOnly(String index) {
            assertThat(callsOfUid).as("calls of auth.uid() in %s", this).isEqualTo(1);
            assertThat(nodeAfter("InitPlan 1")).as("the subquery in %s", this).contains("loops=1)");
            assertThat(lines)
                    .as("subqueries")
                    .filteredOn(line -> line.contains("InitPlan 2"))
                    .isEmpty();
            assertThat(lines)
                    .anyMatch(line -> line.matches(".*Index.* (using|on) " + index + "\\b.*"))
                    .noneMatch(line -> line.contains("Seq Scan"));
        }

        private String nodeAfter(String label) {
            var position = IntStream.range(0, lines.size())
                    .filter(line -> lines.get(line).strip().startsWith(label))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + label + " in " + this));
            return lines.get(position + 1);
        }

        @Override
        public String toString() {
            return String.join("\n", lines);
        }
    }
}
