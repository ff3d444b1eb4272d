package dev.satchel.batchexport.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;

/**
 * Whether the contributions follow from the sessions, and the totals from the contributions: computed a second time from
 * the rules and not with Satchel's own functions. For databases in which no user has a zone and no session was deleted.
 *
 * @param contributions how many there are
 * @param wrongContributions that differ from their session, or are missing, or have none
 * @param totals how many users have some
 * @param wrongTotals users whose exact totals are missing or not the sums of their contributions
 * @param wrongProgress users whose {@code user_progress} is missing or does not follow from those sums
 */
record MeasuredDrift(long contributions, long wrongContributions, long totals, long wrongTotals, long wrongProgress) {

    private static final String COMPARE = """
              WITH counted AS (
                   SELECT id, user_id, ended_at, (ended_at AT TIME ZONE 'UTC')::date AS day,
                          coalesce(descriptions_generated, 0) AS descriptions, coalesce(images_processed, 0) AS images,
                          coalesce(qa_attempts, 0) AS attempts, coalesce(qa_correct, 0) AS correct,
                          coalesce(vocabulary_learned, 0) AS vocabulary,
                          greatest(extract(epoch FROM ended_at - started_at), 0) AS seconds
                     FROM sessions
                    WHERE ended_at IS NOT NULL
                      AND user_id IS NOT NULL),
                   wrong_contribution AS (
                   SELECT
                     FROM counted
                     FULL JOIN satchel.session_contribution AS contribution ON contribution.session_id = counted.id
                    WHERE (counted.user_id, counted.ended_at, counted.day, counted.descriptions, counted.images,
                           counted.attempts, counted.correct, counted.vocabulary, counted.seconds,
                           satchel.points(counted.correct, counted.attempts, counted.vocabulary, counted.descriptions))
                          IS DISTINCT FROM
                          (contribution.user_id, contribution.ended_at, contribution.day, contribution.descriptions, contribution.images,
                           contribution.qa_attempts, contribution.qa_correct, contribution.vocabulary, contribution.seconds, contribution.points)),
                   sums AS (
                   SELECT users.id AS user_id, count(session_id) AS sessions,
                          coalesce(sum(descriptions), 0) AS descriptions, coalesce(sum(images), 0) AS images,
                          coalesce(sum(qa_attempts), 0) AS attempts, coalesce(sum(qa_correct), 0) AS correct,
                          coalesce(sum(vocabulary), 0) AS vocabulary, coalesce(sum(seconds), 0) AS seconds,
                          coalesce(sum(points), 0) AS points, max(ended_at) AS last
                     FROM users
                     LEFT JOIN satchel.session_contribution AS contribution ON contribution.user_id = users.id
                    GROUP BY users.id),
                   wrong_total AS (
                   SELECT
                     FROM sums
                     FULL JOIN satchel.progress_total AS total ON total.user_id = sums.user_id
                    WHERE (sums.user_id, sums.sessions, sums.descriptions, sums.images, sums.attempts, sums.correct,
                           sums.vocabulary, sums.seconds, sums.points)
                          IS DISTINCT FROM
                          (total.user_id, total.sessions, total.descriptions, total.images, total.qa_attempts,
                           total.qa_correct, total.vocabulary, total.seconds, total.points)),
                   wrong_progress AS (
                   SELECT
                     FROM sums
                     FULL JOIN user_progress AS progress ON progress.user_id = sums.user_id
                    WHERE (sums.user_id, sums.sessions, sums.descriptions, sums.images, sums.attempts, sums.vocabulary,
                           floor(sums.seconds / 60), sums.points, sums.last,
                           least(coalesce(round(100.0 * sums.correct / nullif(sums.attempts, 0), 2), 0), 100))
                          IS DISTINCT FROM
                          (progress.user_id, progress.total_sessions, progress.total_descriptions,
                           progress.total_images, progress.total_questions_answered, progress.total_vocabulary_learned,
                           progress.total_time_spent_minutes, progress.total_points, progress.last_activity_at,
                           progress.average_accuracy))
            SELECT (SELECT count(*) FROM satchel.session_contribution), (SELECT count(*) FROM wrong_contribution),
                   (SELECT count(*) FROM satchel.progress_total), (SELECT count(*) FROM wrong_total),
                   (SELECT count(*) FROM wrong_progress)
            """;

    static MeasuredDrift in(Connection owner) throws SQLException {
        try (PreparedStatement statement = owner.prepareStatement(COMPARE);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new MeasuredDrift(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5));
        }
    }

    boolean isNone() {
        return wrongContributions + wrongTotals + wrongProgress == 0;
    }

    @Override
    public String toString() {
        return isNone()
                ? String.format(
                        Locale.ROOT,
                        "no drift: %,d contributions equal their sessions, the totals of %,d users the sums of their contributions",
                        contributions,
                        totals)
                : String.format(
                        Locale.ROOT,
                        "DRIFT: %,d of %,d contributions, %,d of %,d totals and %,d progress rows are wrong",
                        wrongContributions,
                        contributions,
                        wrongTotals,
                        totals,
                        wrongProgress);
    }
}
