package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The progress of users who were there before Satchel counts the sessions that existed when it came, whatever happens before
 * the backfill reaches them.
 *
 * <p>{@code -Dsatchel.backfill.users=100000} makes the large run, ten sessions for each user.
 */
class ProgressBackfillIT {

    private static final String FOREIGN_KEY_VIOLATION = "23503";

    private static final int USERS = Integer.getInteger("satchel.backfill.users", 1_000);
    private static final int SESSIONS_EACH = 10;

    private static final String TOTALS = """
            SELECT total_sessions, total_points, total_time_spent_minutes, current_streak_days, longest_streak_days
              FROM public.user_progress
             WHERE user_id = ?
            """;

    private static final String IS_ANYBODY_LEFT = """
            SELECT EXISTS (SELECT FROM public.users WHERE id NOT IN (SELECT user_id FROM satchel.progress_total))
            """;

    @AutoClose
    private SampleDatabase database;

    @AutoClose
    private Session owner;

    private String start;

    @BeforeEach
    void open() throws SQLException {
        database = SampleDatabase.createUnmigrated();
        owner = Session.open(database.ownerDataSource());
        // Who waits for somebody else in the same test must fail and not hang.
        owner.run("SET lock_timeout = '10s'");
        start = owner.value("SELECT now()");
    }

    @Test
    void existingSessionsAndWordsAreCredited() throws SQLException {
        var user = addUserWithSessions();
        var other = owner.addUser();
        owner.run(
                "INSERT INTO public.vocabulary_items (spanish_text, english_translation) VALUES ('sí', 'yes'), ('no', 'no')");
        owner.run(
                "INSERT INTO public.learning_progress (user_id, vocabulary_item_id, learning_phase)"
                        + " SELECT ?, id, 'review' FROM public.vocabulary_items",
                user);
        migrate();

        backfill(owner, 1);

        assertThat(owner.value(TOTALS, user)).isEqualTo("3 | 60 | 30 | 0 | 2");
        assertThat(owner.value(TOTALS, other)).isEqualTo("0 | 0 | 0 | 0 | 0");
        assertThat(owner.value("SELECT learning_words_count FROM public.user_progress WHERE user_id = ?", user))
                .isEqualTo("2");
        assertExact();
    }

    @Test
    void aBatchTellsTheLastUserItMetAndNothingWhenDone() throws SQLException {
        for (int index = 0; index < 5; index++) {
            addUserWithSessions();
        }
        migrate();
        var ids = owner.rows("SELECT id FROM public.users ORDER BY id");

        assertThat(owner.value("SELECT satchel.backfill_progress(NULL, 2)")).isEqualTo(ids.get(1));
        assertThat(owner.value("SELECT satchel.backfill_progress(?, 2)", UUID.fromString(ids.get(1))))
                .isEqualTo(ids.get(3));
        assertThat(owner.value("SELECT count(*) FROM satchel.progress_total")).isEqualTo("4");
        assertThat(owner.value("SELECT satchel.backfill_progress(?, 2)", UUID.fromString(ids.get(3))))
                .isEqualTo(ids.get(4));
        assertThat(owner.value("SELECT satchel.backfill_progress(?, 2)", UUID.fromString(ids.get(4))))
                .isEqualTo("NULL");
        assertThat(owner.value("SELECT satchel.backfill_progress(NULL, 2)")).isEqualTo("NULL");
        assertExact();
    }

    @Test
    void aPurgeBeforeTheBackfillLosesNothing() throws SQLException {
        var user = addUserWithSessions();
        var untouched = addUserWithSessions();
        migrate();

        owner.run("DELETE FROM public.sessions WHERE user_id = ? AND ended_at < '2026-01-03Z'", user);
        owner.run("DELETE FROM public.sessions WHERE user_id = ?", user);
        backfill(owner, 10);

        assertThat(owner.value(TOTALS, user)).isEqualTo("3 | 60 | 30 | 0 | 2");
        assertThat(owner.value(TOTALS, untouched)).isEqualTo("3 | 60 | 30 | 0 | 2");
        assertExact();
    }

    @Test
    void aPurgeBeforeTheBackfillReadsSessionsAsEverythingElseDoes() throws SQLException {
        var user = owner.addUser();
        owner.run("""
                INSERT INTO public.sessions (user_id, session_type, started_at, ended_at, descriptions_generated,
                                             images_processed, qa_attempts, qa_correct, vocabulary_learned)
                VALUES (?, 'qa', '2026-01-01 12:00Z', '2026-01-01 12:10Z', 1, 4, 2, 1, 1),
                       (?, 'qa', '2026-01-01 12:00Z', '2026-01-01 11:00Z', -5, -5, -5, -5, -5),
                       (?, 'qa', NULL, '2026-01-01 12:00Z', NULL, NULL, NULL, NULL, NULL),
                       (?, 'qa', '-infinity', '2026-01-01 12:00Z', 0, 0, 0, 0, 0),
                       (?, 'qa', '2026-01-01 12:00Z', 'infinity', 9, 9, 9, 9, 9),
                       (?, 'qa', '2026-01-01 12:00Z', NULL, 9, 9, 9, 9, 9)
                """, user, user, user, user, user, user);
        migrate();
        owner.run(
                "INSERT INTO satchel.user_zone VALUES (?, '2000-01-01Z', 'UTC'), (?, '2020-01-01Z', 'Pacific/Apia'),"
                        + " (?, '2026-02-01Z', 'UTC')",
                user,
                user,
                user);

        owner.run("DELETE FROM public.sessions");
        backfill(owner, 10);

        assertThat(owner.value(TOTALS, user)).isEqualTo("4 | 27 | 10 | 0 | 1");
        assertThat(owner.value("SELECT total_descriptions, total_images, total_questions_answered,"
                        + " total_vocabulary_learned, average_accuracy FROM public.user_progress"))
                .isEqualTo("1 | 4 | 2 | 1 | 50.00");
        assertThat(owner.rows("SELECT DISTINCT day FROM satchel.session_contribution"))
                .containsExactly("2026-01-02");
        assertExact();
    }

    @Test
    void aSessionPurgedInTheSameTransactionAsOneThatEndsIsCountedOnce() throws SQLException {
        var user = addUserWithSessions();
        migrate();

        owner.run("BEGIN");
        owner.run("UPDATE public.sessions SET ended_at = started_at + interval '10 minutes' WHERE ended_at IS NULL");
        owner.run("DELETE FROM public.sessions");
        owner.run("COMMIT");
        backfill(owner, 10);

        assertThat(owner.value(TOTALS, user)).isEqualTo("4 | 80 | 40 | 0 | 4");
        assertExact();
    }

    @Test
    void whoeverIsMetFirstIsBackfilledOnTheSpot() throws SQLException {
        var ending = addUserWithSessions();
        var restoring = addUserWithSessions();
        var learning = addUserWithSessions();
        var giving = addUserWithSessions();
        var taking = addUserWithSessions();
        owner.run(
                "INSERT INTO public.vocabulary_items (spanish_text, english_translation) VALUES ('sí', 'yes'), ('no', 'no')");
        owner.run(
                "INSERT INTO public.learning_progress (user_id, vocabulary_item_id, learning_phase)"
                        + " SELECT ?, id, 'mastered' FROM public.vocabulary_items LIMIT 1",
                learning);
        migrate();

        owner.run(
                "UPDATE public.sessions SET ended_at = started_at + interval '10 minutes'"
                        + " WHERE user_id = ? AND ended_at IS NULL",
                ending);
        owner.run(
                "INSERT INTO public.sessions (user_id, session_type, started_at, ended_at)"
                        + " VALUES (?, 'qa', '2026-01-03Z', '2026-01-03 00:10Z')",
                restoring);
        owner.run(
                "INSERT INTO public.learning_progress (user_id, vocabulary_item_id, learning_phase)"
                        + " SELECT ?, id, 'mastered' FROM public.vocabulary_items"
                        + " ON CONFLICT DO NOTHING",
                learning);
        owner.run("UPDATE public.sessions SET user_id = ? WHERE user_id = ? AND ended_at IS NOT NULL", taking, giving);

        assertThat(owner.value(TOTALS, ending)).isEqualTo("4 | 80 | 40 | 0 | 4");
        assertThat(owner.value(TOTALS, restoring)).isEqualTo("4 | 60 | 40 | 0 | 4");
        assertThat(owner.value(TOTALS, learning)).isEqualTo("3 | 60 | 30 | 0 | 2");
        assertThat(owner.value("SELECT mastered_words_count FROM public.user_progress WHERE user_id = ?", learning))
                .isEqualTo("2");
        assertThat(owner.value(TOTALS, giving)).startsWith("0 | 0 | 0 | 0 | ");
        assertThat(owner.value(TOTALS, taking)).isEqualTo("6 | 120 | 60 | 0 | 2");
        assertExact();
    }

    @Test
    void anAccountIsDeletedBeforeTheBackfill() throws SQLException {
        var user = addUserWithSessions();
        migrate();

        assertThat(owner.run("DELETE FROM public.users WHERE id = ?", user)).isEqualTo(1);
        backfill(owner, 10);

        assertThat(owner.value("SELECT count(*) FROM satchel.session_contribution"))
                .isEqualTo("0");
        assertExact();
    }

    @Test
    void aBackfillThatWasKilledGoesOnWhereItWas() throws SQLException {
        for (int index = 0; index < 10; index++) {
            addUserWithSessions();
        }
        migrate();
        var killed = Session.open(database.ownerDataSource());
        var last = killed.value("SELECT satchel.backfill_progress(NULL, 3)");
        killed.run("BEGIN");
        killed.value("SELECT satchel.backfill_progress(?, 3)", UUID.fromString(last));
        killed.close();
        assertThat(owner.value("SELECT count(*) FROM satchel.progress_total")).isEqualTo("3");

        backfill(owner, 3);

        assertThat(owner.value("SELECT count(*), sum(total_sessions) FROM public.user_progress"))
                .isEqualTo("10 | 30");
        assertExact();
    }

    @Test
    void whomSomebodyHoldsIsLeftToTheNextPass() throws SQLException {
        var held = addUserWithSessions();
        var free = addUserWithSessions();
        migrate();
        try (var holder = Session.open(database.ownerDataSource())) {
            holder.begin();
            holder.run("UPDATE public.user_progress SET updated_at = now() WHERE user_id = ?", held);

            owner.value("SELECT satchel.backfill_progress(NULL, 10)");

            assertThat(owner.rows("SELECT user_id FROM satchel.progress_total")).containsExactly(free.toString());
        }
        backfill(owner, 10);
        assertThat(owner.value(TOTALS, held)).isEqualTo("3 | 60 | 30 | 0 | 2");
        assertExact();
    }

    @Test
    void anAccountThatIsBeingDeletedIsNotWaitedFor() throws SQLException {
        var leaving = addUserWithSessions();
        var staying = addUserWithSessions();
        migrate();
        try (var holder = Session.open(database.ownerDataSource())) {
            holder.begin();
            holder.run("DELETE FROM public.users WHERE id = ?", leaving);

            owner.value("SELECT satchel.backfill_progress(NULL, 10)");

            assertThat(owner.rows("SELECT user_id FROM satchel.progress_total")).containsExactly(staying.toString());
        }
        backfill(owner, 10);
        assertThat(owner.value(TOTALS, leaving)).isEqualTo("3 | 60 | 30 | 0 | 2");
        assertExact();
    }

    @Test
    void theBackfillIsExactWhileEverythingGoesOn() throws Exception {
        owner.run("""
                INSERT INTO public.users (id, email)
                SELECT gen_random_uuid(), n || '@example.org' FROM generate_series(1, ?) AS n
                """, USERS);
        owner.run("""
                INSERT INTO public.sessions (user_id, session_type, started_at, ended_at, qa_attempts, qa_correct)
                SELECT id, 'qa', now() - n * interval '1 day' - interval '10 minutes',
                       CASE WHEN n % 3 > 0 THEN now() - n * interval '1 day' END, n, n / 2
                  FROM public.users, generate_series(1, ?) AS n
                """, SESSIONS_EACH);
        owner.run("ANALYZE");
        migrate();
        ProgressOracle.log(owner);
        // The backfill goes by id; the others meet users it has met and users it has not.
        var users = owner.rows("SELECT id FROM public.users ORDER BY md5(id::text)");
        int share = users.size() / 8;
        var done = new AtomicBoolean();
        var since = Instant.now();

        runAll(
                List.of(
                        with(session -> {
                            try {
                                backfill(session, 50);
                            } finally {
                                done.set(true);
                            }
                            System.out.printf(
                                    "Backfill of %,d sessions of %,d users while others write: %d s%n",
                                    USERS * SESSIONS_EACH,
                                    USERS,
                                    Duration.between(since, Instant.now()).toSeconds());
                        }),
                        forEach(
                                users.subList(0, share),
                                done,
                                "UPDATE public.sessions SET ended_at = now()"
                                        + " WHERE ended_at IS NULL AND user_id = ?"),
                        forEach(
                                users.subList(share, 2 * share),
                                done,
                                "DELETE FROM public.sessions"
                                        + " WHERE ended_at < now() - interval '3 days' AND user_id = ?"),
                        forEach(users.subList(2 * share, 3 * share), done, "DELETE FROM public.users WHERE id = ?"),
                        forEach(
                                users.subList(3 * share, 4 * share),
                                done,
                                "UPDATE public.sessions"
                                        + " SET user_id = (SELECT id FROM public.users WHERE id < sessions.user_id ORDER BY id DESC LIMIT 1)"
                                        + " WHERE user_id = ? AND qa_attempts = 1"),
                        forEach(
                                users.subList(4 * share, 5 * share),
                                done,
                                "INSERT INTO public.sessions"
                                        + " (user_id, session_type, started_at, ended_at)"
                                        + " SELECT id, 'qa', now() - interval '1 hour', now() FROM public.users WHERE id = ?")));
        backfill(owner, 1_000);

        assertExact();
        assertThat(ProgressOracle.forgotten(owner)).isEmpty();
    }

    private void migrate() {
        Cluster.flyway(database.ownerDataSource()).migrate();
    }

    private void assertExact() throws SQLException {
        assertThat(ProgressOracle.driftSince(start, owner)).isEmpty();
    }

    /** Passes over the users until nobody is left; a pass leaves out whom somebody holds. */
    private static void backfill(Session session, int most) throws SQLException {
        while (session.value(IS_ANYBODY_LEFT).equals("t")) {
            var last = session.value("SELECT satchel.backfill_progress(NULL, ?)", most);
            while (!last.equals("NULL")) {
                last = session.value("SELECT satchel.backfill_progress(?, ?)", UUID.fromString(last), most);
            }
        }
    }

    /** Adds a user with three ended sessions of ten minutes and 20 points each, on 1, 2 and 4 January, and an open one. */
    private UUID addUserWithSessions() throws SQLException {
        var user = owner.addUser();
        owner.run("""
                INSERT INTO public.sessions (user_id, session_type, started_at, ended_at, qa_attempts, qa_correct,
                                             vocabulary_learned)
                SELECT ?, 'qa', day, CASE WHEN day <> '2026-01-03Z' THEN day + interval '10 minutes' END, 1, 1, 1
                  FROM generate_series('2026-01-01Z'::timestamptz, '2026-01-04Z', '1 day') AS day
                """, user);
        return user;
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

    /** Runs a statement for user after user, until the backfill is done. */
    private Callable<Void> forEach(List<String> users, AtomicBoolean done, String sql) {
        return with(session -> {
            for (var user : users) {
                if (done.get()) {
                    return;
                }
                try {
                    session.run(sql, UUID.fromString(user));
                } catch (SQLException refused) {
                    // A session was about to move to somebody whom another thread has just deleted.
                    if (!FOREIGN_KEY_VIOLATION.equals(refused.getSQLState())) {
                        throw refused;
                    }
                }
            }
        });
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
