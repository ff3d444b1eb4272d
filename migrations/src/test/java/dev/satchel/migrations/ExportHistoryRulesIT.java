package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** What the database itself refuses, whoever writes. */
class ExportHistoryRulesIT {

    private static final List<String> STATUSES = List.of("pending", "processing", "completed", "failed");

    private static final Set<String> STEPS = Set.of(
            "pending processing", "pending failed", "processing completed", "processing failed", "processing pending");

    @AutoClose
    private static SampleDatabase database;

    @AutoClose
    private static Session owner;

    @AutoClose
    private static Session worker;

    @BeforeAll
    static void open() throws SQLException {
        database = SampleDatabase.create();
        owner = Session.open(database.ownerDataSource());
        worker = Session.open(database.workerDataSource());
    }

    static Stream<Arguments> everyPairOfStatuses() {
        return STATUSES.stream().flatMap(from -> STATUSES.stream().map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("everyPairOfStatuses")
    void onlyTheStepsOfTheLifeCycleAreTaken(String from, String to) throws SQLException {
        for (var session : List.of(owner, worker)) {
            var export = add(owner.addUser(), from, null);

            var refusal = catchThrowableOfType(
                    PSQLException.class,
                    () -> session.run("UPDATE public.export_history SET status = ? WHERE id = ?", to, export));

            if (from.equals(to) || STEPS.contains(from + " " + to)) {
                assertThat((Throwable) refusal).isNull();
            } else {
                assertThat(refusal.getSQLState()).isEqualTo("23514");
                assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("export_history_status_step");
                assertThat(refusal.getServerErrorMessage().getMessage())
                        .isEqualTo("export " + export + " cannot go from " + from + " to " + to);
            }
        }
    }

    @Test
    void aCompletedRowMayBeEditedWhileItsStatusStays() throws SQLException {
        var export = add(owner.addUser(), "completed", null);

        assertThat(worker.run(
                        "UPDATE public.export_history SET file_url = NULL, status = status, data = '{}' WHERE id = ?",
                        export))
                .isEqualTo(1);
    }

    @Test
    void aStatusOutsideTheFourIsRefused() throws SQLException {
        var user = owner.addUser();

        var refusal = catchThrowableOfType(PSQLException.class, () -> add(user, "cancelled", null));

        assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("export_history_status_check");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            nullValues = "NULL",
            value = {
                "pending;NULL;NULL",
                "processing;NULL;{}",
                "pending;{};NULL",
                "processing;{\"from\": \"2026-01-01\", \"to\": \"2026-02-01\"};{\"to\":\"2026-02-01\",\"from\":\"2026-01-01\"}"
            })
    void aSecondActiveExportOfTheSameRequestIsRefused(String first, String filters, String sameFilters)
            throws SQLException {
        var user = owner.addUser();
        add(user, first, filters);

        var refusal = catchThrowableOfType(PSQLException.class, () -> add(user, "pending", sameFilters));

        assertThat(refusal.getSQLState()).isEqualTo("23505");
        assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("export_history_one_active_per_request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"completed", "failed"})
    void aFinishedExportMayBeAskedForAgain(String finished) throws SQLException {
        var user = owner.addUser();
        add(user, finished, null);

        assertThatCode(() -> add(user, "pending", null)).doesNotThrowAnyException();
    }

    @Test
    void anotherUserOrFilterIsAnotherRequest() throws SQLException {
        var user = owner.addUser();
        var other = owner.addUser();
        add(user, "pending", null);

        assertThatCode(() -> add(user, "pending", "{\"phase\": \"review\"}")).doesNotThrowAnyException();
        assertThatCode(() -> add(other, "pending", null)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"user_api_keys", "user_progress", "export_history"})
    void updatedAtIsTheTimeOfTheLastUpdate(String table) throws SQLException {
        var user = owner.addUser();
        var values = table.equals("export_history")
                ? " (user_id, updated_at, export_type, export_format) VALUES (?, '2001-01-01Z', 'all', 'csv')"
                : " (user_id, updated_at) VALUES (?, '2001-01-01Z')";
        if (!table.equals("user_progress")) {
            owner.run("INSERT INTO public." + table + values, user);
        }

        owner.run("UPDATE public." + table + " SET updated_at = '1999-01-01Z' WHERE user_id = ?", user);

        assertThat(owner.value(
                        "SELECT updated_at BETWEEN now() - interval '5 minutes' AND now() FROM public." + table
                                + " WHERE user_id = ?",
                        user))
                .isEqualTo("t");
    }

    @ParameterizedTest
    @CsvSource({
        "user_progress, total_descriptions, -1, user_progress_counts_check",
        "user_progress, total_images, -1, user_progress_counts_check",
        "user_progress, total_questions_answered, -1, user_progress_counts_check",
        "user_progress, total_vocabulary_learned, -1, user_progress_counts_check",
        "user_progress, total_sessions, -1, user_progress_counts_check",
        "user_progress, total_time_spent_minutes, -1, user_progress_counts_check",
        "user_progress, current_streak_days, -1, user_progress_counts_check",
        "user_progress, longest_streak_days, -1, user_progress_counts_check",
        "user_progress, total_points, -1, user_progress_counts_check",
        "user_progress, mastered_words_count, -1, user_progress_counts_check",
        "user_progress, learning_words_count, -1, user_progress_counts_check",
        "user_progress, new_words_count, -1, user_progress_counts_check",
        "user_progress, average_accuracy, 100.01, user_progress_average_accuracy_check",
        "user_progress, average_accuracy, -0.01, user_progress_average_accuracy_check",
        "user_progress, current_streak_days, 1, user_progress_counts_check",
        "export_history, records_count, -1, export_history_records_count_check",
        "export_history, file_size_bytes, -1, export_history_file_size_bytes_check"
    })
    void numbersOutsideTheirRangeAreRefused(String table, String column, String value, String constraint)
            throws SQLException {
        var user = owner.addUser();
        add(user, "pending", null);

        var refusal = catchThrowableOfType(
                PSQLException.class,
                () -> owner.run(
                        "UPDATE public." + table + " SET " + column + " = " + value + " WHERE user_id = ?", user));

        assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo(constraint);
    }

    @Test
    void aDeletedUserTakesEveryRowAlong() throws SQLException {
        var user = owner.addUser();
        var export = add(user, "processing", null);
        owner.run("INSERT INTO satchel.export_lease (export_id, attempt) VALUES (?, 1)", export);
        owner.run(
                "INSERT INTO satchel.upload_journal (url, export_id, token) VALUES (?, ?, ?)",
                "s3://bucket/" + export,
                export,
                UUID.randomUUID());

        owner.run("DELETE FROM public.users WHERE id = ?", user);

        assertThat(owner.rows("SELECT id FROM public.export_history WHERE id = ?", export))
                .isEmpty();
        assertThat(owner.rows("SELECT attempt FROM satchel.export_lease WHERE export_id = ?", export))
                .isEmpty();
        assertThat(owner.rows("SELECT url FROM satchel.upload_journal WHERE export_id = ?", export))
                .containsExactly("s3://bucket/" + export);
    }

    private static UUID add(UUID user, String status, String filters) throws SQLException {
        return UUID.fromString(owner.value("""
                INSERT INTO public.export_history (user_id, export_type, export_format, status, filters)
                VALUES (?, 'sessions', 'csv', ?, ?::jsonb)
                RETURNING id
                """, user, status, filters));
    }
}
