package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** How much one user can ask for, whoever asks on their behalf. */
class ExportLimitsIT {

    private static final int MOST = 50;

    private static final String ADD = """
            INSERT INTO public.export_history (user_id, export_type, export_format)
            SELECT ?, 'type' || n, 'csv' FROM generate_series(?::integer, ?::integer) AS n
            """;

    @AutoClose
    private static SampleDatabase database;

    @AutoClose
    private static Session owner;

    private UUID user;

    @BeforeAll
    static void open() throws SQLException {
        database = SampleDatabase.create();
        owner = Session.open(database.ownerDataSource());
    }

    @BeforeEach
    void addUser() throws SQLException {
        user = owner.addUser();
    }

    private static void add(Session session, UUID of, int first, int last) throws SQLException {
        session.run(ADD, of, first, last);
    }

    private static int count(UUID of) throws SQLException {
        return Integer.parseInt(owner.value("SELECT count(*) FROM public.export_history WHERE user_id = ?", of));
    }

    private static void isRefused(PSQLException refusal, UUID of, int exports) {
        assertThat(refusal.getSQLState()).isEqualTo("PT429");
        var error = refusal.getServerErrorMessage();
        assertThat(error.getMessage())
                .isEqualTo("user " + of + " would have " + exports + " exports under way, and at most 50 are allowed");
        assertThat(error.getHint()).isEqualTo("Wait until one is delivered, or cancel one, and ask again.");
        assertThat(error.getConstraint()).isEqualTo("export_history_most_active");
    }

    private Session inRole(String role) throws SQLException {
        if (role.equals("worker")) {
            return Session.open(database.workerDataSource());
        }
        if (role.equals("authenticated")) {
            return Session.speakingFor(user, database.workerDataSource());
        }
        var session = Session.open(database.ownerDataSource());
        session.begin();
        if (!role.equals("owner")) {
            // Where migrate may not give the role BYPASSRLS, a policy has to stand in for it.
            session.run("CREATE POLICY stand_in ON public.export_history TO " + role + " USING (true)");
            session.run("GRANT " + role + " TO CURRENT_USER");
            session.run("SET LOCAL ROLE " + role);
        }
        return session;
    }

    @Nested
    class MostActive {

        @ParameterizedTest
        @ValueSource(strings = {"authenticated", "service_role", "worker", "owner"})
        void isRefusedToEveryRole(String role) throws SQLException {
            try (var session = inRole(role)) {
                var refusal = catchThrowableOfType(PSQLException.class, () -> add(session, user, 1, MOST + 1));

                isRefused(refusal, user, MOST + 1);
            }
            try (var session = inRole(role)) {
                add(session, user, 1, MOST);
                var refusal = catchThrowableOfType(PSQLException.class, () -> add(session, user, MOST + 1, MOST + 1));

                isRefused(refusal, user, MOST + 1);
            }
        }

        @Test
        void refusesAStatementOfThousandsAsAWhole() throws SQLException {
            var refusal = catchThrowableOfType(PSQLException.class, () -> add(owner, user, 1, 3000));

            isRefused(refusal, user, 3000);
            assertThat(count(user)).isZero();
        }

        @Test
        void refusesACopy() throws SQLException {
            var rows = new StringBuilder();
            for (int n = 0; n <= MOST; n++) {
                rows.append(user).append("\ttype").append(n).append("\tcsv\n");
            }

            var refusal = catchThrowableOfType(
                    PSQLException.class,
                    () -> owner.copy(
                            "COPY public.export_history (user_id, export_type, export_format) FROM STDIN",
                            rows.toString()));

            isRefused(refusal, user, MOST + 1);
        }

        @Test
        void isCountedForEachUserOfAStatement() throws SQLException {
            var other = owner.addUser();
            add(owner, user, 1, MOST);

            var refusal = catchThrowableOfType(PSQLException.class, () -> owner.run("""
                            INSERT INTO public.export_history (user_id, export_type, export_format)
                            VALUES (?, 'all', 'csv'), (?, 'all', 'csv')
                            """, other, user));

            isRefused(refusal, user, MOST + 1);
            assertThat(count(other)).isZero();
            assertThatCode(() -> add(owner, other, 1, MOST)).doesNotThrowAnyException();
        }

        @Test
        void isRefusedWhenAnExportIsMovedToAnotherUser() throws SQLException {
            var other = owner.addUser();
            add(owner, user, 1, MOST);
            owner.run("""
                    INSERT INTO public.export_history (user_id, export_type, export_format)
                    VALUES (?, 'all', 'csv')
                    """, other);

            var refusal = catchThrowableOfType(
                    PSQLException.class,
                    () -> owner.run("UPDATE public.export_history SET user_id = ? WHERE user_id = ?", user, other));

            isRefused(refusal, user, MOST + 1);
            assertThat(count(other)).isEqualTo(1);
        }

        @Test
        void leavesRoomForEachThatEndsOrGoes() throws SQLException {
            add(owner, user, 1, MOST);
            owner.run(
                    "UPDATE public.export_history SET status = 'failed' WHERE user_id = ? AND export_type = 'type1'",
                    user);
            owner.run("DELETE FROM public.export_history WHERE user_id = ? AND export_type = 'type2'", user);

            add(owner, user, MOST + 1, MOST + 2);
            var refusal = catchThrowableOfType(PSQLException.class, () -> add(owner, user, 1, 1));

            isRefused(refusal, user, MOST + 1);
        }

        @Test
        void doesNotCountWhatHasEnded() throws SQLException {
            owner.run("""
                    INSERT INTO public.export_history (user_id, export_type, export_format, status)
                    SELECT ?, 'type' || n, 'csv', CASE n % 2 WHEN 0 THEN 'completed' ELSE 'failed' END
                      FROM generate_series(1, 200) AS n
                    """, user);

            assertThatCode(() -> add(owner, user, 1, MOST)).doesNotThrowAnyException();
        }

        @Test
        void countsTheRequestsOfATransactionThatIsStillOpen() throws Exception {
            try (var first = Session.open(database.ownerDataSource());
                    var second = Session.open(database.ownerDataSource())) {
                first.begin();
                add(first, user, 1, 30);
                var waiting = CompletableFuture.supplyAsync(
                        () -> catchThrowableOfType(PSQLException.class, () -> add(second, user, 31, 60)),
                        OwnThread::start);
                awaitALock();

                first.commit();

                isRefused(waiting.get(20, TimeUnit.SECONDS), user, 60);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"REPEATABLE READ", "SERIALIZABLE"})
        void isNotExceededByATransactionThatSeesAnOlderSnapshot(String isolation) throws SQLException {
            add(owner, user, 1, 1);
            try (var late = Session.open(database.ownerDataSource())) {
                late.begin();
                late.run("SET TRANSACTION ISOLATION LEVEL " + isolation);
                late.rows("SELECT count(*) FROM public.export_history");
                add(owner, user, 2, 30);

                var refusal = catchThrowableOfType(PSQLException.class, () -> add(late, user, 31, 60));

                assertThat(refusal.getSQLState()).isEqualTo("40001");
            }
        }

        @Test
        void letsAUserBeDeletedWhoAskedBefore() throws SQLException {
            add(owner, user, 1, 3);

            owner.run("DELETE FROM public.users WHERE id = ?", user);

            assertThat(owner.rows("SELECT user_id FROM satchel.export_requester WHERE user_id = ?", user))
                    .isEmpty();
        }

        private static void awaitALock() throws SQLException, InterruptedException {
            try (var watcher = Session.open(database.superuserDataSource())) {
                var giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                while (watcher.value("""
                                SELECT count(*)
                                  FROM pg_stat_activity
                                 WHERE datname = current_database()
                                   AND wait_event_type = 'Lock'
                                """).equals("0")) {
                    assertThat(System.nanoTime()).as("nothing waits for a lock").isLessThan(giveUp);
                    TimeUnit.MILLISECONDS.sleep(10);
                }
            }
        }
    }

    @Nested
    class Filters {

        private void ask(String filters) throws SQLException {
            owner.run("""
                    INSERT INTO public.export_history (user_id, export_type, export_format, filters)
                    VALUES (?, 'all', 'csv', ?::jsonb)
                    """, user, filters);
        }

        private void askEnded(String filters) throws SQLException {
            owner.run("""
                    INSERT INTO public.export_history (user_id, export_type, export_format, status, filters)
                    VALUES (?, 'all', 'csv', 'completed', ?::jsonb)
                    """, user, filters);
        }

        // {"to": "…"} has ten bytes besides its text.
        @ParameterizedTest
        @CsvSource({"a, 8990", "ñ, 4495", "😀, 2247"})
        void mayHaveNineThousandBytes(String character, int times) {
            assertThatCode(() -> ask("{\"to\":\"" + character.repeat(times) + "\"}"))
                    .doesNotThrowAnyException();
        }

        @ParameterizedTest
        @CsvSource({"a, 8991", "ñ, 4496", "😀, 2248"})
        void areRefusedBeyondNineThousandBytes(String character, int times) {
            var refusal = catchThrowableOfType(
                    PSQLException.class, () -> ask("{\"to\":\"" + character.repeat(times) + "\"}"));

            assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("export_history_filters_size_check");
        }

        @Test
        void areMeasuredAsTheyAreReadAndNotAsTheyAreStored() {
            var refusal = catchThrowableOfType(PSQLException.class, () -> askEnded("{\"x\": 1e9500}"));

            assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("export_history_filters_size_check");
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 10})
        void ofWhatHasEndedMayHaveTenNames(int names) {
            assertThatCode(() -> askEnded(named(names))).doesNotThrowAnyException();
        }

        @ParameterizedTest
        @ValueSource(ints = {11, 100})
        void areRefusedWithMoreThanTenNames(int names) {
            var refusal = catchThrowableOfType(PSQLException.class, () -> askEnded(named(names)));

            assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("export_history_filters_names_check");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{\"from\": \"2026-01-01\"}",
                    "{\"compress\": \"gzip\", \"difficulty\": \"a\", \"from\": \"b\", \"phase\": \"c\","
                            + " \"profile\": \"portability\", \"to\": \"d\", \"zone\": \"e\"}"
                })
        void areAnObjectOfTextsWithKnownNames(String filters) {
            assertThatCode(() -> ask(filters)).doesNotThrowAnyException();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "null",
                    "7",
                    "\"from\"",
                    "true",
                    "[]",
                    "[\"from\"]",
                    "[{\"from\": \"2026-01-01\"}]",
                    "{\"form\": \"2026-01-01\"}",
                    "{\"From\": \"2026-01-01\"}",
                    "{\"\": \"\"}",
                    "{\"from\": null}",
                    "{\"from\": 20260101}",
                    "{\"from\": true}",
                    "{\"from\": {\"day\": {\"is\": 1}}}",
                    "{\"phase\": [\"new\"]}",
                    "{\"from\": \"2026-01-01\", \"x\": \"y\"}"
                })
        void areRefusedInAnyOtherShape(String filters) {
            var refusal = catchThrowableOfType(PSQLException.class, () -> ask(filters));

            assertThat(refusal.getSQLState()).isEqualTo("23514");
            assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("export_history_filters_shape_check");
        }

        @Test
        void cannotGrowLater() throws SQLException {
            ask("{}");

            var refusal = catchThrowableOfType(
                    PSQLException.class,
                    () -> owner.run(
                            "UPDATE public.export_history SET filters = ?::jsonb WHERE user_id = ?", named(11), user));

            assertThat(refusal.getSQLState()).isEqualTo("23514");
        }

        private static String named(int names) {
            var text = new StringBuilder("{");
            for (int n = 0; n < names; n++) {
                text.append(n == 0 ? "" : ", ").append("\"").append(n).append("\": 1");
            }
            return text.append("}").toString();
        }
    }

    @Nested
    class Hourly {

        private static final int MOST_HOURLY = 100;

        // Cancelled at once, so that only the hour limits them.
        private void askAndCancel(Session session, int first, int last) throws SQLException {
            for (int from = first; from <= last; from += MOST) {
                add(session, user, from, Math.min(last, from + MOST - 1));
                session.run(
                        "UPDATE public.export_history SET cancelled_at = now() WHERE user_id = ? AND status = 'pending'",
                        user);
            }
        }

        private void askAsUser(int first, int last) throws SQLException {
            try (var session = inRole("authenticated")) {
                askAndCancel(session, first, last);
                session.commit();
            }
        }

        private String hintFor(int first, int last) {
            var refusal = catchThrowableOfType(PSQLException.class, () -> askAsUser(first, last));
            assertThat(refusal.getSQLState()).isEqualTo("PT429");
            return refusal.getServerErrorMessage().getHint();
        }

        @ParameterizedTest
        @ValueSource(strings = {"authenticated", "service_role"})
        void isLimitedThroughTheApi(String role) throws SQLException {
            try (var session = inRole(role)) {
                askAndCancel(session, 1, MOST_HOURLY);

                var refusal = catchThrowableOfType(
                        PSQLException.class, () -> add(session, user, MOST_HOURLY + 1, MOST_HOURLY + 1));

                assertThat(refusal.getSQLState()).isEqualTo("PT429");
                assertThat(refusal.getServerErrorMessage().getMessage())
                        .isEqualTo("user " + user + " would have asked for 101 exports within an hour, and at most 100"
                                + " are allowed");
                assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("export_history_most_hourly");
                assertThat(refusal.getServerErrorMessage().getHint())
                        .matches("Ask again at \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\\.");
            }
        }

        @Test
        void saysWhenTheNextIsPossible() throws SQLException {
            askAsUser(1, MOST_HOURLY);
            owner.run("""
                    UPDATE satchel.export_requester
                       SET requests[1:2] = ARRAY [requests[1] - interval '50 minutes', requests[2] - interval '40 minutes']
                     WHERE user_id = ?
                    """, user);
            var second = owner.value("""
                    SELECT to_char(date_trunc('second', requests[2] + interval '1 hour 1 second') AT TIME ZONE 'UTC',
                                   'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                      FROM satchel.export_requester
                     WHERE user_id = ?
                    """, user);

            assertThat(hintFor(101, 102)).isEqualTo("Ask again at " + second + ".");

            owner.run(
                    "UPDATE satchel.export_requester SET requests[1] = requests[1] - interval '11 minutes'"
                            + " WHERE user_id = ?",
                    user);
            askAsUser(101, 101);
            assertThat(count(user)).isEqualTo(MOST_HOURLY + 1);
        }

        @Test
        void isNotMadeShorterByDeletingExports() throws SQLException {
            askAsUser(1, MOST_HOURLY);
            owner.run("DELETE FROM public.export_history WHERE user_id = ?", user);

            assertThat(hintFor(1, 1)).startsWith("Ask again at ");
        }

        @ParameterizedTest
        @ValueSource(strings = {"worker", "owner"})
        void doesNotLimitTheProgramsOfTheOperator(String role) throws SQLException {
            try (var session = inRole(role)) {
                askAndCancel(session, 1, MOST_HOURLY + 1);
            }
        }

        @Test
        void countsNoRequestThatIsUnderWayAlready() throws SQLException {
            askAsUser(1, MOST_HOURLY - 1);
            for (int click = 0; click < 3; click++) {
                try (var session = inRole("authenticated")) {
                    session.run(ADD + " ON CONFLICT DO NOTHING", user, 1000, 1000);
                    session.commit();
                }
            }

            assertThat(count(user)).isEqualTo(MOST_HOURLY);
        }

        @Test
        void isNotExceededByRequestsAtTheSameMoment() throws Exception {
            askAsUser(1, MOST_HOURLY - 1);
            try (var first = inRole("authenticated")) {
                add(first, user, 1000, 1000);
                var second = CompletableFuture.supplyAsync(
                        () -> catchThrowableOfType(PSQLException.class, () -> askAsUser(1001, 1001)), OwnThread::start);
                MostActive.awaitALock();

                first.commit();

                assertThat(second.get(20, TimeUnit.SECONDS)
                                .getServerErrorMessage()
                                .getConstraint())
                        .isEqualTo("export_history_most_hourly");
            }
        }
    }

    @Nested
    class OfTheOperator {

        @AfterEach
        void forget() throws SQLException {
            owner.run("DELETE FROM satchel.export_limits");
        }

        @Test
        void limitsHoldFromTheNextRequestOn() throws SQLException {
            owner.run("INSERT INTO satchel.export_limits (active, hourly) VALUES (2, 3)");
            add(owner, user, 1, 2);

            var third = catchThrowableOfType(PSQLException.class, () -> add(owner, user, 3, 3));
            owner.run("UPDATE satchel.export_limits SET active = 10");
            var hourly = catchThrowableOfType(PSQLException.class, () -> {
                try (var session = inRole("authenticated")) {
                    add(session, user, 4, 7);
                }
            });

            assertThat(third.getServerErrorMessage().getMessage())
                    .isEqualTo("user " + user + " would have 3 exports under way, and at most 2 are allowed");
            assertThat(hourly.getServerErrorMessage().getConstraint()).isEqualTo("export_history_most_hourly");
            assertThat(hourly.getServerErrorMessage().getHint()).isEqualTo("Ask for at most 3 at once.");
        }

        @ParameterizedTest
        @CsvSource({"0, 1", "1, 0", "-1, 1", "10001, 1", "1, 1001"})
        void limitsHaveBounds(int active, int hourly) {
            var refusal = catchThrowableOfType(
                    PSQLException.class,
                    () -> owner.run(
                            "INSERT INTO satchel.export_limits (active, hourly) VALUES (?, ?)", active, hourly));

            assertThat(refusal.getSQLState()).isEqualTo("23514");
        }

        @Test
        void limitsAreOneRow() throws SQLException {
            owner.run("INSERT INTO satchel.export_limits (active, hourly) VALUES (2, 3)");

            var refusal = catchThrowableOfType(
                    PSQLException.class,
                    () -> owner.run("INSERT INTO satchel.export_limits (active, hourly) VALUES (4, 5)"));

            assertThat(refusal.getSQLState()).isEqualTo("23505");
        }

        @ParameterizedTest
        @ValueSource(strings = {"authenticated", "service_role", "worker"})
        void limitsAreTheOwnersAlone(String role) throws SQLException {
            try (var session = inRole(role)) {
                var refusal = catchThrowableOfType(
                        PSQLException.class,
                        () -> session.run("INSERT INTO satchel.export_limits (active, hourly) VALUES (100, 100)"));

                assertThat(refusal.getSQLState()).isEqualTo("42501");
            }
        }
    }

    @Nested
    class EndedByHand {

        private UUID claimed() throws SQLException {
            add(owner, user, 1, 1);
            owner.run("UPDATE public.export_history SET status = 'processing' WHERE user_id = ?", user);
            owner.run("""
                    INSERT INTO satchel.export_lease (export_id, attempt, token, owner, heartbeat_at, expires_at)
                    SELECT id, 1, gen_random_uuid(), 'worker', now(), now() + interval '1 hour'
                      FROM public.export_history
                     WHERE user_id = ?
                    """, user);
            return UUID.fromString(owner.value("SELECT id FROM public.export_history WHERE user_id = ?", user));
        }

        @ParameterizedTest
        @ValueSource(strings = {"failed", "completed"})
        void anExportLeavesNoLease(String status) throws SQLException {
            var export = claimed();

            owner.run("UPDATE public.export_history SET status = ? WHERE id = ?", status, export);

            assertThat(owner.rows("SELECT token FROM satchel.export_lease WHERE export_id = ?", export))
                    .isEmpty();
        }

        @Test
        void anExportThatWaitedLeavesTheQueue() throws SQLException {
            add(owner, user, 1, 1);

            try (var worker = inRole("worker")) {
                worker.run("UPDATE public.export_history SET status = 'failed' WHERE user_id = ?", user);
            }

            assertThat(owner.rows("""
                    SELECT round
                      FROM satchel.export_queue
                     WHERE export_id IN (SELECT id FROM public.export_history WHERE user_id = ?)
                    """, user)).isEmpty();
        }
    }
}
