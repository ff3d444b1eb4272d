package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Users meet their own rows and nobody else's. */
class RowSecurityIT {

    @AutoClose
    private static SampleDatabase database;

    private static UUID amelia;
    private static UUID bruno;

    @BeforeAll
    static void addTwoUsers() throws SQLException {
        database = SampleDatabase.create();
        try (var owner = Session.open(database.ownerDataSource())) {
            amelia = owner.addUser();
            bruno = owner.addUser();
            for (var user : new UUID[] {amelia, bruno}) {
                owner.run("INSERT INTO public.user_api_keys (user_id) VALUES (?)", user);
                owner.run(
                        "INSERT INTO public.export_history (user_id, export_type, export_format) VALUES (?, 'all', 'csv')",
                        user);
            }
            owner.run(
                    "UPDATE public.user_api_keys SET openai_api_key ="
                            + " 'dk1.4f3c1d6e-0a2b-4c3d-8e9f-102030405060.' || repeat('c2Vh', 21) WHERE user_id = ?",
                    amelia);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"user_api_keys", "user_progress", "export_history"})
    void policiesHoldByThemselvesWithEveryVerbGranted(String table) throws SQLException {
        var values = table.equals("export_history")
                ? " (user_id, export_type, export_format) VALUES (?, 'profile', 'csv')"
                : " (user_id) VALUES (?)";
        try (var session = Session.open(database.ownerDataSource())) {
            session.begin();
            session.run("GRANT ALL ON public." + table + " TO authenticated");
            session.run("GRANT authenticated TO CURRENT_USER");
            session.rows("SELECT set_config('request.jwt.claims', ?, true)", "{\"sub\": \"" + amelia + "\"}");
            session.run("SET LOCAL ROLE authenticated");

            assertThat(session.rows("SELECT user_id FROM public." + table)).containsExactly(amelia.toString());
            assertThat(session.run("UPDATE public." + table + " SET created_at = now()"))
                    .isEqualTo(1);
            assertThat(session.run("DELETE FROM public." + table)).isEqualTo(1);
            assertThat(session.run("INSERT INTO public." + table + values, amelia))
                    .isEqualTo(1);
            session.run("SAVEPOINT before_refusal");
            assertThatThrownBy(() -> session.run("UPDATE public." + table + " SET user_id = ?", bruno))
                    .hasMessageContaining("violates row-level security policy");
            session.run("ROLLBACK TO SAVEPOINT before_refusal");
            assertThatThrownBy(() -> session.run("INSERT INTO public." + table + values, bruno))
                    .hasMessageContaining("violates row-level security policy");
        }
    }

    @Test
    void aUserAsksForAnExportOfTheirOwn() throws SQLException {
        try (var user = Session.speakingFor(amelia, database.workerDataSource())) {
            user.run(
                    "INSERT INTO public.export_history (user_id, export_type, export_format) VALUES (?, 'qa', 'csv')",
                    amelia);

            assertThat(user.rows("SELECT export_type, status FROM public.export_history ORDER BY export_type"))
                    .containsExactly("all | pending", "qa | pending");
            assertThatThrownBy(() -> user.run("UPDATE public.export_history SET status = 'failed'"))
                    .hasMessageContaining("permission denied for table export_history");
        }
    }

    @Test
    void aUserDeletesTheirOwnRowsOnly() throws SQLException {
        try (var user = Session.speakingFor(amelia, database.workerDataSource())) {
            assertThat(user.run("DELETE FROM public.user_api_keys")).isEqualTo(1);
            assertThat(user.run("DELETE FROM public.export_history")).isEqualTo(1);
        }
    }

    @Test
    void theWorkerMeetsTheRowsOfAll() throws SQLException {
        try (var worker = Session.open(database.workerDataSource())) {
            assertThat(worker.value("SELECT count(*) FROM public.export_history"))
                    .isEqualTo("2");
            assertThat(worker.value("SELECT count(*) FROM public.user_progress"))
                    .isEqualTo("2");
            assertThatThrownBy(() -> worker.rows("SELECT user_id FROM public.user_api_keys"))
                    .hasMessageContaining("permission denied for table user_api_keys");
        }
    }

    @Test
    void theStatusOfKeysIsShownToTheirOwnerOnly() throws SQLException {
        var status =
                "SELECT user_id, provider, is_set, last_validated_at, is_active FROM public.user_api_keys_status ORDER BY 2";
        try (var user = Session.speakingFor(amelia, database.workerDataSource())) {
            assertThat(user.rows(status))
                    .containsExactly(
                            amelia + " | anthropic | f | NULL | f",
                            amelia + " | openai | t | NULL | t",
                            amelia + " | unsplash | f | NULL | f");
        }
        try (var user = Session.speakingFor(bruno, database.workerDataSource())) {
            assertThat(user.rows("SELECT DISTINCT user_id, is_set FROM public.user_api_keys_status"))
                    .containsExactly(bruno + " | f");
        }
        try (var user = Session.speakingFor(UUID.randomUUID(), database.workerDataSource())) {
            assertThat(user.rows(status)).isEmpty();
        }
        try (var owner = Session.open(database.ownerDataSource())) {
            assertThat(owner.value("SELECT has_table_privilege('anon', 'public.user_api_keys_status', 'SELECT')"))
                    .isEqualTo("f");
        }
    }

    static Stream<String> unusableClaims() {
        return Stream.of(
                "",
                "not json",
                "{}",
                "[]",
                "null",
                "\"text\"",
                "{\"sub\": \"\"}",
                "{\"sub\": null}",
                "{\"sub\": 5}",
                "{\"sub\": \"amelia\"}",
                "{\"sub\": \"\\u0000\"}",
                "[".repeat(200_000));
    }

    @ParameterizedTest
    @MethodSource("unusableClaims")
    void claimsThatCannotBeReadSeeNothingWithoutAnError(String claims) throws SQLException {
        try (var user = Session.claiming(claims, database.workerDataSource())) {
            assertThat(user.value("SELECT auth.uid()")).isEqualTo("NULL");
            assertThat(user.rows("SELECT user_id FROM public.export_history")).isEmpty();
            assertThat(user.rows("SELECT id FROM public.users")).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("unusableClaims")
    void aParallelWorkerCannotReadThemEither(String claims) throws SQLException {
        try (var user = Session.claiming(claims, database.workerDataSource())) {
            inParallel(user);
            assertThat(user.value("SELECT auth.uid()")).isEqualTo("NULL");
            assertThat(user.rows("SELECT user_id FROM public.export_history")).isEmpty();
            assertThat(user.rows("SELECT id FROM public.users")).isEmpty();
        }
    }

    @Test
    void aParallelWorkerFindsTheUserInEitherSetting() throws SQLException {
        try (var user = Session.claiming("{\"sub\": \"" + amelia + "\"}", database.workerDataSource())) {
            inParallel(user);
            assertThat(user.rows("SELECT id FROM public.users")).containsExactly(amelia.toString());

            user.rows("SELECT set_config('request.jwt.claim.sub', ?, true)", bruno.toString());
            assertThat(user.rows("SELECT id FROM public.users")).containsExactly(bruno.toString());
            // Before PostgreSQL 18, a worker may not run the block that catches claims which cannot be read.
            var may = Integer.parseInt(user.value("SHOW server_version_num")) >= 180_000;
            assertThat(user.rows("EXPLAIN SELECT id FROM public.users").get(0).contains("Gather"))
                    .isEqualTo(may);
        }
    }

    // Every plan that workers may execute is executed by one.
    private static void inParallel(Session session) throws SQLException {
        session.rows("""
                SELECT set_config(name, 'on', true)
                  FROM pg_settings
                 WHERE name IN ('debug_parallel_query', 'force_parallel_mode')
                """);
    }

    @Test
    void theUserIsFoundInEitherSetting() throws SQLException {
        try (var user = Session.claiming("", database.workerDataSource())) {
            user.rows("SELECT set_config('request.jwt.claim.sub', ?, true)", bruno.toString());
            assertThat(user.value("SELECT auth.uid()")).isEqualTo(bruno.toString());

            user.rows("SELECT set_config('request.jwt.claim.sub', '', true)");
            user.rows("SELECT set_config('request.jwt.claims', ?, true)", "{\"sub\": \"" + amelia + "\"}");
            assertThat(user.value("SELECT auth.uid()")).isEqualTo(amelia.toString());
        }
    }

    @Test
    void noClaimsAtAllSeeNothing() throws SQLException {
        try (var worker = Session.open(database.workerDataSource())) {
            worker.begin();
            worker.run("SET LOCAL ROLE authenticated");

            assertThat(worker.rows("SELECT user_id FROM public.user_progress")).isEmpty();
        }
    }
}
