package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two transactions in every order of their statements leave exact totals, or one of them is refused and can be retried.
 *
 * <p>A statement that waits for the other transaction is recognized by what the server says of its locks; the rest of
 * its transaction then follows once it is released. What was committed is compared with the tables and with a log of
 * what each session said. A deadlock is right only where a scenario says why, and one that it lays to the application
 * must happen without Satchel's triggers too.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProgressInterleavingIT {

    /** How many orders of a scenario are played at one level. Four statements each have 252, all others at most 20. */
    private static final int ORDERS = 4;

    private static final List<String> LEVELS = List.of("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE");

    private static final String SERIALIZATION_FAILURE = "40001";
    private static final String DEADLOCK = "40P01";
    private static final String USER_IS_GONE = "23503";
    private static final String SESSION_EXISTS = "23505";

    // Three users; s1 and s2 are a's open sessions, s3 and s4 b's, s5 and s6 a's and b's ended ones.
    private static final String SETUP = """
            INSERT INTO public.users (id, email)
            VALUES (:a, 'a@example.org'), (:b, 'b@example.org'), (:c, 'c@example.org');
            INSERT INTO public.sessions (id, user_id, session_type, started_at, ended_at, descriptions_generated,
                                         qa_attempts, qa_correct)
            VALUES (:s1, :a, 'qa', now() - interval '3 hours', NULL, 1, 7, 3),
                   (:s2, :a, 'qa', now() - interval '2 days', NULL, 2, NULL, NULL),
                   (:s3, :b, 'qa', now() - interval '3 hours', NULL, 4, 1, 1),
                   (:s4, :b, 'qa', now() - interval '2 days', NULL, 8, 5, 0),
                   (:s5, :a, 'qa', now() - interval '25 hours', now() - interval '24 hours', 16, 3, 2),
                   (:s6, :b, 'qa', now() - interval '50 hours', now() - interval '48 hours', 32, 9, 9);
            INSERT INTO public.vocabulary_items (id, spanish_text, english_translation)
            VALUES (:w1, 'sí', 'yes'), (:w2, 'no', 'no');
            INSERT INTO public.learning_progress (user_id, vocabulary_item_id, learning_phase)
            VALUES (:a, :w1, 'new'), (:b, :w1, 'learning'), (:b, :w2, 'review');
            """;

    private static final String CLEAN = """
            DELETE FROM public.users;
            DELETE FROM public.sessions;
            DELETE FROM public.vocabulary_items;
            """;

    private static final String END_S1 = end("s1");
    private static final String END_S2 = end("s2");
    private static final String END_S3 = end("s3");
    private static final String END_S4 = end("s4");
    private static final String DELETE_A = "DELETE FROM public.users WHERE id = :a";
    private static final String DELETE_B = "DELETE FROM public.users WHERE id = :b";
    private static final String PURGE = "DELETE FROM public.sessions WHERE ended_at < now() - interval '1 hour'";
    private static final String FORGET_A_TOTAL = "DELETE FROM satchel.progress_total WHERE user_id = :a;"
            + " DELETE FROM satchel.session_contribution WHERE user_id = :a";

    private static final List<Scenario> SCENARIOS = List.of(
            Scenario.of("end and end, same user", List.of(END_S1), List.of(END_S2)),
            Scenario.of("end the same session twice", List.of(END_S1, count("s1")), List.of(END_S1, END_S1)),
            Scenario.of("end and end, two users", List.of(END_S1, count("s1")), List.of(END_S3, count("s3"))),
            Scenario.of("two users in the same order", List.of(END_S1, END_S3), List.of(END_S2, END_S4)),
            Scenario.of("two users in opposite order", List.of(END_S1, END_S3), List.of(END_S4, END_S2))
                    .deadlocks(Deadlock.TWO_USERS_IN_OPPOSITE_ORDER),
            Scenario.of(
                    "two users at once, in opposite order", List.of(endBoth("s1", "s3")), List.of(endBoth("s4", "s2"))),
            Scenario.of("end and delete the user", List.of(END_S1), List.of(DELETE_A)),
            Scenario.of("end two and delete the user", List.of(END_S1, END_S2), List.of(DELETE_A)),
            Scenario.of("end an own session and delete the user", List.of(END_S1), List.of(END_S3, DELETE_A)),
            Scenario.of("delete two users", List.of(END_S1), List.of(DELETE_B, DELETE_A)),
            Scenario.of("end, edit and delete the user", List.of(END_S1, count("s1")), List.of(DELETE_A))
                    .deadlocks(Deadlock.OF_THE_APPLICATION),
            Scenario.of("delete the same user twice", List.of(DELETE_A), List.of(DELETE_A)),
            Scenario.of("end and move", List.of(END_S1), List.of(move("s1", "b"))),
            Scenario.of("end and move another", List.of(END_S1, END_S2), List.of(move("s5", "b"), count("s5"))),
            Scenario.of("insert and delete the user", List.of(insert("s7", "a"), insert("s8", "a")), List.of(DELETE_A))
                    .refuses(USER_IS_GONE),
            Scenario.of("move to a user who is deleted", List.of(move("s3", "a"), END_S3), List.of(DELETE_A))
                    .deadlocks(Deadlock.OF_THE_APPLICATION)
                    .refuses(USER_IS_GONE),
            Scenario.of("reopen and edit", List.of(reopen("s5"), endAt("s5")), List.of(count("s5"), count("s5"))),
            Scenario.of("bulk and single", List.of(bulk()), List.of(END_S1, count("s5")))
                    .deadlocks(Deadlock.OF_THE_APPLICATION),
            Scenario.of("bulk and bulk", List.of(bulk()), List.of(bulk())),
            Scenario.of("purge and end", List.of(PURGE, END_S1), List.of(END_S2, count("s5")))
                    .deadlocks(Deadlock.A_SESSION_AND_ITS_USER),
            Scenario.of("purge and end others", List.of(PURGE), List.of(END_S2, END_S3)),
            Scenario.of("purge and edit what is purged", List.of(PURGE), List.of(count("s5"), reopen("s6")))
                    .deadlocks(Deadlock.OF_THE_APPLICATION),
            Scenario.of("restore and end", List.of(insert("s9", "a")), List.of(END_S1, END_S2))
                    .after(insert("s9", "a") + ";DELETE FROM public.sessions WHERE id = :s9"),
            Scenario.of("restore and delete the user", List.of(insert("s9", "a")), List.of(DELETE_A))
                    .after(insert("s9", "a") + ";DELETE FROM public.sessions WHERE id = :s9")
                    .refuses(USER_IS_GONE),
            Scenario.of("restore twice", List.of(insert("s9", "a")), List.of(upsert("s9", "b")))
                    .after(insert("s9", "a") + ";DELETE FROM public.sessions WHERE id = :s9")
                    .refuses(SESSION_EXISTS),
            Scenario.of("move to each other's user", List.of(move("s5", "b")), List.of(move("s6", "a"))),
            Scenario.of(
                    "move to each other's user, and back",
                    List.of(move("s5", "b"), move("s5", "a")),
                    List.of(move("s6", "a"), move("s6", "b"))),
            Scenario.of(
                    "words of one user",
                    List.of(phase("a", "w1", "mastered"), word("a", "w2", "review")),
                    List.of(phase("a", "w1", "learning"), END_S1)),
            Scenario.of(
                            "words and end",
                            List.of(word("a", "w2", "new"), END_S1),
                            List.of(END_S2, phase("b", "w1", "new")))
                    .deadlocks(Deadlock.TWO_USERS_IN_OPPOSITE_ORDER),
            Scenario.of("words and delete the user", List.of(word("a", "w2", "new")), List.of(DELETE_A))
                    .refuses(USER_IS_GONE),
            Scenario.of(
                            "word deleted and end",
                            List.of("DELETE FROM public.vocabulary_items WHERE id = :w1"),
                            List.of(END_S3, END_S1))
                    .deadlocks(Deadlock.TWO_USERS_IN_OPPOSITE_ORDER),
            Scenario.of("zone change and end", List.of(zone("a"), END_S1), List.of(END_S2, count("s5"))),
            Scenario.of("backfill and end", List.of(backfill()), List.of(END_S1, count("s5")))
                    .after(FORGET_A_TOTAL),
            Scenario.of("backfill and purge", List.of(backfill()), List.of(PURGE, END_S1))
                    .after(FORGET_A_TOTAL),
            Scenario.of("backfill and move", List.of(backfill()), List.of(move("s5", "b")))
                    .after(FORGET_A_TOTAL),
            Scenario.of("backfill and delete the user", List.of(backfill()), List.of(DELETE_A))
                    .after(FORGET_A_TOTAL),
            Scenario.of("met first by two", List.of(END_S1, PURGE), List.of(END_S2, insert("s7", "a")))
                    .after(FORGET_A_TOTAL),
            Scenario.of(
                            "met first by a word",
                            List.of(word("a", "w2", "new")),
                            List.of(END_S1, phase("a", "w1", "mastered")))
                    .after(FORGET_A_TOTAL),
            Scenario.of(
                            "broken streaks and end",
                            List.of("SELECT satchel.end_broken_streaks(100)"),
                            List.of(END_S1, END_S2))
                    .after("UPDATE public.user_progress SET current_streak_days = 0, longest_streak_days = 9"),
            Scenario.of(
                            "four and four",
                            List.of(END_S1, count("s1"), reopen("s5"), endAt("s5")),
                            List.of(END_S2, PURGE, insert("s7", "a"), count("s7")))
                    .deadlocks(Deadlock.OF_THE_APPLICATION));

    /** Why one of two transactions may be the victim of a deadlock. */
    private enum Deadlock {
        NEVER,
        /** Each locks, in statements of its own, the rows of two users, and not in the same order. */
        TWO_USERS_IN_OPPOSITE_ORDER,
        /** One holds a session and wants its user's row, the other holds that by another session and wants this one. */
        A_SESSION_AND_ITS_USER,
        /** The application's own rows are locked in opposite order, which is checked without the triggers. */
        OF_THE_APPLICATION
    }

    private record Scenario(
            String name, String before, List<String> first, List<String> second, Deadlock deadlock, String refusal) {

        static Scenario of(String name, List<String> first, List<String> second) {
            return new Scenario(name, "", first, second, Deadlock.NEVER, "");
        }

        Scenario after(String setup) {
            return new Scenario(name, setup, first, second, deadlock, refusal);
        }

        Scenario deadlocks(Deadlock reason) {
            return new Scenario(name, before, first, second, reason, refusal);
        }

        /** One of the application's own constraints may refuse what comes second. */
        Scenario refuses(String code) {
            return new Scenario(name, before, first, second, deadlock, code);
        }
    }

    @AutoClose
    private SampleDatabase database;

    @AutoClose
    private SampleDatabase withoutTriggers;

    @AutoClose
    private Stage stage;

    @AutoClose
    private Stage bareStage;

    @BeforeAll
    void open() throws SQLException {
        database = SampleDatabase.create();
        withoutTriggers = SampleDatabase.createUnmigrated();
        for (var each : List.of(database, withoutTriggers)) {
            try (var administrator = Session.open(each.superuserDataSource())) {
                // Most of a deadlock's time is the server's wait before it looks for one; only a superuser sets that.
                if (administrator
                        .value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
                        .equals("t")) {
                    administrator.run("ALTER DATABASE " + each.name() + " SET deadlock_timeout = '20ms'");
                }
            }
        }
        stage = new Stage(database);
        bareStage = new Stage(withoutTriggers);
        ProgressOracle.log(stage.observer);
    }

    static Stream<Arguments> scenariosAtEachLevel() {
        return SCENARIOS.stream()
                .flatMap(scenario -> LEVELS.stream().map(level -> Arguments.of(scenario.name, level, scenario)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("scenariosAtEachLevel")
    void everyInterleavingIsExactOrRefused(String name, String level, Scenario scenario) throws Exception {
        for (var order : orders(scenario, level)) {
            try {
                play(scenario, level, order);
            } finally {
                stage.clean();
            }
        }
    }

    private void play(Scenario scenario, String level, String order) throws Exception {
        var since = stage.observer.value("SELECT now()");
        stage.prepare(SETUP, scenario.before);

        var outcome = stage.play(scenario, level, order);

        // Whom the backfill left to its next pass.
        stage.observer.rows("SELECT satchel.backfill_progress(NULL, 100)");
        var told = "%s at %s in the order %s ended with %s".formatted(scenario.name, level, order, outcome);
        check(scenario, level, order, outcome, told);
        assertThat(ProgressOracle.driftSince(since, stage.observer)).as(told).isEmpty();
        assertThat(ProgressOracle.forgotten(stage.observer)).as(told).isEmpty();
        assertThat(ProgressOracle.forgottenActivity(stage.observer)).as(told).isEmpty();
    }

    private void check(Scenario scenario, String level, String order, List<String> outcome, String told)
            throws Exception {
        assertThat(outcome).as(told).isSubsetOf("", SERIALIZATION_FAILURE, DEADLOCK, scenario.refusal);
        if (level.equals("READ COMMITTED")) {
            assertThat(outcome).as(told).doesNotContain(SERIALIZATION_FAILURE);
        }
        assertThat(outcome).as(told).contains("");
        if (!outcome.contains(DEADLOCK)) {
            return;
        }
        assertThat(scenario.deadlock).as(told).isNotEqualTo(Deadlock.NEVER);
        if (scenario.deadlock == Deadlock.OF_THE_APPLICATION) {
            bareStage.prepare(SETUP, scenario.before);
            var bare = bareStage.play(scenario, level, order);
            bareStage.clean();
            assertThat(bare).as("without triggers: " + told).contains(DEADLOCK);
        }
    }

    /**
     * The orders of the scenario's steps that are played at that level: all under -Pmatrix. Otherwise the levels share
     * them, so that each order of up to 20 is played at one level at least.
     */
    private static List<String> orders(Scenario scenario, String level) {
        var all = orders(scenario.first.size() + 1, scenario.second.size() + 1);
        int stride = System.getProperty("satchel.test.matrix") == null ? (all.size() + ORDERS - 1) / ORDERS : 1;
        return IntStream.range(0, all.size())
                .filter(index -> index % stride == LEVELS.indexOf(level) % stride)
                .mapToObj(all::get)
                .toList();
    }

    /** All orders of two transactions' steps, as text of 1 and 2. */
    private static List<String> orders(int first, int second) {
        if (first == 0 || second == 0) {
            return List.of("1".repeat(first) + "2".repeat(second));
        }
        var orders = new ArrayList<String>();
        orders(first - 1, second).forEach(rest -> orders.add("1" + rest));
        orders(first, second - 1).forEach(rest -> orders.add("2" + rest));
        return orders;
    }

    /** One database with two connections that act and one that watches. */
    private static final class Stage implements AutoCloseable {

        final Session observer;
        private final Actor first;
        private final Actor second;

        Stage(SampleDatabase database) throws SQLException {
            observer = Session.open(database.ownerDataSource());
            first = new Actor(database);
            second = new Actor(database);
        }

        void prepare(String setup, String before) throws SQLException {
            observer.run(spellOut(setup));
            if (!before.isEmpty()) {
                observer.run(spellOut(before));
            }
            // Rows lie where the scenarios before left room, and whoever reads many locks them as they lie.
            observer.run("CLUSTER public.sessions USING sessions_pkey");
        }

        void clean() throws SQLException {
            observer.run(CLEAN);
            if (observer.value("SELECT to_regclass('public.session_said') IS NOT NULL")
                    .equals("t")) {
                observer.run("TRUNCATE public.session_said");
            }
        }

        /** Returns how each transaction ended: the code of its error, or nothing if it committed. */
        List<String> play(Scenario scenario, String level, String order) throws Exception {
            first.begin(level, scenario.first);
            second.begin(level, scenario.second);
            for (int index = 0; index < order.length(); index++) {
                var actor = order.charAt(index) == '1' ? first : second;
                actor.due++;
                advance();
            }
            while (first.isActing() || second.isActing() || first.due > 0 || second.due > 0) {
                advance();
            }
            return List.of(first.failure, second.failure);
        }

        /** Lets both do what is due, until each is done with it or waits for the other. */
        private void advance() throws Exception {
            boolean stepped = true;
            while (stepped) {
                stepped = first.step() | second.step();
                settle(first, second);
                settle(second, first);
                settle(first, second);
            }
        }

        private void settle(Actor actor, Actor other) throws Exception {
            // Most statements end within the moment, and then the server need not be asked.
            actor.listen();
            while (actor.isActing() && !waits(actor, other)) {
                actor.listen();
            }
            if (!actor.isActing()) {
                actor.listen();
            }
        }

        private boolean waits(Actor actor, Actor other) throws SQLException {
            return observer.value("SELECT ? = ANY (pg_blocking_pids(?))", other.pid, actor.pid)
                            .equals("t")
                    // In a deadlock both wait, and the server is about to end one of them.
                    && !(other.isActing()
                            && observer.value("SELECT ? = ANY (pg_blocking_pids(?))", actor.pid, other.pid)
                                    .equals("t"));
        }

        @Override
        public void close() throws SQLException {
            first.close();
            second.close();
            observer.close();
        }
    }

    /** A connection that runs its statements on a thread of its own. */
    private static final class Actor implements AutoCloseable {

        final int pid;
        int due;
        String failure = "";
        private final Session session;
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Deque<String> steps = new ArrayDeque<>();
        private Future<?> acting = done();

        Actor(SampleDatabase database) throws SQLException {
            session = Session.open(database.ownerDataSource());
            // No order may hang the build.
            session.run("SET statement_timeout = '30s'");
            pid = Integer.parseInt(session.value("SELECT pg_backend_pid()"));
        }

        void begin(String level, List<String> statements) throws SQLException {
            due = 0;
            failure = "";
            steps.clear();
            steps.addAll(statements);
            steps.add("COMMIT");
            session.run("BEGIN ISOLATION LEVEL " + level);
        }

        boolean isActing() {
            return !acting.isDone();
        }

        /** Starts the next step if one is due. */
        boolean step() throws Exception {
            if (due == 0 || isActing()) {
                return false;
            }
            listen();
            if (steps.isEmpty()) {
                due = 0;
                return false;
            }
            due--;
            var sql = spellOut(steps.remove());
            acting = thread.submit(() -> {
                session.run(sql);
                return null;
            });
            return true;
        }

        /** Takes notice of a statement that ended, if it ends within a moment. */
        void listen() throws Exception {
            try {
                acting.get(1, TimeUnit.MILLISECONDS);
            } catch (TimeoutException stillActing) {
                return;
            } catch (ExecutionException ended) {
                if (!(ended.getCause() instanceof SQLException refusal)) {
                    throw ended;
                }
                failure = refusal.getSQLState();
                acting = done();
                steps.clear();
                session.run("ROLLBACK");
            }
        }

        @Override
        public void close() throws SQLException {
            thread.shutdownNow();
            session.close();
        }

        private static Future<?> done() {
            return CompletableFuture.completedFuture(null);
        }
    }

    private static String spellOut(String sql) {
        return sql.replaceAll(":([abc])\\b", "'$10000000-0000-4000-8000-000000000000'")
                .replaceAll(":s(\\d)\\b", "'50000000-0000-4000-8000-00000000000$1'")
                .replaceAll(":w(\\d)\\b", "'70000000-0000-4000-8000-00000000000$1'");
    }

    private static String end(String session) {
        return "UPDATE public.sessions SET ended_at = now() WHERE id = :" + session;
    }

    private static String endAt(String session) {
        return "UPDATE public.sessions SET ended_at = now() - interval '5 hours' WHERE id = :" + session;
    }

    private static String endBoth(String one, String other) {
        return "UPDATE public.sessions SET ended_at = now() WHERE id IN (:" + one + ", :" + other + ")";
    }

    private static String count(String session) {
        return "UPDATE public.sessions SET qa_attempts = qa_attempts + 1, images_processed = 5 WHERE id = :" + session;
    }

    private static String reopen(String session) {
        return "UPDATE public.sessions SET ended_at = NULL WHERE id = :" + session;
    }

    private static String move(String session, String user) {
        return "UPDATE public.sessions SET user_id = :" + user + " WHERE id = :" + session;
    }

    private static String bulk() {
        return "UPDATE public.sessions SET ended_at = now() - interval '26 hours', vocabulary_learned = 3";
    }

    private static String insert(String session, String user) {
        return """
                INSERT INTO public.sessions (id, user_id, session_type, started_at, ended_at, vocabulary_learned)
                VALUES (:%s, :%s, 'mixed', now() - interval '1 hour', now(), 2)
                """.formatted(session, user);
    }

    private static String upsert(String session, String user) {
        return insert(session, user)
                + " ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, ended_at = excluded.ended_at";
    }

    private static String word(String user, String item, String phase) {
        return "INSERT INTO public.learning_progress (user_id, vocabulary_item_id, learning_phase) VALUES (:%s, :%s, '%s')"
                .formatted(user, item, phase);
    }

    private static String phase(String user, String item, String phase) {
        return ("UPDATE public.learning_progress SET learning_phase = '%3$s'"
                        + " WHERE user_id = :%1$s AND vocabulary_item_id = :%2$s")
                .formatted(user, item, phase);
    }

    private static String zone(String user) {
        return "INSERT INTO satchel.user_zone (user_id, since, zone) VALUES (:" + user
                + ", '2020-01-01Z', 'Pacific/Apia')";
    }

    private static String backfill() {
        return "SELECT satchel.backfill_progress(NULL, 100)";
    }
}
