package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A session that ends alone is counted by other statements than several, and both count the same, also in states that only
 * somebody who switched the triggers off can have made.
 */
class SessionPathsIT {

    private static final String TOTALS = """
            SELECT total_sessions, total_descriptions, total_images, total_questions_answered, total_vocabulary_learned,
                   total_time_spent_minutes, total_points, average_accuracy, current_streak_days, longest_streak_days,
                   last_activity_at = now() - interval '1 hour'
              FROM public.user_progress
             WHERE user_id = ?
            """;

    private static final String END = """
            UPDATE public.sessions
               SET ended_at = now() - interval '1 hour', descriptions_generated = NULL, images_processed = 2,
                   qa_attempts = 9, qa_correct = 6, vocabulary_learned = -4
             WHERE user_id = ANY (?::uuid[])
               AND ended_at IS NULL
            """;

    private static final String DRIFT = "SELECT * FROM satchel.progress_drift(ARRAY [?]::uuid[])";

    private static final String CONTRIBUTIONS_READ_IN_SEQUENCE =
            "SELECT pg_stat_get_xact_tuples_returned('satchel.session_contribution'::regclass)";

    private static final String USERS_READ_IN_SEQUENCE = """
            SELECT pg_stat_get_xact_tuples_returned('satchel.progress_total'::regclass),
                   pg_stat_get_xact_tuples_returned('public.users'::regclass)
            """;

    @AutoClose
    private SampleDatabase database;

    @AutoClose
    private Session owner;

    @AutoClose
    private Session superuser;

    private UUID user;

    @BeforeEach
    void open() throws SQLException {
        database = SampleDatabase.create();
        owner = Session.open(database.ownerDataSource());
        superuser = Session.open(database.superuserDataSource());
        user = owner.addUser();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Pacific/Kiritimati", "America/Los_Angeles"})
    void oneSessionCountsAsOneOfSeveralDoes(String zone) throws SQLException {
        var other = owner.addUser();
        var companion = owner.addUser();
        for (var id : List.of(user, other, companion)) {
            owner.run("INSERT INTO satchel.user_zone (user_id, since, zone) VALUES (?, '2020-01-01Z', ?)", id, zone);
            add(id, "now() - interval '49 hours'", "now() - interval '48 hours'");
            add(id, "now() - interval '25 hours'", "now() - interval '24 hours'");
            add(id, "now() - interval '3 hours'", "NULL");
        }

        owner.begin();
        owner.run(END, users(user));
        owner.run(END, users(other, companion));
        var one = owner.value(TOTALS, user);
        var several = owner.value(TOTALS, other);
        owner.commit();

        assertThat(one)
                .isEqualTo(several)
                .startsWith("3 | 0 | 2 | 9 | 0 | 240 | 75 | 66.67 | ")
                .endsWith(" | t");
        assertThat(owner.rows(DRIFT, user)).isEmpty();
        assertThat(owner.rows(DRIFT, other)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-20, -4, -3, -2, -1, 0, 1, 2, 5})
    void oneSessionGainsTheDayThatOneOfSeveralGains(int day) throws SQLException {
        var other = owner.addUser();
        var companion = owner.addUser();
        for (var id : List.of(user, other, companion)) {
            for (var active : List.of(-9, -3, -2, -1, 0)) {
                add(id, "NULL", noon(active));
            }
            add(id, "NULL", "NULL");
        }
        var end = "UPDATE public.sessions SET ended_at = " + noon(day)
                + " WHERE user_id = ANY (?::uuid[]) AND ended_at IS NULL";

        owner.run(end, users(user));
        owner.run(end, users(other, companion));

        assertThat(owner.value(TOTALS, user)).isEqualTo(owner.value(TOTALS, other));
        for (var id : List.of(user, other, companion)) {
            assertThat(owner.rows(DRIFT, id)).isEmpty();
            assertThat(owner.value(
                            "SELECT current_streak_days, longest_streak_days FROM public.user_progress WHERE user_id = ?",
                            id))
                    .isEqualTo((day == -4 ? 5 : 4) + " | " + (day == -4 || day == 1 ? 5 : 4));
        }
    }

    @Test
    void anEndAtInfinityIsNone() throws SQLException {
        add(user, "NULL", "NULL");

        owner.run("UPDATE public.sessions SET ended_at = 'infinity' WHERE user_id = ?", user);

        assertThat(owner.value("SELECT total_sessions FROM public.user_progress WHERE user_id = ?", user))
                .isEqualTo("0");
        assertThat(owner.rows(DRIFT, user)).isEmpty();
    }

    @Test
    void countsAnOpenSessionThatMovedToAUserWithoutProgress() throws SQLException {
        var other = owner.addUser();
        add(user, "now() - interval '3 hours'", "NULL");
        owner.run("DELETE FROM public.user_progress WHERE user_id = ?", other);

        owner.run("UPDATE public.sessions SET user_id = ? WHERE user_id = ?", other, user);
        owner.run(END, users(other));

        assertThat(owner.value("SELECT total_sessions FROM public.user_progress WHERE user_id = ?", other))
                .isEqualTo("1");
        assertThat(owner.rows(DRIFT, other)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void countsSessionsOnceThatWereReopenedUnseen(int sessions) throws SQLException {
        for (int index = 0; index < sessions; index++) {
            add(user, "now() - interval '3 hours'", "now() - interval '2 hours'");
        }
        superuser.run("SET session_replication_role = replica");
        superuser.run("UPDATE public.sessions SET ended_at = NULL WHERE user_id = ?", user);

        owner.run(END, users(user));

        assertThat(owner.value("SELECT total_sessions FROM public.user_progress WHERE user_id = ?", user))
                .isEqualTo("" + sessions);
        assertThat(owner.rows(DRIFT, user)).isEmpty();
    }

    @Test
    void neitherLocksNorWritesProgressWhileASessionStaysOpen() throws SQLException {
        add(user, "now()", "NULL");

        owner.begin();
        owner.run("UPDATE public.sessions SET images_processed = 5 WHERE user_id = ?", user);

        assertThat(superuser.rows("SELECT FROM public.user_progress WHERE user_id = ? FOR UPDATE NOWAIT", user))
                .hasSize(1);
        assertThat(superuser.rows("SELECT FROM public.users WHERE id = ? FOR UPDATE NOWAIT", user))
                .hasSize(1);
        owner.rollback();
    }

    @Test
    void holdsTheUserWhoseSessionEndedUntilTheEndOfTheTransaction() throws SQLException {
        add(user, "now() - interval '3 hours'", "NULL");

        owner.begin();
        owner.run(END, users(user));

        assertThat(superuser.rows("SELECT FROM public.users WHERE id = ? FOR UPDATE SKIP LOCKED", user))
                .isEmpty();
        owner.rollback();
    }

    @Test
    void findsTheLastRunAgainWhereSomebodyErasedIt() throws SQLException {
        add(user, "now() - interval '26 hours'", "now() - interval '25 hours'");
        add(user, "now() - interval '3 hours'", "NULL");
        owner.run("UPDATE satchel.progress_total SET run_from = NULL WHERE user_id = ?", user);

        owner.run(END, users(user));

        assertThat(owner.value("SELECT total_sessions FROM public.user_progress WHERE user_id = ?", user))
                .isEqualTo("2");
        assertThat(owner.rows(DRIFT, user)).isEmpty();
    }

    @Test
    void readsNoWholeTableForOneSessionAfterEndingMany() throws SQLException {
        addMany(400, "now() - interval '2 hours'");
        owner.run("ANALYZE satchel.session_contribution");
        addMany(400, "NULL");
        try (var application = Session.open(database.ownerDataSource())) {
            // The first statement on a connection makes the plans that the trigger keeps.
            application.run(END, users(user));
            add(user, "now() - interval '3 hours'", "NULL");

            application.begin();
            var before = application.value(CONTRIBUTIONS_READ_IN_SEQUENCE);
            application.run(END, users(user));

            assertThat(application.value(CONTRIBUTIONS_READ_IN_SEQUENCE)).isEqualTo(before);
            application.commit();
        }
        assertThat(owner.value("SELECT total_sessions FROM public.user_progress WHERE user_id = ?", user))
                .isEqualTo("801");
    }

    @Test
    void readsNoWholeTableForOneDeletionAfterDeletingMany() throws SQLException {
        owner.run("INSERT INTO public.users (id, email)"
                + " SELECT gen_random_uuid(), n || '@example.org' FROM generate_series(1, 3000) AS n");
        owner.run("ANALYZE public.users, satchel.progress_total");
        addMany(400, "now() - interval '2 hours'");
        try (var application = Session.open(database.ownerDataSource())) {
            application.run("DELETE FROM public.sessions");
            add(user, "now() - interval '3 hours'", "now()");

            application.begin();
            var before = application.value(USERS_READ_IN_SEQUENCE);
            application.run("DELETE FROM public.sessions");

            assertThat(application.value(USERS_READ_IN_SEQUENCE)).isEqualTo(before);
            application.commit();
        }
    }

    private static String noon(int day) {
        return "(date_trunc('day', now() AT TIME ZONE 'UTC') + interval '" + (24 * day + 12)
                + " hours') AT TIME ZONE 'UTC'";
    }

    private static String users(UUID... users) {
        return Stream.of(users).map(UUID::toString).collect(Collectors.joining(",", "{", "}"));
    }

    private void add(UUID learner, String started, String ended) throws SQLException {
        owner.run(
                "INSERT INTO public.sessions (user_id, session_type, started_at, ended_at) VALUES (?, 'qa', " + started
                        + ", " + ended + ")",
                learner);
    }

    private void addMany(int sessions, String ended) throws SQLException {
        owner.run(
                "INSERT INTO public.sessions (user_id, session_type, started_at, ended_at)"
                        + " SELECT ?, 'qa', now() - interval '3 hours', " + ended + " FROM generate_series(1, ?)",
                user,
                sessions);
    }
}
