package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Progress stays exact, and accounts deletable, whoever writes, by whatever statement, and however many at once.
 *
 * <p>{@code -Dsatchel.sessions} says how many sessions sixteen connections end, 5,000 unless said otherwise; 20,000 take a
 * minute or two.
 */
class ProgressConcurrencyIT {

    private static final int SESSIONS = Integer.getInteger("satchel.sessions", 5_000);
    private static final int CONNECTIONS = 16;

    private static final String TOTALS = """
            SELECT total_sessions, total_points, total_time_spent_minutes
              FROM public.user_progress
             WHERE user_id = ?
            """;

    private static final String STREAKS = """
            SELECT current_streak_days, longest_streak_days
              FROM public.user_progress
             WHERE user_id = ?
            """;

    private static final String WORDS = """
            SELECT mastered_words_count, learning_words_count, new_words_count
              FROM public.user_progress
             WHERE user_id = ?
            """;

    private static final String ACCURACY = """
            SELECT average_accuracy
              FROM public.user_progress
             WHERE user_id = ?
            """;

    private static final String DAY = """
            SELECT day
              FROM satchel.session_contribution
            """;

    @AutoClose
    private SampleDatabase database;

    @AutoClose
    private Session owner;

    private String start;

    @BeforeEach
    void open() throws SQLException {
        database = SampleDatabase.create();
        owner = Session.open(database.ownerDataSource());
        start = owner.value("SELECT now()");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 500})
    void sixteenConnectionsEndSessionsWhileAccountsAreDeleted(int count) throws Exception {
        ProgressOracle.log(owner);
        var users = addUsers(count);
        var leaving = addUsers(20);
        var ids = open(users, SESSIONS);
        var doomed = open(leaving, 1_000);
        var next = new AtomicInteger();
        var work = new ArrayList<Callable<Void>>();
        for (int connection = 1; connection < CONNECTIONS; connection++) {
            work.add(with(session -> {
                for (int index = next.getAndIncrement(); index < ids.size(); index = next.getAndIncrement()) {
                    end(session, ids.get(index));
                    if (index % 7 == 0) {
                        end(session, doomed.get(index / 7 % doomed.size()));
                    }
                }
            }));
        }
        work.add(with(session -> {
            for (int index = 0; index < leaving.size(); index++) {
                // Spread over the run, so that each meets sessions that end.
                while (next.get() < (index + 1) * SESSIONS / (leaving.size() + 1)) {
                    Thread.onSpinWait();
                }
                session.run("DELETE FROM public.users WHERE id = ?", leaving.get(index));
            }
        }));

        runAll(work);

        assertThat(owner.value("SELECT count(*), sum(total_sessions), sum(total_points) FROM public.user_progress"))
                .isEqualTo(count + " | " + SESSIONS + " | " + 30 * SESSIONS);
        assertExact();
        assertThat(ProgressOracle.forgotten(owner)).isEmpty();
        assertThat(ProgressOracle.forgottenActivity(owner)).isEmpty();
    }

    @Test
    void bulkUpdatesInOppositeOrderDoNotDeadlock() throws Exception {
        var users = addUsers(40);
        open(users, 400);
        // One half lies in the order of the users, the other the other way round.
        owner.run("UPDATE public.sessions SET device_type = 'up'");
        owner.run("""
                INSERT INTO public.sessions (user_id, session_type, started_at, device_type)
                SELECT user_id, session_type, started_at, 'down' FROM public.sessions ORDER BY user_id DESC
                """);
        var work = new ArrayList<Callable<Void>>();
        for (var half : List.of("up", "down", "up", "down")) {
            work.add(with(session -> {
                for (int round = 0; round < 20; round++) {
                    session.run("""
                            UPDATE public.sessions SET ended_at = started_at + ? * interval '1 minute' WHERE id IN (
                                   SELECT id FROM public.sessions WHERE device_type = ? ORDER BY id FOR UPDATE)
                            """, round, half);
                }
            }));
        }

        runAll(work);

        assertThat(owner.value("SELECT sum(total_sessions), sum(total_time_spent_minutes) FROM public.user_progress"))
                .isEqualTo("800 | " + 800 * 19);
        assertExact();
    }

    @Test
    void bulkStatementsOfEveryKindDoNotDeadlock() throws Exception {
        var users = addUsers(40);
        open(users, 200);
        owner.run("UPDATE public.sessions SET ended_at = started_at");
        owner.run("INSERT INTO public.vocabulary_items (spanish_text, english_translation) VALUES ('sí', 'yes')");
        owner.run("INSERT INTO public.learning_progress (user_id, vocabulary_item_id)"
                + " SELECT users.id, item.id FROM public.users, public.vocabulary_items AS item");
        var kinds = List.of(
                "INSERT INTO public.sessions (user_id, session_type, started_at, ended_at, device_type)"
                        + " SELECT id, 'qa', '2026-01-01Z', '2026-01-01 00:01Z', 'new' FROM public.users ORDER BY id",
                "INSERT INTO public.sessions (user_id, session_type, started_at, ended_at, device_type)"
                        + " SELECT id, 'qa', '2026-01-02Z', '2026-01-02 00:01Z', 'new' FROM public.users ORDER BY id DESC",
                "UPDATE public.sessions SET images_processed = images_processed + 1 WHERE device_type IS NULL",
                "UPDATE public.learning_progress SET learning_phase ="
                        + " CASE learning_phase WHEN 'new' THEN 'mastered' ELSE 'new' END::public.learning_phase");
        var work = new ArrayList<Callable<Void>>();
        for (var kind : kinds) {
            work.add(with(session -> {
                for (int round = 0; round < 40; round++) {
                    session.run(kind);
                }
            }));
        }

        runAll(work);

        assertThat(owner.value("SELECT sum(total_sessions), sum(total_images) FROM public.user_progress"))
                .isEqualTo(40 * 80 + 200 + " | " + 40 * 200);
        assertExact();
    }

    @Test
    void endingASessionAThousandTimesCountsOnce() throws SQLException {
        var user = owner.addUser();
        var id = open(List.of(user), 1).get(0);

        for (int time = 0; time < 1_000; time++) {
            owner.run("UPDATE public.sessions SET ended_at = started_at + ? * interval '1 second'", time);
        }
        end(owner, id);

        assertThat(owner.value(TOTALS, user)).isEqualTo("1 | 30 | 10");
        assertExact();
    }

    @Test
    void sixteenConnectionsEndTheSameSession() throws Exception {
        var user = owner.addUser();
        var id = open(List.of(user), 1).get(0);
        var work = new ArrayList<Callable<Void>>();
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            work.add(with(session -> {
                for (int time = 0; time < 63; time++) {
                    end(session, id);
                }
            }));
        }

        runAll(work);

        assertThat(owner.value(TOTALS, user)).isEqualTo("1 | 30 | 10");
        assertExact();
    }

    @Test
    void anAccountWithTenThousandSessionsIsDeleted() throws SQLException {
        var user = owner.addUser();
        open(List.of(user), 10_000);
        owner.run("UPDATE public.sessions SET ended_at = started_at + interval '10 minutes'");
        assertThat(owner.value(TOTALS, user)).isEqualTo("10000 | 300000 | 100000");

        assertThat(owner.run("DELETE FROM public.users WHERE id = ?", user)).isEqualTo(1);

        assertThat(owner.value("SELECT count(*) FROM satchel.session_contribution"))
                .isEqualTo("0");
        assertExact();
    }

    @Test
    void usersEndTheirSessionsButCannotWriteTheirTotals() throws SQLException {
        var user = owner.addUser();
        try (var own = Session.speakingFor(user, database.workerDataSource())) {
            own.run(
                    "INSERT INTO public.sessions (user_id, session_type, qa_attempts, qa_correct) VALUES (?, 'qa', 1, 1)",
                    user);
            assertThat(own.run("UPDATE public.sessions SET ended_at = started_at"))
                    .isEqualTo(1);

            assertThat(own.value(TOTALS, user)).isEqualTo("1 | 10 | 0");
            assertThatThrownBy(() -> own.run("UPDATE public.user_progress SET total_points = 7"))
                    .hasMessageContaining("permission denied for table user_progress");
        }
        for (var forbidden : List.of(
                "INSERT INTO public.user_progress (user_id) VALUES ('" + user + "')",
                "DELETE FROM public.user_progress",
                "UPDATE satchel.session_contribution SET points = 7",
                "SELECT satchel.refresh_progress(ARRAY ['" + user + "'::uuid])",
                "SELECT satchel.backfill_progress(NULL, 1)")) {
            try (var own = Session.speakingFor(user, database.workerDataSource())) {
                assertThatThrownBy(() -> own.run(forbidden)).as(forbidden).hasMessageContaining("permission denied");
            }
        }
    }

    @Test
    void purgingAndRestoringLeaveWhatWasCounted() throws SQLException {
        var user = owner.addUser();
        end(owner, open(List.of(user), 1).get(0));
        owner.run("CREATE TABLE public.kept AS TABLE public.sessions");

        owner.run("DELETE FROM public.sessions");
        assertThat(owner.value(TOTALS, user)).isEqualTo("1 | 30 | 10");
        owner.run("INSERT INTO public.sessions TABLE public.kept");

        assertThat(owner.value(TOTALS, user)).isEqualTo("1 | 30 | 10");
        assertExact();
    }

    @Test
    void aSessionIsRestoredToWhatItSaysThen() throws SQLException {
        var user = owner.addUser();
        end(owner, open(List.of(user), 1).get(0));
        owner.run("CREATE TABLE public.kept AS TABLE public.sessions");
        owner.run("DELETE FROM public.sessions");

        owner.run("UPDATE public.kept SET ended_at = NULL");
        owner.run("INSERT INTO public.sessions TABLE public.kept");

        assertThat(owner.value(TOTALS, user)).isEqualTo("0 | 0 | 0");
        assertExact();
    }

    @Test
    void aSessionOfAnotherIdCountsOnce() throws SQLException {
        var user = owner.addUser();
        end(owner, open(List.of(user), 1).get(0));

        owner.run("UPDATE public.sessions SET id = gen_random_uuid()");

        assertThat(owner.value(TOTALS, user)).isEqualTo("1 | 30 | 10");
        assertExact();
    }

    @Test
    void copiedSessionsCount() throws SQLException {
        var user = owner.addUser();
        var lines = new StringBuilder();
        for (int minute = 10; minute < 60; minute++) {
            lines.append("%s\tqa\t2026-01-01 12:00Z\t2026-01-01 12:%dZ\t1\n".formatted(user, minute));
        }

        owner.copy(
                "COPY public.sessions (user_id, session_type, started_at, ended_at, qa_correct) FROM STDIN",
                lines.toString());

        assertThat(owner.value(TOTALS, user)).isEqualTo("50 | 500 | " + (10 + 59) * 50 / 2);
        assertExact();
    }

    @Test
    void anUpsertThatInsertsAndUpdatesCountsEachOnce() throws SQLException {
        var user = owner.addUser();
        var id = open(List.of(user), 1).get(0);
        for (int time = 0; time < 3; time++) {
            owner.run("""
                    INSERT INTO public.sessions (id, user_id, session_type, started_at, ended_at, vocabulary_learned)
                    VALUES (?, ?, 'qa', '2026-01-01Z', '2026-01-01 00:10Z', 2), (?, ?, 'qa', '2026-01-01Z', NULL, 2)
                        ON CONFLICT (id) DO UPDATE
                       SET ended_at = excluded.ended_at, vocabulary_learned = excluded.vocabulary_learned
                    """, id, user, UUID.randomUUID(), user);
        }

        // Two descriptions fewer than none: 3 attempts, 1 correct, 2 words.
        assertThat(owner.value(TOTALS, user)).isEqualTo("1 | 40 | 10");
        assertExact();
    }

    @Test
    void oneStatementMayChangeSessionsInSeveralWays() throws SQLException {
        var users = addUsers(2);
        var ids = open(users, 4);

        owner.run("""
                WITH ended AS (
                    UPDATE public.sessions SET ended_at = started_at + interval '1 minute' WHERE id = ?
                ), moved AS (
                    UPDATE public.sessions SET user_id = ?, ended_at = started_at WHERE id = ?
                ), gone AS (
                    DELETE FROM public.sessions WHERE id = ?
                )
                INSERT INTO public.sessions (user_id, session_type, started_at, ended_at)
                SELECT user_id, 'qa', started_at, started_at + interval '1 hour' FROM public.sessions WHERE id = ?
                """, ids.get(0), users.get(0), ids.get(1), ids.get(2), ids.get(3));

        assertThat(owner.value("SELECT sum(total_sessions), sum(total_time_spent_minutes) FROM public.user_progress"))
                .isEqualTo("3 | 61");
        assertExact();
    }

    @Test
    void truncatingIsRefusedWithAReasonAndAWayOut() throws SQLException {
        var user = owner.addUser();
        end(owner, open(List.of(user), 1).get(0));

        assertThatThrownBy(() -> owner.run("TRUNCATE public.sessions CASCADE"))
                .hasMessageContaining("TRUNCATE of public.sessions is refused: user_progress could not follow it")
                .hasMessageContaining("No trigger is shown the rows that a TRUNCATE removes.")
                .hasMessageContaining("Use DELETE.");
        assertThatThrownBy(() -> owner.run("TRUNCATE public.learning_progress"))
                .hasMessageContaining("TRUNCATE of public.learning_progress is refused");

        assertThat(owner.value(TOTALS, user)).isEqualTo("1 | 30 | 10");
    }

    @Test
    void wordsAreCountedByPhase() throws SQLException {
        var users = addUsers(2);
        var user = users.get(0);
        owner.run("INSERT INTO public.vocabulary_items (spanish_text, english_translation)"
                + " SELECT 'palabra', 'word' FROM generate_series(1, 7)");
        owner.run(
                "INSERT INTO public.learning_progress (user_id, vocabulary_item_id)"
                        + " SELECT ?, id FROM public.vocabulary_items",
                user);
        assertThat(owner.value(WORDS, user)).isEqualTo("0 | 0 | 7");
        owner.run("UPDATE public.learning_progress SET learning_phase = phase::public.learning_phase"
                + " FROM (SELECT id AS numbered, (ARRAY ['new', 'learning', 'review', 'mastered', 'mastered',"
                + " 'mastered', NULL])[row_number() OVER ()] AS phase FROM public.learning_progress) AS n"
                + " WHERE id = numbered");
        assertThat(owner.value(WORDS, user)).isEqualTo("3 | 2 | 1");

        owner.run("DELETE FROM public.learning_progress WHERE learning_phase = 'mastered'");
        assertThat(owner.value(WORDS, user)).isEqualTo("0 | 2 | 1");

        owner.run("UPDATE public.learning_progress SET user_id = ? WHERE learning_phase = 'review'", users.get(1));
        assertThat(owner.value(WORDS, user)).isEqualTo("0 | 1 | 1");
        assertThat(owner.value(WORDS, users.get(1))).isEqualTo("0 | 1 | 0");
        assertExact();
    }

    @Test
    void sixteenConnectionsChangeWordsAndEndSessions() throws Exception {
        var users = addUsers(3);
        var ids = open(users, 320);
        owner.run("INSERT INTO public.vocabulary_items (spanish_text, english_translation)"
                + " SELECT 'palabra', 'word' FROM generate_series(1, 20)");
        var items = owner.rows("SELECT id FROM public.vocabulary_items");
        var work = new ArrayList<Callable<Void>>();
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            int number = connection;
            work.add(with(session -> {
                for (int index = 0; index < 20; index++) {
                    session.run(
                            """
                            INSERT INTO public.learning_progress (user_id, vocabulary_item_id) VALUES (?, ?)
                                ON CONFLICT (user_id, vocabulary_item_id) DO UPDATE
                               SET learning_phase = (ARRAY ['learning', 'review', 'mastered', NULL, 'new'])[?]
                                                        ::public.learning_phase
                            """,
                            users.get((number + index) % 3),
                            UUID.fromString(items.get(index)),
                            1 + (number + index) % 5);
                    end(session, ids.get(number * 20 + index));
                }
            }));
        }

        runAll(work);

        assertThat(owner.value("SELECT sum(total_sessions) FROM public.user_progress"))
                .isEqualTo("320");
        assertExact();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void aStreakThatBrokeIsEndedWithoutASession(int daysAgo) throws SQLException {
        var user = owner.addUser();
        owner.run("""
                INSERT INTO public.sessions (user_id, session_type, ended_at)
                SELECT ?, 'qa', now() - day * interval '1 day' FROM generate_series(?::integer, ?::integer + 3) AS day
                """, user, daysAgo, daysAgo);
        assertThat(owner.value(STREAKS, user)).isEqualTo("0 | 4");
        // As the last session left it.
        owner.run("UPDATE public.user_progress SET current_streak_days = 4");

        assertThat(owner.value("SELECT satchel.end_broken_streaks(10)")).isEqualTo("1");

        assertThat(owner.value(STREAKS, user)).isEqualTo("0 | 4");
        assertThat(owner.value("SELECT satchel.end_broken_streaks(10)")).isEqualTo("0");
    }

    @Test
    void brokenStreaksAreEndedByAtMostSoMany() throws SQLException {
        for (var user : addUsers(5)) {
            owner.run(
                    "INSERT INTO public.sessions (user_id, session_type, ended_at)"
                            + " VALUES (?, 'qa', now() - interval '9 days')",
                    user);
        }
        owner.run("UPDATE public.user_progress SET current_streak_days = 1");

        assertThat(List.of(
                        owner.value("SELECT satchel.end_broken_streaks(2)"),
                        owner.value("SELECT satchel.end_broken_streaks(2)"),
                        owner.value("SELECT satchel.end_broken_streaks(2)"),
                        owner.value("SELECT satchel.end_broken_streaks(2)")))
                .containsExactly("2", "2", "1", "0");
        assertExact();
    }

    @Test
    void aStreakLivesUntilTheEndOfTheDayAfterItsLast() throws SQLException {
        var zones = List.of("Pacific/Apia", "UTC", "America/Los_Angeles");
        for (int daysAgo = 0; daysAgo <= 2; daysAgo++) {
            for (var zone : zones) {
                var user = owner.addUser();
                owner.run("INSERT INTO satchel.user_zone VALUES (?, '2000-01-01Z', ?)", user, zone);
                // Noon of the day before that day, and of that day, where the user is.
                owner.run("""
                        INSERT INTO public.sessions (user_id, session_type, ended_at)
                        SELECT ?, 'qa', (date_trunc('day', now() AT TIME ZONE ?) + interval '12 hours'
                                             - n * interval '1 day') AT TIME ZONE ?
                          FROM unnest(ARRAY [?::integer, ?::integer]) AS n
                        """, user, zone, zone, daysAgo, daysAgo + 1);

                assertThat(owner.value(STREAKS, user))
                        .as("%d days ago in %s", daysAgo, zone)
                        // Midnight may have come between the two statements.
                        .isIn(
                                daysAgo == 0
                                        ? List.of("2 | 2")
                                        : daysAgo == 1 ? List.of("2 | 2", "0 | 2") : List.of("0 | 2"));
            }
        }
        assertExact();
    }

    @Test
    void aChangeOfZoneRewritesNoDayUntilTheEndOrTheUserChanges() throws SQLException {
        var user = owner.addUser();
        var other = owner.addUser();
        owner.run(
                "INSERT INTO public.sessions (user_id, session_type, started_at, ended_at)"
                        + " VALUES (?, 'qa', '2026-01-01 23:00Z', '2026-01-01 23:30Z')",
                user);
        owner.run("INSERT INTO satchel.user_zone VALUES (?, '2000-01-01Z', 'Pacific/Apia')", user);
        owner.run("CREATE TABLE public.kept AS TABLE public.sessions");

        for (var change : List.of(
                "UPDATE public.sessions SET qa_attempts = 4",
                "UPDATE public.sessions SET started_at = '2026-01-01 22:00Z'",
                "UPDATE public.sessions SET ended_at = ended_at",
                "DELETE FROM public.sessions",
                "INSERT INTO public.sessions TABLE public.kept")) {
            owner.run(change);
            assertThat(owner.value(DAY)).as(change).isEqualTo("2026-01-01");
        }
        owner.run("UPDATE public.sessions SET ended_at = '2026-01-01 23:31Z'");
        assertThat(owner.value(DAY)).isEqualTo("2026-01-02");
        owner.run("UPDATE public.sessions SET user_id = ?", other);
        assertThat(owner.value(DAY)).isEqualTo("2026-01-01");
        assertExact();
    }

    @Test
    void triggersOfTheApplicationThatChangeTheSessionAreFollowed() throws SQLException {
        owner.run("""
                CREATE FUNCTION public.cap_counts() RETURNS trigger LANGUAGE plpgsql AS $function$
                BEGIN
                    NEW.qa_attempts := least(NEW.qa_attempts, 2);
                    RETURN NEW;
                END
                $function$;
                CREATE TRIGGER a_cap_counts BEFORE INSERT OR UPDATE ON public.sessions
                    FOR EACH ROW EXECUTE FUNCTION public.cap_counts();
                CREATE FUNCTION public.reward() RETURNS trigger LANGUAGE plpgsql AS $function$
                BEGIN
                    UPDATE public.sessions SET vocabulary_learned = vocabulary_learned + 1
                     WHERE id = NEW.id AND vocabulary_learned < 3;
                    RETURN NULL;
                END
                $function$;
                CREATE TRIGGER a_reward AFTER INSERT OR UPDATE OF ended_at ON public.sessions
                    FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION public.reward();
                CREATE FUNCTION public.close_others() RETURNS trigger LANGUAGE plpgsql AS $function$
                BEGIN
                    UPDATE public.sessions SET ended_at = started_at
                     WHERE user_id IN (SELECT user_id FROM came) AND ended_at IS NULL;
                    DELETE FROM public.sessions WHERE id IN (SELECT id FROM came) AND device_type = 'doomed';
                    RETURN NULL;
                END
                $function$;
                CREATE TRIGGER zz_close_others AFTER UPDATE ON public.sessions REFERENCING NEW TABLE AS came
                    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.close_others();
                CREATE TRIGGER a_close_others AFTER UPDATE ON public.sessions REFERENCING NEW TABLE AS came
                    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.close_others();
                """);
        var user = owner.addUser();
        var ids = open(List.of(user), 3);

        end(owner, ids.get(0));
        owner.run("UPDATE public.sessions SET device_type = 'doomed', qa_attempts = 9 WHERE id = ?", ids.get(1));
        owner.run(
                "INSERT INTO public.sessions (user_id, session_type, ended_at, vocabulary_learned)"
                        + " VALUES (?, 'qa', '2026-01-02Z', 1)",
                user);

        assertThat(owner.value("SELECT count(*), sum(qa_attempts), sum(vocabulary_learned) FROM public.sessions"))
                .isEqualTo("3 | 4 | 6");
        assertThat(owner.value("SELECT total_sessions, total_questions_answered, total_vocabulary_learned"
                        + " FROM public.user_progress"))
                .isEqualTo("4 | 6 | 8");
        assertExact();
    }

    @Test
    void aTriggerOfTheApplicationMayDeleteTheSessionThatEnds() throws SQLException {
        owner.run("""
                CREATE FUNCTION public.archive() RETURNS trigger LANGUAGE plpgsql AS $function$
                BEGIN
                    DELETE FROM public.sessions WHERE id = NEW.id;
                    RETURN NULL;
                END
                $function$;
                CREATE TRIGGER a_archive AFTER UPDATE OF ended_at ON public.sessions
                    FOR EACH ROW EXECUTE FUNCTION public.archive();
                """);
        var user = owner.addUser();
        var ids = open(List.of(user), 2);

        end(owner, ids.get(0));
        end(owner, ids.get(1));

        assertThat(owner.value("SELECT count(*) FROM public.sessions")).isEqualTo("0");
        assertThat(owner.value(TOTALS, user)).isEqualTo("2 | 60 | 20");
        assertExact();
    }

    @Test
    void aTriggerOfTheApplicationMayReopenTheSessionThatEnds() throws SQLException {
        owner.run("""
                CREATE FUNCTION public.reopen() RETURNS trigger LANGUAGE plpgsql AS $function$
                BEGIN
                    UPDATE public.sessions SET ended_at = NULL WHERE id = NEW.id;
                    RETURN NULL;
                END
                $function$;
                CREATE TRIGGER a_reopen AFTER INSERT OR UPDATE OF ended_at ON public.sessions
                    FOR EACH ROW WHEN (NEW.ended_at = NEW.started_at) EXECUTE FUNCTION public.reopen();
                """);
        var user = owner.addUser();
        var ids = open(List.of(user), 2);

        owner.run("UPDATE public.sessions SET ended_at = started_at WHERE id = ?", ids.get(0));
        end(owner, ids.get(1));
        owner.run(
                "INSERT INTO public.sessions (user_id, session_type, started_at, ended_at) VALUES (?, 'qa', now(), now())",
                user);

        assertThat(owner.value(TOTALS, user)).isEqualTo("1 | 30 | 10");
        assertExact();
    }

    @Test
    void progressThatIsDeletedIsComputedAgainFromWhatExists() throws SQLException {
        var user = owner.addUser();
        owner.run("INSERT INTO satchel.user_zone VALUES (?, '2000-01-01Z', 'Pacific/Apia')", user);
        end(owner, open(List.of(user), 1).get(0));
        var id = open(List.of(user), 1).get(0);

        owner.run("DELETE FROM public.user_progress");
        assertThat(owner.value("SELECT (SELECT count(*) FROM satchel.session_contribution),"
                        + " (SELECT count(*) FROM satchel.progress_total), (SELECT count(*) FROM satchel.user_zone)"))
                .isEqualTo("0 | 0 | 1");
        owner.rows("SELECT satchel.backfill_progress(NULL, 10)");
        end(owner, id);

        assertThat(owner.value(TOTALS, user)).isEqualTo("2 | 60 | 20");
        assertExact();
    }

    @Test
    void noCounterOrMomentKeepsASessionFromEnding() throws SQLException {
        var user = owner.addUser();
        owner.run("""
                INSERT INTO public.sessions (user_id, session_type, started_at, ended_at, descriptions_generated,
                                             images_processed, qa_attempts, qa_correct, vocabulary_learned)
                VALUES (?, 'qa', NULL, now(), NULL, NULL, NULL, NULL, NULL),
                       (?, 'qa', '-infinity', now(), 2147483647, 2147483647, 2147483647, 2147483647, 2147483647),
                       (?, 'qa', now(), '-infinity', 1, 1, 1, 1, 1),
                       (?, 'qa', now(), 'infinity', 1, 1, 1, 1, 1),
                       (?, 'qa', '0001-01-01Z', '9999-12-30Z', 2147483647, -1, 2147483647, 2147483647, 2147483647),
                       (?, 'qa', '4713-01-01 BC', '5000-12-31Z', -2147483648, -1, -1, -1, -1)
                """, user, user, user, user, user, user);

        assertThat(owner.value("""
                SELECT total_sessions, total_descriptions, total_images, total_questions_answered,
                       total_vocabulary_learned, total_points, average_accuracy
                  FROM public.user_progress
                """))
                .isEqualTo("4 | 2147483647 | 2147483647 | 2147483647 | 2147483647 | 2147483647 | 100.00");
        assertExact();
    }

    @Test
    void accuracyIsRoundedHalfUp() throws SQLException {
        // 1 of 800 is 0.125 and 3 of 800 is 0.375 per cent; 1 of 3 is below the half.
        for (var each : List.of(
                "1 800 0.13",
                "3 800 0.38",
                "1 3 33.33",
                "2 3 66.67",
                "0 5 0.00",
                "5 0 0.00",
                "7 5 100.00",
                "39999 40000 100.00")) {
            var parts = each.split(" ");
            var user = owner.addUser();
            owner.run(
                    "INSERT INTO public.sessions (user_id, session_type, ended_at, qa_correct, qa_attempts)"
                            + " VALUES (?, 'qa', now(), ?, ?)",
                    user,
                    Integer.valueOf(parts[0]),
                    Integer.valueOf(parts[1]));

            assertThat(owner.value(ACCURACY, user)).as(each).isEqualTo(parts[2]);
            writeAnew(user);
            assertThat(owner.value(ACCURACY, user)).as(each).isEqualTo(parts[2]);
        }
        assertExact();
    }

    @Test
    void sumsBeyondAnIntegerAreShownAsTheGreatestOne() throws SQLException {
        var user = owner.addUser();
        var ids = open(List.of(user), 1);
        owner.run("""
                UPDATE satchel.progress_total
                   SET sessions = 3000000000, descriptions = 3000000000, images = 3000000000, qa_attempts = 3000000000,
                       vocabulary = 3000000000, seconds = 180000000000, points = 3000000000
                """);
        var shown = """
                SELECT total_sessions, total_descriptions, total_images, total_questions_answered,
                       total_vocabulary_learned, total_time_spent_minutes, total_points
                  FROM public.user_progress
                """;
        var greatest = String.join(" | ", Collections.nCopies(7, "2147483647"));

        end(owner, ids.get(0));
        assertThat(owner.value(shown)).isEqualTo(greatest);
        owner.run("UPDATE public.user_progress SET total_sessions = 0, total_points = 0");
        writeAnew(user);
        assertThat(owner.value(shown)).isEqualTo(greatest);
        assertThat(owner.value("SELECT sessions FROM satchel.progress_total")).isEqualTo("3000000001");
    }

    @Test
    void minutesAreTheWholeOnesOfAllSeconds() throws SQLException {
        var user = owner.addUser();
        for (int session = 1; session <= 4; session++) {
            owner.run(
                    "INSERT INTO public.sessions (user_id, session_type, started_at, ended_at)"
                            + " VALUES (?, 'qa', '2026-01-01Z', '2026-01-01 00:00:29.999999Z')",
                    user);
        }
        assertThat(owner.value(TOTALS, user)).isEqualTo("4 | 0 | 1");

        owner.run(
                "INSERT INTO public.sessions (user_id, session_type, started_at, ended_at)"
                        + " VALUES (?, 'qa', '2026-01-01Z', '2026-01-01 00:00:00.000004Z')",
                user);

        assertThat(owner.value(TOTALS, user)).isEqualTo("5 | 0 | 2");
        assertExact();
    }

    /** Makes what irregular changes and the backfill make. */
    private void writeAnew(UUID user) throws SQLException {
        owner.rows("SELECT satchel.refresh_progress(ARRAY [?::uuid])", user);
    }

    private void assertExact() throws SQLException {
        assertThat(ProgressOracle.driftSince(start, owner)).isEmpty();
    }

    private List<UUID> addUsers(int count) throws SQLException {
        return owner.rows("""
                        INSERT INTO public.users (id, email)
                        SELECT gen_random_uuid(), gen_random_uuid() || '@example.org' FROM generate_series(1, ?)
                        RETURNING id
                        """, count).stream().map(UUID::fromString).toList();
    }

    /** Opens sessions that are worth 30 points each. */
    private List<UUID> open(List<UUID> users, int sessions) throws SQLException {
        return owner.rows("""
                        INSERT INTO public.sessions (user_id, session_type, descriptions_generated, qa_attempts,
                                                     qa_correct, vocabulary_learned, started_at)
                        SELECT (?::uuid[])[1 + n % ?], 'mixed', NULL, 3, 1, 1, '2026-01-01Z'
                          FROM generate_series(1, ?) AS n
                        RETURNING id
                        """, users.toArray(UUID[]::new), users.size(), sessions).stream()
                .map(UUID::fromString)
                .toList();
    }

    private static void end(Session session, UUID id) throws SQLException {
        session.run("UPDATE public.sessions SET ended_at = started_at + interval '10 minutes' WHERE id = ?", id);
    }

    private interface Work {
        void doWith(Session session) throws SQLException;
    }

    private Callable<Void> with(Work work) {
        return () -> {
            try (var session = Session.open(database.ownerDataSource())) {
                work.doWith(session);
            }
            return null;
        };
    }

    private static void runAll(List<Callable<Void>> work) throws InterruptedException, ExecutionException {
        var threads = Executors.newFixedThreadPool(work.size());
        try {
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
