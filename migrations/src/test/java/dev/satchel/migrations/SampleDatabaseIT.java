package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SampleDatabaseIT {

    private static final List<String> BASE_TABLES = List.of(
            "users",
            "user_settings",
            "sessions",
            "vocabulary_lists",
            "vocabulary_items",
            "learning_progress",
            "images",
            "saved_descriptions",
            "qa_responses",
            "user_interactions",
            "learning_analytics");

    @Test
    void migratesAsAnOwnerWhoIsNoSuperuser() throws SQLException {
        try (var database = SampleDatabase.create();
                var owner = Session.open(database.ownerDataSource());
                var worker = Session.open(database.workerDataSource())) {
            assertThat(owner.value("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"))
                    .isEqualTo("f | f");
            assertThat(worker.value("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"))
                    .isEqualTo("f | f");
            assertThat(owner.value("SELECT tableowner FROM pg_tables WHERE tablename = 'export_history'"))
                    .isEqualTo(database.ownerUser());
        }
    }

    @Test
    void learnersLeaveRowsInEveryTable() throws SQLException {
        try (var database = SampleDatabase.createWithLearners();
                var owner = Session.open(database.ownerDataSource())) {
            for (var table : BASE_TABLES) {
                assertThat(owner.value("SELECT count(*) > 20 FROM public." + table))
                        .as(table)
                        .isEqualTo("t");
            }
            assertThat(owner.value("SELECT count(*) FROM public.user_progress")).isEqualTo("25");
            for (var table : List.of("saved_descriptions", "qa_responses", "user_interactions")) {
                assertThat(owner.value("SELECT count(*) > 5 FROM public." + table + " WHERE user_id IS NULL"))
                        .as("rows of nobody in " + table)
                        .isEqualTo("t");
            }
        }
    }

    @Test
    void theSameLearnersComeEachTime() throws SQLException {
        var digest = """
                SELECT md5(string_agg(row::text, '' ORDER BY row.id))
                  FROM public.user_interactions AS row
                """;
        try (var first = SampleDatabase.createUnmigrated().withLearners();
                var second = SampleDatabase.createUnmigrated().withLearners();
                var inFirst = Session.open(first.ownerDataSource());
                var inSecond = Session.open(second.ownerDataSource())) {
            assertThat(inFirst.value(digest)).isEqualTo(inSecond.value(digest));
            assertThat(inFirst.value("SELECT to_regclass('public.export_history')"))
                    .isEqualTo("NULL");
        }
    }

    @Test
    void aLearnerReadsTheirOwnRowsAndWhatBelongsToNobody() throws SQLException {
        try (var database = SampleDatabase.createWithLearners();
                var owner = Session.open(database.ownerDataSource())) {
            var learner =
                    UUID.fromString(owner.value("SELECT id FROM public.users WHERE email = 'learner01@example.org'"));
            try (var user = Session.speakingFor(learner, database.workerDataSource())) {
                assertThat(user.rows("SELECT email FROM public.users")).containsExactly("learner01@example.org");
                assertThat(user.rows("SELECT DISTINCT user_id FROM public.user_interactions ORDER BY 1"))
                        .containsExactly(learner.toString(), "NULL");
                assertThat(user.value("SELECT count(*) FROM public.sessions")).isEqualTo("12");
            }
        }
    }

    @Test
    void endingASessionFillsItsDuration() throws SQLException {
        try (var database = SampleDatabase.createUnmigrated();
                var owner = Session.open(database.ownerDataSource())) {
            var user = owner.addUser();
            owner.run(
                    "INSERT INTO public.sessions (user_id, session_type, started_at) VALUES (?, 'qa', '2026-11-01Z')",
                    user);
            owner.run("UPDATE public.sessions SET ended_at = started_at + interval '25 minutes'");

            assertThat(owner.value("SELECT duration_minutes FROM public.sessions"))
                    .isEqualTo("25");
        }
    }

    @Test
    void aWrongPasswordIsRefused() {
        try (var database = SampleDatabase.createEmpty()) {
            assertThatThrownBy(() -> database.dataSource(database.ownerUser(), "wrong")
                            .getConnection()
                            .close())
                    .hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void closingDropsTheDatabaseEvenInUse() throws SQLException {
        var database = SampleDatabase.createEmpty();
        try (var connection =
                DriverManager.getConnection(database.jdbcUrl(), database.ownerUser(), database.ownerPassword())) {
            assertThat(connection.isValid(1)).isTrue();

            database.close();

            assertThatThrownBy(() -> database.ownerDataSource().getConnection().close())
                    .hasMessageContaining("does not exist");
        }
    }
}
