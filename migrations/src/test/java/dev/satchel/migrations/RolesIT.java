package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody cannot do who has stolen the login of one part of Satchel. */
class RolesIT {

    private static final String SEALED = "dk1.%s." + "c2Vh".repeat(21);

    @AutoClose
    private static SampleDatabase database;

    @AutoClose
    private static Session owner;

    @BeforeAll
    static void open() throws SQLException {
        database = SampleDatabase.create();
        owner = Session.open(database.ownerDataSource());
    }

    @Nested
    class Exports {

        private Session exports;
        private UUID amelias;
        private UUID brunos;
        private String brunosFile;

        @BeforeEach
        void deliver() throws SQLException {
            exports = Session.open(database.dataSourceOf("satchel_exports"));
            amelias = processing();
            brunos = processing();
            brunosFile = file(brunos);
            publish(brunos, brunosFile);
        }

        @AfterEach
        void close() throws SQLException {
            exports.close();
        }

        private UUID processing() throws SQLException {
            var export = UUID.fromString(owner.value("""
                    INSERT INTO public.export_history (user_id, export_type, export_format)
                    VALUES (?, 'all', 'csv')
                    RETURNING id
                    """, owner.addUser()));
            exports.run("UPDATE public.export_history SET status = 'processing' WHERE id = ?", export);
            return export;
        }

        private String file(UUID export) {
            return "s3://bucket/exports/" + export + "/1-" + UUID.randomUUID() + ".csv";
        }

        private void record(UUID export, String url) throws SQLException {
            exports.run("""
                    INSERT INTO satchel.upload_journal (url, export_id, token, published_at)
                    VALUES (?, ?, gen_random_uuid(), now())
                    """, url, export);
        }

        private void publish(UUID export, String url) throws SQLException {
            record(export, url);
            complete(export, url);
        }

        private void complete(UUID export, String url) throws SQLException {
            exports.run(
                    "UPDATE public.export_history SET status = 'completed', file_url = ? WHERE id = ?", url, export);
        }

        private void refusesToComplete(UUID export, String url) {
            assertThatThrownBy(() -> complete(export, url))
                    .hasMessageContaining("export " + export + " has no published file of this name");
        }

        @Test
        void publishesAFileThatIsTheExportsOwn() throws SQLException {
            var url = file(amelias);

            publish(amelias, url);

            assertThat(owner.value("SELECT file_url FROM public.export_history WHERE id = ?", amelias))
                    .isEqualTo(url);
            exports.run("UPDATE public.export_history SET file_url = NULL WHERE id = ?", amelias);
        }

        @Test
        void cannotPointAnExportAtTheFileOfAnother() {
            refusesToComplete(amelias, brunosFile);
        }

        @Test
        void cannotPointAnExportAtAFileThatNobodyRecorded() throws SQLException {
            refusesToComplete(amelias, "file:///etc/passwd");
            refusesToComplete(amelias, file(amelias));
            var url = file(amelias);
            record(amelias, url);
            owner.run("UPDATE satchel.upload_journal SET published_at = NULL WHERE url = ?", url);
            refusesToComplete(amelias, url);
        }

        @Test
        void cannotMakeTheRecordOfAnothersFileItsOwn() throws SQLException {
            assertThatThrownBy(() -> record(amelias, brunosFile)).hasMessageContaining("upload_journal_pkey");
            assertThatThrownBy(() -> exports.run(
                            "UPDATE satchel.upload_journal SET export_id = ? WHERE url = ?", amelias, brunosFile))
                    .hasMessageContaining("permission denied for table upload_journal");

            exports.run("DELETE FROM satchel.upload_journal WHERE url = ?", brunosFile);
            record(amelias, brunosFile);

            refusesToComplete(amelias, brunosFile);
        }

        @Test
        void cannotChangeThePublishedFileForAnother() {
            assertThatThrownBy(() -> exports.run(
                            "UPDATE public.export_history SET file_url = ? WHERE id = ?", file(brunos), brunos))
                    .hasMessageContaining("has no published file of this name");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "UPDATE public.export_history SET user_id = gen_random_uuid()",
                    "UPDATE public.export_history SET id = gen_random_uuid()",
                    "UPDATE public.export_history SET export_type = 'all'",
                    "UPDATE public.export_history SET filters = NULL",
                    "UPDATE public.export_history SET created_at = now()",
                    "DELETE FROM public.export_history",
                    "INSERT INTO public.export_history (user_id, export_type, export_format, status)"
                            + " VALUES (gen_random_uuid(), 'all', 'csv', 'completed')",
                    "INSERT INTO public.export_history (user_id, export_type, export_format, file_url)"
                            + " VALUES (gen_random_uuid(), 'all', 'csv', 'file:///etc/passwd')",
                    "UPDATE public.user_progress SET total_points = 9999",
                    "INSERT INTO public.user_progress (user_id) VALUES (gen_random_uuid())",
                    "DELETE FROM public.user_progress",
                    "UPDATE satchel.session_contribution SET qa_correct = 9999",
                    "INSERT INTO satchel.session_contribution (session_id) VALUES (gen_random_uuid())",
                    "DELETE FROM satchel.session_contribution",
                    "UPDATE satchel.progress_total SET points = 9999",
                    "DELETE FROM satchel.progress_total",
                    "SELECT FROM satchel.progress_total",
                    "UPDATE satchel.user_zone SET zone = 'UTC'",
                    "SELECT satchel.refresh_progress('{}')",
                    "SELECT satchel.add_differences('{}')",
                    "SELECT satchel.record_contributions('{}', '{}')",
                    "SELECT id FROM public.user_api_keys",
                    "SELECT openai_api_key FROM public.user_api_keys",
                    "DELETE FROM public.user_api_keys",
                    "SELECT wrapped FROM satchel.data_key",
                    "SELECT purpose FROM satchel.key_audit",
                    "SELECT verdict FROM satchel.key_check",
                    "SELECT satchel.record_opening(gen_random_uuid(), 'openai', 'look')",
                    "SELECT satchel.recorded_key(gen_random_uuid())",
                    "SELECT satchel.key_statuses(gen_random_uuid())",
                    "SELECT satchel.rewrap_data_keys('{}', '{}', '{}', '{}', '{}')",
                    "UPDATE satchel.flyway_schema_history SET success = true",
                    "SET ROLE service_role",
                    "SET ROLE satchel_vault",
                    "SET session_replication_role = replica"
                })
        void mayDoNothingElse(String statement) {
            refuses(exports, statement);
        }
    }

    @Nested
    class Vault {

        private Session vault;
        private UUID user;

        @BeforeEach
        void set() throws SQLException {
            vault = Session.open(database.dataSourceOf("satchel_vault"));
            user = owner.addUser();
            setKey();
        }

        @AfterEach
        void close() throws SQLException {
            vault.close();
        }

        private String setKey() throws SQLException {
            var sealed = SEALED.formatted(UUID.randomUUID());
            vault.value("""
                    SELECT satchel.set_key(?, 'openai', row_id, ?, 'test', decode(repeat('00', 60), 'hex'))
                      FROM satchel.lock_keys(?, 'openai')
                    """, user, sealed, user);
            return sealed;
        }

        private UUID record(Session session) throws SQLException {
            return UUID.fromString(session.value("SELECT satchel.record_opening(?, 'openai', 'look')", user));
        }

        private static List<String> recorded(Session session, UUID opening) throws SQLException {
            return session.rows("SELECT sealed FROM satchel.recorded_key(?)", opening);
        }

        @Test
        void getsASealedKeyOnceItsOpeningIsOnRecord() throws SQLException {
            var sealed = setKey();

            assertThat(recorded(vault, record(vault))).containsExactly(sealed);

            assertThat(owner.rows(
                            "SELECT login, action, purpose FROM satchel.key_audit WHERE user_id = ? AND action = 'open'",
                            user))
                    .containsExactly("satchel_vault_login | open | look");
        }

        @Test
        void getsNothingForARecordThatMayYetBeRolledBack() throws SQLException {
            vault.begin();

            assertThat(recorded(vault, record(vault))).isEmpty();
            vault.run("SAVEPOINT inner_one");
            var opening = record(vault);
            vault.run("RELEASE inner_one");
            assertThat(recorded(vault, opening)).isEmpty();

            vault.rollback();
            assertThat(recorded(vault, opening)).isEmpty();
        }

        @Test
        void getsNothingForTheRecordOfAnotherLogin() throws SQLException {
            try (var worker = Session.open(database.workerDataSource())) {
                assertThat(recorded(vault, record(worker))).isEmpty();
            }
        }

        @Test
        void getsNoLaterKeyForAnEarlierRecord() throws SQLException {
            var opening = record(vault);
            setKey();

            assertThat(recorded(vault, opening)).isEmpty();
        }

        @Test
        void getsNothingForARecordOfSomethingElse() throws SQLException {
            assertThat(recorded(
                            vault,
                            UUID.fromString(owner.value(
                                    "SELECT id FROM satchel.key_audit WHERE user_id = ? AND action = 'set'", user))))
                    .isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "SELECT openai_api_key FROM public.user_api_keys",
                    "SELECT id FROM public.user_api_keys",
                    "UPDATE public.user_api_keys SET openai_api_key = NULL",
                    "UPDATE public.user_api_keys SET is_active = true",
                    "INSERT INTO public.user_api_keys (user_id) VALUES (gen_random_uuid())",
                    "DELETE FROM public.user_api_keys",
                    "SELECT wrapped FROM satchel.data_key",
                    "UPDATE satchel.data_key SET wrapped = ''",
                    "INSERT INTO satchel.data_key (id) VALUES (gen_random_uuid())",
                    "DELETE FROM satchel.data_key",
                    "SELECT satchel.rewrap_data_keys('{}', '{}', '{}', '{}', '{}')",
                    "SELECT satchel.judge_keys(gen_random_uuid())",
                    "INSERT INTO satchel.key_audit (user_id, provider, action, purpose, data_key_id)"
                            + " VALUES (gen_random_uuid(), 'openai', 'open', 'look', gen_random_uuid())",
                    "DELETE FROM satchel.key_audit",
                    "INSERT INTO satchel.key_check (user_id, provider) VALUES (gen_random_uuid(), 'openai')",
                    "UPDATE satchel.key_check SET verdict = 'valid'",
                    "DELETE FROM satchel.key_check",
                    "SELECT id FROM public.export_history",
                    "SELECT id FROM public.user_progress",
                    "SELECT url FROM satchel.upload_journal",
                    "SELECT satchel.user_ids()",
                    "SELECT satchel.forget_departed()",
                    "SET ROLE authenticated",
                    "SET ROLE satchel_rotation",
                    "SET session_replication_role = replica"
                })
        void mayDoNothingElse(String statement) {
            refuses(vault, statement);
        }
    }

    @Nested
    class Rotation {

        private Session rotation;
        private UUID dataKey;

        @BeforeEach
        void set() throws SQLException {
            rotation = Session.open(database.dataSourceOf("satchel_rotation"));
            var user = owner.addUser();
            dataKey = UUID.randomUUID();
            owner.run(
                    "INSERT INTO public.user_api_keys (user_id, openai_api_key) VALUES (?, ?)",
                    user,
                    SEALED.formatted(dataKey));
            owner.run("""
                    INSERT INTO satchel.data_key (id, user_id, provider, kek_id, wrapped)
                    VALUES (?, ?, 'openai', 'old', decode(repeat('0a', 60), 'hex'))
                    """, dataKey, user);
        }

        @AfterEach
        void close() throws SQLException {
            rotation.close();
        }

        private String rewrap(String before, String after) throws SQLException {
            return rotation.value("""
                    SELECT satchel.rewrap_data_keys(ARRAY [?::uuid], ARRAY ['openai'], ARRAY [decode(?, 'hex')],
                                                    ARRAY ['new'], ARRAY [decode(?, 'hex')])
                    """, dataKey, before, after);
        }

        private String wrapped() throws SQLException {
            return owner.value(
                    "SELECT kek_id || ' ' || encode(wrapped, 'hex') FROM satchel.data_key WHERE id = ?", dataKey);
        }

        @Test
        void replacesAWrappingThatItHasRead() throws SQLException {
            assertThat(rewrap("0a".repeat(60), "0b".repeat(60))).isEqualTo("1");

            assertThat(wrapped()).isEqualTo("new " + "0b".repeat(60));
        }

        @Test
        void replacesNoWrappingThatIsAnotherByNow() throws SQLException {
            assertThat(rewrap("0c".repeat(60), "0b".repeat(60))).isEqualTo("0");

            assertThat(wrapped()).isEqualTo("old " + "0a".repeat(60));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "00"})
        void cannotEmptyADataKey(String after) throws SQLException {
            assertThatThrownBy(() -> rewrap("0a".repeat(60), after)).hasMessageContaining("data_key_wrapped_check");

            assertThat(wrapped()).isEqualTo("old " + "0a".repeat(60));
        }

        @Test
        void cannotReplaceEveryWrappingInOneCall() throws SQLException {
            assertThatThrownBy(() -> rotation.rows("""
                            SELECT satchel.rewrap_data_keys(array_agg(id), array_agg(provider), array_agg(wrapped),
                                                            array_agg('new'::text), array_agg(wrapped))
                              FROM (SELECT id, provider, wrapped
                                      FROM satchel.data_key
                                     CROSS JOIN generate_series(1, 1001)) AS many
                            """)).hasMessageContaining("a batch has at most 1000 data keys");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "UPDATE satchel.data_key SET wrapped = '', kek_id = 'none'",
                    "DELETE FROM satchel.data_key",
                    "INSERT INTO satchel.data_key (id) VALUES (gen_random_uuid())",
                    "SELECT openai_api_key FROM public.user_api_keys",
                    "SELECT id FROM public.user_api_keys",
                    "DELETE FROM public.user_api_keys",
                    "SELECT purpose FROM satchel.key_audit",
                    "SELECT verdict FROM satchel.key_check",
                    "SELECT satchel.record_opening(gen_random_uuid(), 'openai', 'look')",
                    "SELECT satchel.recorded_key(gen_random_uuid())",
                    "SELECT satchel.remove_keys(gen_random_uuid(), NULL)",
                    "SELECT satchel.lock_keys(gen_random_uuid(), 'openai')",
                    "SELECT id FROM public.export_history",
                    "SELECT id FROM public.user_progress",
                    "SELECT url FROM satchel.upload_journal",
                    "SET ROLE authenticated",
                    "SET ROLE satchel_vault",
                    "SET session_replication_role = replica"
                })
        void mayDoNothingElse(String statement) {
            refuses(rotation, statement);
        }
    }

    private static void refuses(Session session, String statement) {
        assertThatThrownBy(() -> session.run(statement))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        refusal -> assertThat(refusal.getSQLState()).isEqualTo("42501"));
    }
}
