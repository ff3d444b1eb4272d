package dev.satchel.batchexport.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.migrations.SampleDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every value that can be wrong is found by the reconciliation, named, and put right. */
class ReconcileCommandIT {

    private static final String SOMEBODY = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    @AutoClose
    private static final SampleDatabase database = SampleDatabase.createWithLearners();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            UPDATE public.user_progress SET total_points = total_points + 1                     | total_points
            UPDATE public.user_progress SET total_sessions = total_sessions - 1                 | total_sessions
            UPDATE public.user_progress SET total_descriptions = total_descriptions + 1         | total_descriptions
            UPDATE public.user_progress SET total_images = total_images + 1                     | total_images
            UPDATE public.user_progress SET total_questions_answered = 0                        | total_questions_answered
            UPDATE public.user_progress SET total_vocabulary_learned = 0                        | total_vocabulary_learned
            UPDATE public.user_progress SET total_time_spent_minutes = 1 + total_time_spent_minutes | total_time_spent_minutes
            UPDATE public.user_progress SET average_accuracy = 12.34                            | average_accuracy
            UPDATE public.user_progress SET last_activity_at = last_activity_at - interval '1s' | last_activity_at
            UPDATE public.user_progress SET last_activity_at = NULL                             | last_activity_at
            UPDATE public.user_progress SET current_streak_days = 0, longest_streak_days = 0    | longest_streak_days
            UPDATE public.user_progress SET mastered_words_count = mastered_words_count + 1     | mastered_words_count
            UPDATE public.user_progress SET learning_words_count = learning_words_count + 1     | learning_words_count
            UPDATE public.user_progress SET new_words_count = new_words_count + 1               | new_words_count
            UPDATE satchel.progress_total SET sessions = sessions + 1                           | sum of sessions
            UPDATE satchel.progress_total SET seconds = seconds + 0.000001                      | sum of seconds
            UPDATE satchel.progress_total SET points = points - 1                               | sum of points
            UPDATE satchel.progress_total SET qa_correct = qa_correct - 1                       | sum of qa_correct
            UPDATE satchel.progress_total SET run_from = run_from - 1                           | first day of the last run
            UPDATE satchel.progress_total SET run_to = run_to + 1                               | last active day
            UPDATE satchel.progress_total SET run_from = NULL                                   | first day of the last run
            UPDATE satchel.progress_total SET run_from = run_to + 1                             | first day of the last run
            UPDATE satchel.progress_total SET run_to = NULL                                     | last active day
            UPDATE satchel.session_contribution SET seconds = seconds + 1                             | contribution of session
            UPDATE satchel.session_contribution SET qa_correct = qa_correct + 1                       | contribution of session
            UPDATE satchel.session_contribution SET started_at = ended_at - interval '99 hours'       | contribution of session
            UPDATE satchel.session_contribution SET ended_at = ended_at + interval '1 microsecond'    | contribution of session
            UPDATE satchel.session_contribution SET day = day + 2                                     | day of session
            DELETE FROM satchel.session_contribution                                                  | contribution of session
            DELETE FROM satchel.progress_total                                                  | backfill
            DELETE FROM public.user_progress                                                    | user_progress
            """)
    void findsADifferenceAndRepairsIt(String damage, String what) throws SQLException {
        execute(damage + " WHERE user_id = '" + SOMEBODY + "'");

        Result found = asWorker("progress", "reconcile");
        Result repaired = asWorker("progress", "reconcile", "--repair");

        assertThat(found.exit()).isEqualTo(1);
        assertThat(found.out()).contains("user " + SOMEBODY + ": " + what).contains(" expected ", ", found ");
        assertThat(repaired.succeeded())
                .contains("user " + SOMEBODY + ": " + what)
                .endsWith(" repaired");
        assertThat(asWorker("progress", "reconcile").succeeded()).isEqualTo("25 users looked at, 0 differences found");
    }

    private static Result asWorker(String... arguments) {
        return Installation.satchel(Map.of("DATABASE_URL", database.workerUrl()), arguments);
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = database.ownerDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
