package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.UserId;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.dataset.DatasetQuery;
import dev.satchel.postgres.dataset.LiveSchema;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.Difficulty;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.HiddenRecords;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.Period;
import dev.satchel.record.Phase;
import dev.satchel.record.RecordSink;
import dev.satchel.record.RecordSink.NonFinite;
import dev.satchel.record.RecordingSink;
import dev.satchel.record.RecordingSink.Json;
import dev.satchel.record.SnapshotTooOldException;
import dev.satchel.record.UserRecords;
import dev.satchel.record.UserRecordsContract;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

class PostgresUserRecordsIT extends UserRecordsContract {

    private static final Duration LONG = Duration.ofMinutes(5);

    private SampleDatabase database;
    private JdbcClient owner;

    @BeforeEach
    void createDatabase() {
        database = SampleDatabase.create();
        owner = JdbcClient.create(database.ownerDataSource());
    }

    @AfterEach
    void dropDatabase() {
        database.close();
    }

    @Override
    protected UserRecords records() {
        return new PostgresUserRecords(database.workerDataSource(), PostgresDatasets.builtIn(), LONG);
    }

    @Override
    protected UserId addUser() {
        UUID id = UUID.randomUUID();
        run("INSERT INTO public.users (id, email) VALUES (?, ?)", id, id + "@example.org");
        return new UserId(id);
    }

    @Override
    protected UUID addSession(UserId user, Instant startedAt) {
        UUID id = UUID.randomUUID();
        run(
                "INSERT INTO public.sessions (id, user_id, session_type, started_at) VALUES (?, ?, 'mixed', ?)",
                id,
                user.value(),
                startedAt.atOffset(ZoneOffset.UTC));
        return id;
    }

    @Override
    protected void addWord(UserId user, String spanish, Difficulty difficulty, Phase phase) {
        study(user, word(list(null, true), spanish, difficulty), phase);
    }

    @Override
    protected void dropAnalytics() {
        run("DROP TABLE public.learning_analytics");
    }

    private void run(String sql, Object... values) {
        owner.sql(sql).params(values).update();
    }

    private static String sealed(String quartet) {
        return "dk1.00000000-0000-4000-8000-000000000007." + quartet.repeat(21);
    }

    private UUID list(UUID createdBy, boolean isPublic, UUID... sharedWith) {
        UUID id = UUID.randomUUID();
        run(
                "INSERT INTO public.vocabulary_lists (id, name, created_by, is_public, shared_with, description)"
                        + " VALUES (?, ?, ?, ?, ?::uuid[], 'secret of the list')",
                id,
                "list " + id,
                createdBy,
                isPublic,
                "{"
                        + String.join(
                                ",",
                                List.of(sharedWith).stream().map(UUID::toString).toList()) + "}");
        return id;
    }

    private UUID word(UUID list, String spanish, Difficulty difficulty) {
        UUID id = UUID.randomUUID();
        run(
                "INSERT INTO public.vocabulary_items (id, vocabulary_list_id, spanish_text, english_translation,"
                        + " difficulty_level) VALUES (?, ?, ?, '', ?::public.difficulty_level)",
                id,
                list,
                spanish,
                difficulty.code());
        return id;
    }

    private void study(UserId user, UUID word, Phase phase) {
        run(
                "INSERT INTO public.learning_progress (user_id, vocabulary_item_id, learning_phase)"
                        + " VALUES (?, ?, ?::public.learning_phase)",
                user.value(),
                word,
                phase.code());
    }

    private RecordingSink all(UserId user) throws IOException {
        return all(user, records());
    }

    private static RecordingSink all(UserId user, UserRecords records) throws IOException {
        RecordingSink sink = new RecordingSink();
        records.read(user, LearningTypes.ALL.datasets(), ExportFilters.NONE, sink);
        return sink;
    }

    private static Map<String, Object> only(RecordingSink sink, Dataset dataset) {
        assertThat(sink.records(dataset)).hasSize(1);
        return sink.records(dataset).get(0);
    }

    private static String everything(RecordingSink sink) {
        StringBuilder text = new StringBuilder();
        sink.datasets().forEach(dataset -> text.append(sink.rows(dataset)).append('\n'));
        return text.toString();
    }

    /** Does something just before each call of that name, and passes everything on. */
    private static RecordSink before(String call, RecordSink sink, Hook hook) {
        return (RecordSink) Proxy.newProxyInstance(
                RecordSink.class.getClassLoader(), new Class<?>[] {RecordSink.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(call)) {
                        hook.run();
                    }
                    try {
                        return method.invoke(sink, arguments);
                    } catch (InvocationTargetException refused) {
                        throw refused.getCause();
                    }
                });
    }

    private interface Hook {
        void run() throws Exception;
    }

    private static String sqlState(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException refused) {
                return refused.getSQLState();
            }
        }
        return "no SQLException among the causes";
    }

    @Nested
    class HardValues {

        private final String megabyte = "ñ😀".repeat(175_000);

        @Test
        void textsArriveAsTheyAre() throws Exception {
            UserId user = addUser();
            List<String> texts = List.of(
                    "",
                    " ",
                    "a,b;\"c\"",
                    "one\r\ntwo\rthree\n\tfour",
                    "=1+1",
                    "😀 👩‍👩‍👧‍👦 ñ",
                    "مرحبا שלום",
                    "\uFEFF\u200B\u0001",
                    "\\N",
                    megabyte);
            for (int second = 0; second <= texts.size(); second++) {
                run(
                        "INSERT INTO public.sessions (user_id, session_type, started_at, user_agent)"
                                + " VALUES (?, 'qa', ?, ?)",
                        user.value(),
                        Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC),
                        second < texts.size() ? texts.get(second) : null);
            }

            List<Object> read = all(user).values(LearningDatasets.SESSIONS, "user_agent");

            assertThat(read.subList(0, texts.size())).isEqualTo(texts);
            assertThat(read.subList(texts.size(), read.size())).containsExactly((Object) null);
        }

        @Test
        void momentsAndDatesReachTheirExtremes() throws Exception {
            UserId user = addUser();
            for (String moment : List.of(
                    "-infinity",
                    "4714-11-24 00:00:00+00 BC",
                    "1969-12-31 23:59:59.999999+00",
                    "1970-01-01 00:00:00+00",
                    "1999-12-31 23:59:59.999999+00",
                    "294276-12-31 23:59:59.999999+00",
                    "infinity")) {
                run(
                        "INSERT INTO public.sessions (user_id, session_type, started_at)"
                                + " VALUES (?, 'qa', ?::timestamptz)",
                        user.value(),
                        moment);
            }
            for (String day :
                    List.of("-infinity", "4714-11-24 BC", "0001-12-31 BC", "1970-01-01", "5874897-12-31", "infinity")) {
                run(
                        "INSERT INTO public.learning_analytics (user_id, date_recorded) VALUES (?, ?::date)",
                        user.value(),
                        day);
            }

            RecordingSink sink = all(user);

            assertThat(sink.values(LearningDatasets.SESSIONS, "started_at"))
                    .containsExactly(
                            NonFinite.NEGATIVE_INFINITY,
                            Instant.parse("-4713-11-24T00:00:00Z"),
                            Instant.parse("1969-12-31T23:59:59.999999Z"),
                            Instant.EPOCH,
                            Instant.parse("1999-12-31T23:59:59.999999Z"),
                            Instant.parse("+294276-12-31T23:59:59.999999Z"),
                            NonFinite.INFINITY);
            assertThat(sink.values(LearningDatasets.ANALYTICS, "date_recorded"))
                    .containsExactly(
                            NonFinite.NEGATIVE_INFINITY,
                            LocalDate.parse("-4713-11-24"),
                            LocalDate.parse("0000-12-31"),
                            LocalDate.EPOCH,
                            LocalDate.parse("+5874897-12-31"),
                            NonFinite.INFINITY);
        }

        @Test
        void numbersReachTheirExtremes() throws Exception {
            UserId user = addUser();
            run("ALTER TABLE public.sessions ALTER engagement_score TYPE numeric");
            run("ALTER TABLE public.sessions ALTER images_processed TYPE bigint");
            run("ALTER TABLE public.sessions ALTER qa_attempts TYPE smallint");
            String largest = "9".repeat(131_072) + "." + "9".repeat(16_383);
            for (String number : List.of(
                    "-Infinity", "-" + largest, "-0.00", "0.0000000000", "1e-16383", largest, "Infinity", "NaN")) {
                run(
                        "INSERT INTO public.sessions (user_id, session_type, started_at, engagement_score,"
                                + " images_processed, qa_attempts, descriptions_generated)"
                                + " SELECT ?, 'qa', TIMESTAMPTZ '2026-01-01' + count(*) * INTERVAL '1 s', ?::numeric,"
                                + " -9223372036854775808, -32768, -2147483648 FROM public.sessions",
                        user.value(),
                        number);
            }

            RecordingSink sink = all(user);

            assertThat(sink.values(LearningDatasets.SESSIONS, "engagement_score"))
                    .containsExactly(
                            NonFinite.NEGATIVE_INFINITY,
                            new BigDecimal("-" + largest),
                            new BigDecimal("0.00"),
                            new BigDecimal("0.0000000000"),
                            new BigDecimal(BigDecimal.ONE.unscaledValue(), 16_383),
                            new BigDecimal(largest),
                            NonFinite.INFINITY,
                            NonFinite.NAN);
            assertThat(sink.values(LearningDatasets.SESSIONS, "images_processed"))
                    .containsOnly(Long.MIN_VALUE);
            assertThat(sink.values(LearningDatasets.SESSIONS, "qa_attempts")).containsOnly(-32_768L);
            assertThat(sink.values(LearningDatasets.SESSIONS, "descriptions_generated"))
                    .containsOnly(-2_147_483_648L);
        }

        @Test
        void thousandsOfNumericsReadAsTheServerPrintsThem() throws Exception {
            List<Column> columns =
                    List.of(new Column("number", Column.Type.DECIMAL), new Column("text", Column.Type.TEXT));
            RecordingSink sink = new RecordingSink();
            sink.beginDataset(LearningDatasets.QA, columns);
            BinaryCopyDecoder decoder = new BinaryCopyDecoder(columns, sink);
            try (Connection connection = database.ownerDataSource().getConnection()) {
                CopyOut copy = connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("COPY (SELECT number, number::text FROM ("
                                + " SELECT round((random() * 2 - 1)::numeric * 10::numeric ^ (n % 60 - 30), n % 45)"
                                + " FROM generate_series(1, 9000) AS n) AS random (number))"
                                + " TO STDOUT (FORMAT binary)");
                byte[] message;
                while ((message = copy.readFromCopy()) != null) {
                    decoder.accept(message);
                }
            }

            assertThat(decoder.finish()).isEqualTo(9_000);
            assertThat(sink.rows(LearningDatasets.QA))
                    .allSatisfy(row -> assertThat(row.get(0)).isEqualTo(new BigDecimal((String) row.get(1))));
        }

        @Test
        void jsonArraysEnumsTimesAndAddressesAreTold() throws Exception {
            UserId user = addUser();
            run(
                    "INSERT INTO public.user_settings (user_id, reminder_time) VALUES (?, '23:59:59.999999')",
                    user.value());
            run(
                    "INSERT INTO public.sessions (user_id, session_type, started_at, session_data, ip_address) VALUES"
                            + " (?, 'description', '2026-01-01', ?::jsonb, '2001:db8::1'),"
                            + " (?, 'mixed', '2026-01-02', '{}', '10.0.0.1'),"
                            + " (?, 'mixed', '2026-01-03', 'null', '10.1.0.0/16'),"
                            + " (?, 'mixed', '2026-01-04', NULL, NULL)",
                    user.value(),
                    "{\"a\": [1.10, 1e400, {\"ñ\": \"\\u0001😀\"}], \"b\": {}}".replace("1e400", "1" + "0".repeat(400)),
                    user.value(),
                    user.value(),
                    user.value());
            run(
                    "INSERT INTO public.qa_responses (user_id, question, correct_answer, vocabulary_items_tested,"
                            + " grammar_concepts, is_correct, created_at) VALUES"
                            + " (?, '', '', '{00000000-0000-0000-0000-000000000001}', ARRAY['a,\"b', NULL, ''], NULL,"
                            + " '2026-01-01'), (?, '', '', '{}', NULL, false, '2026-01-02')",
                    user.value(),
                    user.value());

            RecordingSink sink = all(user);

            assertThat(only(sink, LearningDatasets.SETTINGS)).containsEntry("reminder_time", "23:59:59.999999");
            assertThat(sink.values(LearningDatasets.SESSIONS, "session_type"))
                    .containsExactly("description", "mixed", "mixed", "mixed");
            assertThat(sink.values(LearningDatasets.SESSIONS, "ip_address"))
                    .containsExactly("2001:db8::1", "10.0.0.1", "10.1.0.0/16", null);
            assertThat(sink.values(LearningDatasets.SESSIONS, "session_data"))
                    .containsExactly(
                            new Json("{\"a\": [1.10, 1" + "0".repeat(400) + ", {\"ñ\": \"\\u0001😀\"}], \"b\": {}}"),
                            new Json("{}"),
                            new Json("null"),
                            null);
            assertThat(sink.values(LearningDatasets.QA, "vocabulary_items_tested"))
                    .containsExactly(new Json("[\"00000000-0000-0000-0000-000000000001\"]"), new Json("[]"));
            assertThat(sink.values(LearningDatasets.QA, "grammar_concepts"))
                    .containsExactly(new Json("[\"a,\\\"b\", null, \"\"]"), null);
            assertThat(sink.values(LearningDatasets.QA, "is_correct")).containsExactly(null, false);
        }
    }

    @Nested
    class Privacy {

        @Test
        void pushesNothingOfOthersWhateverTheyShare() throws Exception {
            UserId user = addUser();
            UserId other = addUser();
            word(list(other.value(), false), "privado", Difficulty.BEGINNER);
            word(list(other.value(), true), "público", Difficulty.BEGINNER);
            word(list(other.value(), false, user.value()), "compartido", Difficulty.BEGINNER);
            word(list(null, true), "huérfano", Difficulty.BEGINNER);
            for (UUID whose : new UUID[] {null, other.value()}) {
                run("INSERT INTO public.sessions (user_id, session_type) VALUES (?, 'qa')", whose);
                run(
                        "INSERT INTO public.saved_descriptions (user_id, english_description, spanish_description,"
                                + " description_style, is_public) VALUES (?, 'x', 'x', 'poetico', true)",
                        whose);
                run("INSERT INTO public.qa_responses (user_id, question, correct_answer) VALUES (?, 'x', 'x')", whose);
                run(
                        "INSERT INTO public.user_interactions (user_id, interaction_type, action) VALUES (?, 'x', 'x')",
                        whose);
                run("INSERT INTO public.learning_analytics (user_id, date_recorded) VALUES (?, '2026-01-01')", whose);
            }
            run("INSERT INTO public.user_settings (user_id) VALUES (?)", other.value());
            run(
                    "INSERT INTO public.export_history (user_id, export_type, export_format) VALUES (?, 'all', 'csv')",
                    other.value());
            run(
                    "INSERT INTO public.user_api_keys (user_id, openai_api_key) VALUES (?, ?)",
                    other.value(),
                    sealed("b3Bl"));

            RecordingSink sink = all(user);

            assertThat(sink.datasets()).containsExactlyElementsOf(LearningDatasets.ALL);
            for (Dataset dataset : LearningDatasets.ALL) {
                // Every user has a profile and a row of progress.
                assertThat(sink.rows(dataset))
                        .as(dataset.name())
                        .hasSize(dataset == LearningDatasets.PROFILE || dataset == LearningDatasets.PROGRESS ? 1 : 0);
            }
            RecordingSink ofOther = all(other);
            for (Dataset dataset : LearningDatasets.ALL) {
                assertThat(ofOther.rows(dataset)).as(dataset.name()).isNotEmpty();
            }
        }

        @Test
        void namesOfAnotherUsersListOnlyWhatAStudiedWordShows() throws Exception {
            UserId user = addUser();
            UserId other = addUser();
            UUID shared = list(other.value(), false, user.value());
            study(user, word(shared, "nube", Difficulty.ADVANCED), Phase.REVIEW);

            RecordingSink sink = all(user);

            assertThat(only(sink, LearningDatasets.VOCABULARY))
                    .containsEntry("spanish_text", "nube")
                    .containsEntry("is_own", false)
                    .containsEntry("list_id", shared)
                    .containsEntry("list_name", "list " + shared)
                    .containsEntry("list_description", null)
                    .containsEntry("list_is_public", null);
            assertThat(everything(sink)).doesNotContain(other.toString(), "secret of the list");
        }

        @Test
        void keepsAStudiedWordThatMayNoLongerBeSeen() throws Exception {
            UserId user = addUser();
            UUID hidden = word(list(addUser().value(), false), "oculto", Difficulty.ADVANCED);
            study(user, hidden, Phase.MASTERED);

            assertThat(only(all(user), LearningDatasets.VOCABULARY))
                    .containsEntry("vocabulary_item_id", hidden)
                    .containsEntry("spanish_text", null)
                    .containsEntry("list_id", null)
                    .containsEntry("is_own", false)
                    .containsEntry("learning_phase", "mastered");
        }

        @Test
        void joinsTheWordsStudiedWithTheWordsWritten() throws Exception {
            UserId user = addUser();
            UUID own = list(user.value(), false);
            UUID empty = list(user.value(), false);
            study(user, word(own, "ambos", Difficulty.BEGINNER), Phase.NEW);
            word(own, "escrito", Difficulty.BEGINNER);
            study(user, word(list(null, true), "estudiado", Difficulty.BEGINNER), Phase.NEW);

            Map<Object, Map<String, Object>> words = new HashMap<>();
            all(user).records(LearningDatasets.VOCABULARY).forEach(word -> words.put(word.get("spanish_text"), word));

            assertThat(words).containsOnlyKeys("ambos", "escrito", "estudiado", null);
            assertThat(words.get("ambos"))
                    .containsEntry("is_own", true)
                    .containsEntry("list_id", own)
                    .containsEntry("list_description", "secret of the list")
                    .containsEntry("learning_phase", "new");
            assertThat(words.get("escrito"))
                    .containsEntry("is_own", true)
                    .containsEntry("learning_phase", null)
                    .containsEntry("mastery_level", null);
            assertThat(words.get("estudiado")).containsEntry("is_own", false).containsEntry("learning_phase", "new");
            assertThat(words.get(null))
                    .containsEntry("vocabulary_item_id", null)
                    .containsEntry("is_own", true)
                    .containsEntry("list_id", empty);
        }

        @Test
        void countsWhatARestrictivePolicyHides() throws Exception {
            UserId user = addUser();
            addSession(user, Instant.parse("2026-01-01T00:00:00Z"));
            addSession(user, Instant.parse("2026-02-01T00:00:00Z"));
            addSession(addUser(), Instant.EPOCH);
            study(user, word(list(user.value(), false), "gato", Difficulty.BEGINNER), Phase.NEW);
            assertThat(snapshot(user, ExportFilters.NONE).hidden()).isEmpty();

            run("CREATE POLICY strong ON public.sessions AS RESTRICTIVE FOR SELECT TO authenticated"
                    + " USING (current_setting('request.jwt.claims')::jsonb ->> 'aal' = 'aal2')");
            run(
                    "CREATE POLICY certain ON public.vocabulary_items AS RESTRICTIVE FOR SELECT USING (spanish_text <> 'gato')");
            run("CREATE POLICY keys ON public.user_api_keys AS RESTRICTIVE USING (false)");
            run("INSERT INTO public.user_api_keys (user_id) VALUES (?)", user.value());

            UserRecords.Snapshot whole = snapshot(user, ExportFilters.NONE);
            assertThat(whole.records()).containsEntry(LearningDatasets.SESSIONS, 0L);
            assertThat(whole.hidden())
                    .containsExactlyInAnyOrder(
                            new HiddenRecords(LearningDatasets.SESSIONS, "public.sessions", 2, 2, ""),
                            new HiddenRecords(LearningDatasets.VOCABULARY, "public.vocabulary_items", 1, 1, ""),
                            new HiddenRecords(LearningDatasets.API_KEYS, "public.user_api_keys", 1, 1, ""));
            ExportFilters days = ExportFilters.of(Map.of("from", "2026-01-15", "to", "2026-02-15"));
            assertThat(snapshot(user, days).hidden()).isEqualTo(whole.hidden());
        }

        @Test
        void countsWhatAPermissivePolicyLeavesOut() throws Exception {
            UserId user = addUser();
            addSession(user, Instant.parse("2026-01-01T00:00:00Z"));
            addSession(user, Instant.parse("2026-02-01T00:00:00Z"));
            run("UPDATE public.sessions SET device_type = 'deleted' WHERE started_at < '2026-01-15Z'");
            for (String policy : owner.sql("SELECT policyname FROM pg_policies WHERE tablename = 'sessions'")
                    .query(String.class)
                    .list()) {
                run("DROP POLICY \"" + policy + "\" ON public.sessions");
            }
            run("CREATE POLICY kept ON public.sessions USING (user_id = auth.uid()"
                    + " AND device_type IS DISTINCT FROM 'deleted')");

            assertThat(snapshot(user, ExportFilters.NONE).hidden())
                    .containsExactly(new HiddenRecords(LearningDatasets.SESSIONS, "public.sessions", 1, 2, ""));
        }

        private UserRecords.Snapshot snapshot(UserId user, ExportFilters filters) throws IOException {
            return records().read(user, LearningTypes.ALL.datasets(), filters, new RecordingSink());
        }

        @Test
        void neverPushesAKey() throws Exception {
            UserId user = addUser();
            run(
                    "INSERT INTO public.user_api_keys (user_id, openai_api_key, anthropic_api_key)"
                            + " VALUES (?, ?, ?)",
                    user.value(),
                    sealed("b3Bl"),
                    sealed("YW50"));

            RecordingSink sink = all(user);

            assertThat(sink.values(LearningDatasets.API_KEYS, "provider"))
                    .containsExactly("anthropic", "openai", "unsplash");
            assertThat(sink.values(LearningDatasets.API_KEYS, "is_set")).containsExactly(true, true, false);
            assertThat(everything(sink)).doesNotContain("dk1.");
        }

        @ParameterizedTest
        @FieldSource("dev.satchel.record.LearningDatasets#ALL")
        void givesNothingUnderTheClaimsOfAnotherUser(Dataset dataset) throws Exception {
            UserId user = addUser();
            UserId other = addUser();
            addSession(user, Instant.EPOCH);
            run("UPDATE public.sessions SET session_data = '{}' WHERE user_id = ?", user.value());
            word(list(user.value(), false), "propio", Difficulty.BEGINNER);
            run("INSERT INTO public.user_settings (user_id) VALUES (?)", user.value());
            run(
                    "INSERT INTO public.saved_descriptions (user_id, english_description, spanish_description,"
                            + " description_style) VALUES (?, 'x', 'x', 'poetico')",
                    user.value());
            run(
                    "INSERT INTO public.qa_responses (user_id, question, correct_answer) VALUES (?, 'x', 'x')",
                    user.value());
            run(
                    "INSERT INTO public.user_interactions (user_id, interaction_type, action) VALUES (?, 'x', 'x')",
                    user.value());
            run(
                    "INSERT INTO public.learning_analytics (user_id, date_recorded) VALUES (?, '2026-01-01')",
                    user.value());
            run(
                    "INSERT INTO public.export_history (user_id, export_type, export_format) VALUES (?, 'all', 'csv')",
                    user.value());
            run("INSERT INTO public.user_api_keys (user_id) VALUES (?)", user.value());

            assertThat(recordsUnderClaimsOf(user, user, dataset)).isPositive();
            assertThat(recordsUnderClaimsOf(other, user, dataset)).isZero();
        }

        private long recordsUnderClaimsOf(UserId claimed, UserId asked, Dataset dataset) throws Exception {
            DatasetQuery query = PostgresDatasets.builtIn().of(dataset);
            try (Connection connection = database.workerDataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                LiveSchema live = LiveSchema.of(connection, query.relations().tables());
                statement.execute("SET LOCAL request.jwt.claims = '{\"sub\": \"" + claimed + "\"}'");
                statement.execute("SET LOCAL ROLE authenticated");
                RecordingSink sink = new RecordingSink();
                sink.beginDataset(dataset, query.columnsIn(live));
                BinaryCopyDecoder decoder = new BinaryCopyDecoder(query.columnsIn(live), sink);
                CopyOut copy = connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut(query.copy(live, asked, ExportFilters.NONE));
                byte[] message;
                while ((message = copy.readFromCopy()) != null) {
                    decoder.accept(message);
                }
                return decoder.finish();
            }
        }

        @Test
        void refusesToReadWhereTheClaimsDoNotArrive() throws Exception {
            UserId user = addUser();
            JdbcClient.create(database.superuserDataSource())
                    .sql("CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'")
                    .update();

            assertThatThrownBy(() -> all(user))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("auth.uid() is not the user whose claims were set");
        }

        /** Code of the application that runs while a user is read, such as a policy's, has the user's rights. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "DELETE FROM public.sessions;",
                    "SET TRANSACTION READ WRITE; DELETE FROM public.sessions;",
                    "PERFORM set_config('transaction_read_only', 'off', true); DELETE FROM public.sessions;",
                    "PERFORM set_config('transaction_read_only', 'off', false); DELETE FROM public.sessions;",
                    "RESET transaction_read_only; DELETE FROM public.sessions;"
                })
        void cannotBeMadeToWriteByWhatItReads(String attempt) throws Exception {
            UserId user = addUser();
            addSession(user, Instant.EPOCH);
            run("CREATE FUNCTION public.attack() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN " + attempt
                    + " RETURN true; END $$");
            run("GRANT DELETE ON public.sessions TO authenticated");
            run("CREATE POLICY attack ON public.sessions FOR SELECT TO authenticated USING (public.attack())");
            run("CREATE POLICY attack_too ON public.sessions FOR DELETE TO authenticated USING (true)");

            assertThatThrownBy(() -> all(user))
                    .isInstanceOf(DataAccessException.class)
                    // Read-only, too late to change that, or not to be reset at all.
                    .satisfies(thrown -> assertThat(sqlState(thrown)).containsPattern("^25|^0A000$"));

            assertThat(owner.sql("SELECT count(*) FROM public.sessions")
                            .query(Long.class)
                            .single())
                    .isEqualTo(1);
        }
    }

    @Nested
    class OnePeriod {

        @Test
        void choosesDatesByTheCalendarAndNotByTheZone() throws Exception {
            UserId user = addUser();
            for (String day : List.of("2026-01-09", "2026-01-10", "2026-01-11", "2026-01-12", "infinity")) {
                run(
                        "INSERT INTO public.learning_analytics (user_id, date_recorded) VALUES (?, ?::date)",
                        user.value(),
                        day);
            }
            Period days = new Period(
                    LocalDate.parse("2026-01-10"), LocalDate.parse("2026-01-11"), ZoneId.of("Pacific/Kiritimati"));
            RecordingSink sink = new RecordingSink();

            records().read(user, List.of(LearningDatasets.ANALYTICS), new ExportFilters(days, null, null), sink);

            assertThat(sink.values(LearningDatasets.ANALYTICS, "date_recorded"))
                    .containsExactly(LocalDate.parse("2026-01-10"), LocalDate.parse("2026-01-11"));
        }

        @ParameterizedTest
        @FieldSource("dev.satchel.record.LearningDatasets#ALL")
        void canBeAskedOfEveryDatasetTogetherWithTheOtherFilters(Dataset dataset) throws Exception {
            UserId user = addUser();
            Period all = new Period(
                    LocalDate.parse("0001-01-01"), LocalDate.parse("9999-12-31"), ZoneId.of("Asia/Kathmandu"));
            RecordingSink sink = new RecordingSink();

            records().read(user, List.of(dataset), new ExportFilters(all, Difficulty.ADVANCED, Phase.NEW), sink);

            assertThat(sink.datasets()).containsExactly(dataset);
        }
    }

    @Nested
    class ADatabaseThatLacks {

        @Test
        void aColumnHasNoneInTheFile() throws Exception {
            UserId user = addUser();
            addSession(user, Instant.EPOCH);
            run("ALTER TABLE public.sessions DROP COLUMN user_agent");

            RecordingSink sink = all(user);

            assertThat(sink.columns(LearningDatasets.SESSIONS))
                    .extracting(Column::name)
                    .contains("session_data", "ip_address")
                    .doesNotContain("user_agent");
            assertThat(sink.rows(LearningDatasets.SESSIONS)).hasSize(1);
        }

        @Test
        void aJoinedTableLosesItsColumnsAndNoRecord() throws Exception {
            UserId user = addUser();
            run(
                    "INSERT INTO public.saved_descriptions (user_id, english_description, spanish_description,"
                            + " description_style) VALUES (?, 'x', 'x', 'poetico')",
                    user.value());
            run("DROP TABLE public.images CASCADE");

            RecordingSink sink = all(user);

            assertThat(sink.rows(LearningDatasets.DESCRIPTIONS)).hasSize(1);
            assertThat(sink.columns(LearningDatasets.DESCRIPTIONS))
                    .extracting(Column::name)
                    .contains("image_id")
                    .doesNotContain("image_url");
        }

        @Test
        void someTablesOfWordsKeepsWhatIsLeft() throws Exception {
            UserId user = addUser();
            UUID own = list(user.value(), false);
            study(user, word(own, "gato", Difficulty.BEGINNER), Phase.NEW);

            run("DROP TABLE public.learning_progress");
            RecordingSink withoutLearning = all(user);
            run("DROP TABLE public.vocabulary_items");
            RecordingSink withoutWords = all(user);
            run("DROP TABLE public.vocabulary_lists CASCADE");
            RecordingSink sink = new RecordingSink();
            UserRecords.Snapshot withoutAny =
                    records().read(user, LearningTypes.ALL.datasets(), ExportFilters.NONE, sink);

            assertThat(only(withoutLearning, LearningDatasets.VOCABULARY))
                    .containsEntry("spanish_text", "gato")
                    .containsEntry("list_id", own)
                    .doesNotContainKey("mastery_level");
            assertThat(only(withoutWords, LearningDatasets.VOCABULARY))
                    .containsEntry("list_id", own)
                    .doesNotContainKey("spanish_text");
            assertThat(withoutAny.absent()).containsExactly(LearningDatasets.VOCABULARY);
        }

        @Test
        void satchelsTablesHasNoVersionAndNoneOfTheirDatasets() throws Exception {
            try (SampleDatabase bare = SampleDatabase.createUnmigrated()) {
                UUID id = UUID.randomUUID();
                JdbcClient.create(bare.ownerDataSource())
                        .sql("INSERT INTO public.users (id, email) VALUES (?, 'a@example.org')")
                        .param(id)
                        .update();

                UserRecords.Snapshot snapshot = new PostgresUserRecords(
                                bare.superuserDataSource(), PostgresDatasets.builtIn(), LONG)
                        .read(new UserId(id), LearningTypes.ALL.datasets(), ExportFilters.NONE, new RecordingSink());

                assertThat(snapshot.absent())
                        .containsExactly(
                                LearningDatasets.PROGRESS, LearningDatasets.EXPORTS, LearningDatasets.API_KEYS);
                assertThat(snapshot.schemaVersion()).isEqualTo("unknown");
                assertThat(snapshot.records()).containsEntry(LearningDatasets.PROFILE, 1L);
            }
        }

        @Test
        void aGrantRefusesTheReadingWithItsState() throws Exception {
            UserId user = addUser();
            run("REVOKE SELECT ON public.sessions FROM authenticated");

            assertThatThrownBy(() -> all(user))
                    .isInstanceOf(DataAccessException.class)
                    .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("42501"));
        }
    }

    @Nested
    class TheSnapshot {

        @Test
        void staysAsItWasWhileOthersWrite() throws Exception {
            UserId user = addUser();
            addSession(user, Instant.EPOCH);
            RecordingSink sink = new RecordingSink();
            Instant before = now();
            RecordSink writing = before("endDataset", sink, () -> {
                addSession(user, Instant.EPOCH.plusSeconds(1));
                run("UPDATE public.users SET full_name = 'Later' WHERE id = ?", user.value());
                run(
                        "INSERT INTO public.learning_analytics (user_id, date_recorded) VALUES (?, current_date)"
                                + " ON CONFLICT DO NOTHING",
                        user.value());
            });

            UserRecords.Snapshot snapshot = records()
                    .read(
                            user,
                            List.of(
                                    LearningDatasets.API_KEYS,
                                    LearningDatasets.SESSIONS,
                                    LearningDatasets.PROFILE,
                                    LearningDatasets.ANALYTICS),
                            ExportFilters.NONE,
                            writing);

            assertThat(sink.rows(LearningDatasets.SESSIONS)).hasSize(1);
            assertThat(sink.values(LearningDatasets.PROFILE, "full_name")).containsExactly((Object) null);
            assertThat(sink.rows(LearningDatasets.ANALYTICS)).isEmpty();
            assertThat(all(user).rows(LearningDatasets.SESSIONS)).hasSize(5);
            assertThat(snapshot.takenAt()).isBetween(before, now());
        }

        private Instant now() {
            return owner.sql("SELECT clock_timestamp()")
                    .query(OffsetDateTime.class)
                    .single()
                    .toInstant();
        }

        @Test
        void tellsTheVersionOfTheTables() throws Exception {
            String newest = owner.sql("SELECT max(version) FROM satchel.flyway_schema_history WHERE success")
                    .query(String.class)
                    .single();

            UserRecords.Snapshot snapshot = records()
                    .read(addUser(), List.of(LearningDatasets.PROFILE), ExportFilters.NONE, new RecordingSink());

            assertThat(snapshot.schemaVersion()).isEqualTo(newest);
        }

        @Test
        void endsWhenAStatementWaitsTooLong() throws Exception {
            UserId user = addUser();
            try (Connection blocker = database.ownerDataSource().getConnection();
                    Statement statement = blocker.createStatement()) {
                blocker.setAutoCommit(false);
                statement.execute("LOCK TABLE public.sessions IN ACCESS EXCLUSIVE MODE");

                assertThatThrownBy(() -> all(
                                user,
                                new PostgresUserRecords(
                                        database.workerDataSource(),
                                        PostgresDatasets.builtIn(),
                                        Duration.ofMillis(400))))
                        .isExactlyInstanceOf(SnapshotTooOldException.class)
                        .hasMessageContaining("took longer than PT0.4S")
                        .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("57014"));
            }
        }

        @Test
        void tellsSomebodysCancelFromItsOwnLimit() throws Exception {
            UserId user = addUser();
            ExecutorService reader = Executors.newSingleThreadExecutor();
            try (Connection blocker = database.ownerDataSource().getConnection();
                    Statement statement = blocker.createStatement()) {
                blocker.setAutoCommit(false);
                statement.execute("LOCK TABLE public.sessions IN ACCESS EXCLUSIVE MODE");

                Future<?> reading = reader.submit(() -> all(user));
                while (!reading.isDone() && cancelWaiting() == 0) {
                    Thread.onSpinWait();
                }

                assertThatThrownBy(reading::get)
                        .cause()
                        .isInstanceOf(DataAccessException.class)
                        .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("57014"));
            } finally {
                reader.shutdownNow();
            }
        }

        private int cancelWaiting() {
            return JdbcClient.create(database.superuserDataSource())
                    .sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                            + " WHERE usename = ? AND datname = current_database() AND wait_event_type = 'Lock'")
                    .param(database.workerUser())
                    .query()
                    .listOfRows()
                    .size();
        }

        @Test
        void waitsForNobodysLockWithoutEnd() throws Exception {
            UserId user = addUser();
            try (Connection blocker = database.ownerDataSource().getConnection();
                    Statement statement = blocker.createStatement()) {
                blocker.setAutoCommit(false);
                statement.execute("LOCK TABLE public.sessions IN ACCESS EXCLUSIVE MODE");

                assertThatThrownBy(() -> all(user))
                        .isInstanceOf(DataAccessException.class)
                        .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("55P03"));
            }
        }

        @Test
        void outlivesTheLimitsThatOthersSetForATransaction() throws Exception {
            UserId user = addUser();
            addSession(user, Instant.EPOCH);
            RecordSink slow = before("endDataset", new RecordingSink(), () -> Thread.sleep(300));
            try (Connection connection = database.workerDataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT set_config(name, '200ms', false) FROM pg_settings"
                        + " WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')");
                SingleConnectionDataSource limited = new SingleConnectionDataSource(connection, true);

                UserRecords.Snapshot snapshot = new PostgresUserRecords(limited, PostgresDatasets.builtIn(), LONG)
                        .read(
                                user,
                                List.of(LearningDatasets.PROFILE, LearningDatasets.SESSIONS),
                                ExportFilters.NONE,
                                slow);

                assertThat(snapshot.records()).containsEntry(LearningDatasets.SESSIONS, 1L);
            }
        }

        @Test
        void endsWhenTheSinkTakesTooLong() throws Exception {
            UserId user = addUser();
            for (int i = 0; i < 3; i++) {
                addSession(user, Instant.EPOCH);
            }
            RecordSink slow = before("endRecord", new RecordingSink(), () -> Thread.sleep(500));
            UserRecords records = new PostgresUserRecords(
                    database.workerDataSource(), PostgresDatasets.builtIn(), Duration.ofMillis(400));

            assertThatThrownBy(() -> records.read(user, List.of(LearningDatasets.SESSIONS), ExportFilters.NONE, slow))
                    .isExactlyInstanceOf(SnapshotTooOldException.class)
                    .hasMessageContaining("took longer than PT0.4S");
        }

        @Test
        void mustBeAllowedSomeAge() {
            assertThatThrownBy(() -> new PostgresUserRecords(
                            database.workerDataSource(), PostgresDatasets.builtIn(), Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the age of a snapshot must be positive, was PT0S");
        }
    }

    @Nested
    class ThePooledConnection {

        @Test
        void comesBackAsItWent() throws Exception {
            UserId user = addUser();
            fill(user);
            IOException full = new IOException("the disk is full");
            try (SingleConnectionDataSource pool = pool("SET statement_timeout = '7min'")) {
                List<Object> fresh = state(pool);
                UserRecords records = new PostgresUserRecords(pool, PostgresDatasets.builtIn(), LONG);

                all(user, records);
                List<Object> afterSuccess = state(pool);
                RecordSink failing = before("endRecord", new RecordingSink(), () -> {
                    throw full;
                });
                assertThatThrownBy(() ->
                                records.read(user, List.of(LearningDatasets.INTERACTIONS), ExportFilters.NONE, failing))
                        .isSameAs(full);
                List<Object> afterFailure = state(pool);
                run("REVOKE SELECT ON public.sessions FROM authenticated");
                assertThatThrownBy(() -> all(user, records)).isInstanceOf(DataAccessException.class);
                List<Object> afterRefusal = state(pool);

                assertThat(fresh).contains("7min", "read committed", "off", true);
                assertThat(afterSuccess).isEqualTo(fresh);
                assertThat(afterFailure).isEqualTo(fresh);
                assertThat(afterRefusal).isEqualTo(fresh);
            }
        }

        private List<Object> state(DataSource pool) throws SQLException {
            try (Connection connection = pool.getConnection()) {
                boolean autoCommit = connection.getAutoCommit();
                String settings = JdbcClient.create(pool)
                        .sql("SELECT concat_ws('|', pg_backend_pid(), current_user,"
                                + " current_setting('transaction_isolation'),"
                                + " current_setting('transaction_read_only'),"
                                + " current_setting('statement_timeout'), current_setting('row_security'),"
                                + " nullif(current_setting('request.jwt.claims', true), ''),"
                                + " nullif(current_setting('request.jwt.claim.sub', true), ''))")
                        .query(String.class)
                        .single();
                List<Object> state = new ArrayList<>(List.of((Object[]) settings.split("\\|")));
                state.add(autoCommit);
                state.add(connection.isReadOnly());
                state.add(connection.getTransactionIsolation());
                return state;
            }
        }

        @Test
        void mayHaveAutoCommitOff() throws Exception {
            UserId user = addUser();
            try (SingleConnectionDataSource pool = pool("SET statement_timeout = '7min'")) {
                try (Connection connection = pool.getConnection()) {
                    connection.setAutoCommit(false);
                }

                all(user, new PostgresUserRecords(pool, PostgresDatasets.builtIn(), LONG));
                RecordingSink again = all(user, new PostgresUserRecords(pool, PostgresDatasets.builtIn(), LONG));

                assertThat(again.rows(LearningDatasets.PROFILE)).hasSize(1);
                try (Connection connection = pool.getConnection()) {
                    assertThat(connection.getAutoCommit()).isFalse();
                }
            }
        }

        @Test
        void mayHaveAnyZoneStyleClaimAndRowSecurity() throws Exception {
            UserId user = addUser();
            fill(user);
            run(
                    "INSERT INTO public.sessions (user_id, session_type, started_at) VALUES (?, 'qa',"
                            + " '2026-03-08 10:30:00.000001+00')",
                    user.value());
            run("INSERT INTO public.user_settings (user_id) VALUES (?)", user.value());
            ExportFilters march = new ExportFilters(
                    new Period(LocalDate.parse("2026-03-08"), LocalDate.parse("2026-03-08"), ZoneId.of("UTC")),
                    null,
                    null);
            RecordingSink plain = all(user);
            try (SingleConnectionDataSource pool = pool(
                    "SET TIME ZONE 'America/Los_Angeles'",
                    "SET DateStyle = 'ISO, DMY'",
                    "SET IntervalStyle = 'sql_standard'",
                    "SET row_security = off",
                    "SET \"request.jwt.claim.sub\" = '" + addUser() + "'")) {
                RecordingSink odd = all(user, new PostgresUserRecords(pool, PostgresDatasets.builtIn(), LONG));
                RecordingSink filtered = new RecordingSink();
                new PostgresUserRecords(pool, PostgresDatasets.builtIn(), LONG)
                        .read(user, List.of(LearningDatasets.SESSIONS), march, filtered);

                for (Dataset dataset : LearningDatasets.ALL) {
                    assertThat(odd.rows(dataset)).isEqualTo(plain.rows(dataset));
                }
                assertThat(filtered.values(LearningDatasets.SESSIONS, "started_at"))
                        .containsExactly(Instant.parse("2026-03-08T10:30:00.000001Z"));
            }
        }

        @Test
        void mayBreakWithoutHidingWhatWentWrongFirst() throws Exception {
            UserId user = addUser();
            fill(user);
            IOException full = new IOException("the disk is full");
            RecordSink breaking = before("endRecord", new RecordingSink(), () -> {
                terminateWorkers();
                throw full;
            });

            assertThatThrownBy(() ->
                            records().read(user, List.of(LearningDatasets.INTERACTIONS), ExportFilters.NONE, breaking))
                    .isSameAs(full)
                    .satisfies(thrown ->
                            assertThat(thrown.getSuppressed()).isNotEmpty().allMatch(SQLException.class::isInstance));
        }

        @Test
        void isReportedWhenItBreaks() throws Exception {
            UserId user = addUser();
            fill(user);
            RecordSink breaking = before("beginRecord", new RecordingSink(), new Hook() {
                private boolean broken;

                @Override
                public void run() {
                    if (!broken) {
                        broken = true;
                        terminateWorkers();
                    }
                }
            });

            assertThatThrownBy(() ->
                            records().read(user, List.of(LearningDatasets.INTERACTIONS), ExportFilters.NONE, breaking))
                    .isInstanceOf(DataAccessException.class)
                    .satisfies(thrown -> assertThat(sqlState(thrown)).isIn("57P01", "08006"));
        }

        private void terminateWorkers() {
            JdbcClient.create(database.superuserDataSource())
                    .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE usename = ? AND datname = current_database()")
                    .param(database.workerUser())
                    .query()
                    .listOfRows();
        }

        private SingleConnectionDataSource pool(String... settings) throws SQLException {
            Connection connection = database.workerDataSource().getConnection();
            try (Statement statement = connection.createStatement()) {
                for (String setting : settings) {
                    statement.execute(setting);
                }
            }
            return new SingleConnectionDataSource(connection, true);
        }

        // More than fits between the server and a client that stops reading.
        private void fill(UserId user) {
            run(
                    "INSERT INTO public.user_interactions (user_id, interaction_type, action, page_url, timestamp)"
                            + " SELECT ?, 'click', 'n', repeat('x', 2000), TIMESTAMPTZ '2026-01-01' + n * INTERVAL '1 s'"
                            + " FROM generate_series(1, 10000) AS n",
                    user.value());
        }
    }

    @Test
    void readsTheSampleLearnersWhole() throws Exception {
        database.withLearners();
        Map<Dataset, String> tables = Map.of(
                LearningDatasets.SETTINGS, "user_settings",
                LearningDatasets.PROGRESS, "user_progress",
                LearningDatasets.SESSIONS, "sessions",
                LearningDatasets.DESCRIPTIONS, "saved_descriptions",
                LearningDatasets.QA, "qa_responses",
                LearningDatasets.INTERACTIONS, "user_interactions",
                LearningDatasets.ANALYTICS, "learning_analytics",
                LearningDatasets.EXPORTS, "export_history");
        List<UUID> learners =
                owner.sql("SELECT id FROM public.users").query(UUID.class).list();

        for (UUID learner : learners) {
            RecordingSink sink = all(new UserId(learner));

            tables.forEach((dataset, table) -> assertThat(sink.values(dataset, "id"))
                    .as("%s of %s", table, learner)
                    .containsExactlyInAnyOrderElementsOf(
                            owner.sql("SELECT id FROM public." + table + " WHERE user_id = ?")
                                    .param(learner)
                                    .query()
                                    .singleColumn()));
            assertThat(sink.values(LearningDatasets.VOCABULARY, "vocabulary_item_id"))
                    .as("words of %s", learner)
                    .containsExactlyInAnyOrderElementsOf(
                            owner.sql("""
                                SELECT vocabulary_item_id
                                  FROM public.learning_progress
                                 WHERE user_id = :learner
                                 UNION
                                SELECT word.id
                                  FROM public.vocabulary_items AS word
                                  JOIN public.vocabulary_lists AS list ON list.id = word.vocabulary_list_id
                                 WHERE list.created_by = :learner
                                """).param("learner", learner).query().singleColumn());
        }
        assertThat(learners).hasSizeGreaterThanOrEqualTo(20);
    }
}
