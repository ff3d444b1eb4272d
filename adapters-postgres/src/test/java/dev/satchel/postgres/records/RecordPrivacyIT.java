package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.postgres.dataset.DatasetQuery;
import dev.satchel.postgres.dataset.LiveSchema;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.HiddenRecords;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordingSink;
import dev.satchel.record.UserRecords;
import dev.satchel.record.filter.Difficulty;
import dev.satchel.record.filter.Phase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Whose records an export holds, and which it never holds. */
class RecordPrivacyIT extends PostgresRecordsFixture {

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
        void showsOnlyTheNameOfAnotherUsersListWithAStudiedWord() throws Exception {
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
            return records().read(user, LearningTypes.ALL.datasets(), filters, new RecordingSink(), new AbortSignal());
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
                sink.beginDataset(dataset, query.columnsIn(live, ExportFilters.NONE));
                BinaryCopyDecoder decoder = new BinaryCopyDecoder(query.columnsIn(live, ExportFilters.NONE), sink);
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
        void refusesToReadWhenTheClaimsDoNotReachTheDatabase() throws Exception {
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
        void cannotBeMadeToWriteByTheDataItReads(String attempt) throws Exception {
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
}
