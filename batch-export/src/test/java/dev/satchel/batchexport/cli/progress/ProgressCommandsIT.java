package dev.satchel.batchexport.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.migrations.SampleDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Progress as an operator meets it: counted when Satchel comes, looked after every night, and put right when it is not. */
class ProgressCommandsIT {

    private static final String SOMEBODY = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    @AutoClose
    private SampleDatabase database;

    @BeforeEach
    void open() {
        // The roles belong to the server, which this makes sure of.
        SampleDatabase.create().close();
        database = SampleDatabase.createUnmigratedWithLearners().ensureWorker();
    }

    @Nested
    class Migrating {

        @Test
        void countsWhoWasThereBeforeAndOnlyOnce() throws SQLException {
            assertThat(asOwner("migrate").succeeded()).endsWith("counted the progress of 25 users");
            assertThat(asOwner("migrate").succeeded())
                    .startsWith("nothing to do")
                    .doesNotContain("counted");

            assertThat(value("""
                            SELECT count(*)
                              FROM public.user_progress AS progress
                             WHERE total_sessions = (SELECT count(*)
                                                       FROM public.sessions
                                                      WHERE user_id = progress.user_id
                                                        AND ended_at IS NOT NULL)
                               AND total_sessions > 0
                            """)).isEqualTo("25");
            assertThat(asWorker("progress", "reconcile").succeeded())
                    .isEqualTo("25 users looked at, 0 differences found");
        }

        @Test
        void rebuildsWhatTheEarlierTablesClaimed() throws SQLException {
            execute(resource("/db/sample/earlier-tables.sql"));
            execute(resource("/db/sample/earlier-rows.sql"));

            asOwner("migrate").succeeded();

            assertThat(value("SELECT count(*) FROM satchel.adopted_user_progress WHERE average_accuracy > 100"))
                    .isNotEqualTo("0");
            assertThat(asWorker("progress", "reconcile").succeeded()).endsWith(" 0 differences found");
        }

        @Test
        void goesOnWhereItWasStopped() throws SQLException {
            asOwner("migrate").succeeded();
            execute("DELETE FROM satchel.progress_total WHERE user_id = '" + SOMEBODY + "'");
            execute("UPDATE public.user_progress SET total_sessions = 0 WHERE user_id = '" + SOMEBODY + "'");
            execute("DELETE FROM satchel.session_contribution WHERE user_id = '" + SOMEBODY + "'");

            Result verified = asOwner("verify");
            assertThat(verified.exit()).isEqualTo(1);
            assertThat(verified.out())
                    .contains(
                            "FAILED  progress of every user: expected counted, found 1 users wait; run: satchel migrate");

            assertThat(asOwner("migrate").succeeded()).endsWith("counted the progress of 1 users");
            assertThat(asOwner("verify").succeeded()).contains("ok      progress of every user: counted");
            assertThat(asWorker("progress", "reconcile").succeeded()).endsWith(" 0 differences found");
        }
    }

    @Nested
    class Reconciling {

        @BeforeEach
        void migrate() {
            asOwner("migrate").succeeded();
        }

        @Test
        void findsACreditOfASessionThatDoesNotCount() throws SQLException {
            execute("ALTER TABLE public.sessions DISABLE TRIGGER USER");
            execute("UPDATE public.sessions SET ended_at = NULL WHERE user_id = '" + SOMEBODY + "'");
            execute("ALTER TABLE public.sessions ENABLE TRIGGER USER");

            assertThat(asWorker("progress", "reconcile").out())
                    .contains("contribution of session ", ": expected none, found ");
            asWorker("progress", "reconcile", "--repair").succeeded();

            assertThat(value("SELECT total_sessions FROM public.user_progress WHERE user_id = '" + SOMEBODY + "'"))
                    .isEqualTo("0");
        }

        @Test
        void leavesTheCreditsOfDeletedSessionsAlone() throws SQLException {
            var before = value("SELECT sum(total_points) FROM public.user_progress");
            execute("DELETE FROM public.sessions");
            execute("UPDATE satchel.progress_total SET points = 0");

            asWorker("progress", "reconcile", "--repair").succeeded();

            assertThat(value("SELECT sum(total_points) FROM public.user_progress"))
                    .isEqualTo(before);
        }

        @Test
        void printsJson() throws SQLException {
            execute("UPDATE public.user_progress SET total_points = 7 WHERE user_id = '" + SOMEBODY + "'");

            Result found = asWorker("progress", "reconcile", "--json");

            assertThat(found.exit()).isEqualTo(1);
            var drifts = JsonMapper.shared().readTree(found.out());
            assertThat(drifts).hasSize(1);
            assertThat(drifts.get(0).get("user").asString()).isEqualTo(SOMEBODY);
            assertThat(drifts.get(0).get("what").asString()).isEqualTo("total_points");
            assertThat(drifts.get(0).get("found").asString()).isEqualTo("7");
        }

        @Test
        void waitsForAUserWhoseSessionIsEnding() throws Exception {
            try (Connection ending = database.ownerDataSource().getConnection();
                    Statement statement = ending.createStatement()) {
                ending.setAutoCommit(false);
                statement.execute("UPDATE public.sessions SET qa_correct = 99, ended_at = now() WHERE user_id = '"
                        + SOMEBODY + "'");
                var result = new Result[1];
                var reconciling = new Thread(() -> result[0] = asWorker("progress", "reconcile"));
                reconciling.start();
                while (!value("SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"
                                + " AND query LIKE '%lock_progress%' AND datname = current_database()")
                        .equals("1")) {
                    assertThat(reconciling.isAlive()).isTrue();
                    Thread.sleep(20);
                }
                ending.commit();
                reconciling.join();

                assertThat(result[0].succeeded()).isEqualTo("25 users looked at, 0 differences found");
            }
        }
    }

    @Nested
    class CleaningUp {

        @TempDir
        Path folder;

        @Test
        void endsStreaksThatNoSessionKeptAlive() throws SQLException {
            asOwner("migrate").succeeded();
            execute("DELETE FROM satchel.session_contribution");
            execute("""
                    INSERT INTO public.sessions (user_id, session_type, started_at, ended_at)
                    SELECT id, 'qa', now() - n * interval '1 day', now() - n * interval '1 day'
                      FROM public.users, generate_series(0, 2) AS n
                     WHERE id IN (SELECT id FROM public.users ORDER BY id LIMIT 10)
                    """);
            asWorker("progress", "reconcile", "--repair");
            // What two days without a session do.
            execute("UPDATE satchel.session_contribution SET day = day - 2");
            execute("UPDATE satchel.progress_total SET run_from = run_from - 2, run_to = run_to - 2");
            var alive = value("SELECT count(*) FROM public.user_progress WHERE current_streak_days > 0");
            assertThat(Integer.parseInt(alive)).isGreaterThanOrEqualTo(10);

            assertThat(cleanUp().succeeded()).contains("ended " + alive + " streaks");

            assertThat(value("SELECT count(*) FROM public.user_progress WHERE current_streak_days > 0"))
                    .isEqualTo("0");
            assertThat(value("SELECT count(*) FROM public.user_progress WHERE longest_streak_days >= 3"))
                    .isNotEqualTo("0");
            assertThat(cleanUp().succeeded()).contains("ended 0 streaks");
        }

        @Test
        void forgetsWhatIsLeftOfUsersWhoAreGone() throws SQLException {
            asOwner("migrate").succeeded();
            execute("UPDATE satchel.session_contribution SET user_id = gen_random_uuid() WHERE user_id = '" + SOMEBODY
                    + "'");

            cleanUp().succeeded();

            assertThat(
                            value(
                                    "SELECT count(*) FROM satchel.session_contribution WHERE user_id NOT IN (SELECT id FROM public.users)"))
                    .isEqualTo("0");
        }

        private Result cleanUp() {
            return Installation.satchel(
                    Map.of(
                            "DATABASE_URL",
                            database.workerUrl(),
                            "SATCHEL_STORE",
                            folder.toUri().toString()),
                    "cleanup");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"progress", "progress reconcile --users", "progress mend"})
    void refusesAWrongCall(String call) {
        assertThat(asWorker(call.split(" ")).exit()).isEqualTo(2);
    }

    private Result asOwner(String... arguments) {
        return Installation.satchel(Map.of("DATABASE_URL", database.ownerUrl()), arguments);
    }

    private Result asWorker(String... arguments) {
        return Installation.satchel(Map.of("DATABASE_URL", database.workerUrl()), arguments);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.ownerDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String value(String query) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private static String resource(String name) {
        try (var file = ProgressCommandsIT.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }
}
