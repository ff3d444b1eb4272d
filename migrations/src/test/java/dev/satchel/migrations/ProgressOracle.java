package dev.satchel.migrations;

import java.sql.SQLException;
import java.util.List;

/**
 * What user_progress must say, recomputed in SQL from the sessions, the words and the contributions.
 *
 * <p>Written from the published rules, on purpose in other SQL than the triggers': a run of days is found from its two
 * ends and by counting through it, a percentage in whole numbers.
 */
final class ProgressOracle {

    /** Each line is one difference; none is expected. The parameter is a moment that "today" may have been read at. */
    private static final String DRIFT = """
              WITH said AS (SELECT id AS session_id,
                                   user_id,
                                   ended_at,
                                   CASE WHEN descriptions_generated > 0 THEN descriptions_generated ELSE 0 END AS descriptions,
                                   CASE WHEN images_processed > 0 THEN images_processed ELSE 0 END AS images,
                                   CASE WHEN qa_attempts > 0 THEN qa_attempts ELSE 0 END AS qa_attempts,
                                   CASE WHEN qa_correct > 0 THEN qa_correct ELSE 0 END AS qa_correct,
                                   CASE WHEN vocabulary_learned > 0 THEN vocabulary_learned ELSE 0 END AS vocabulary,
                                   CASE WHEN ended_at > started_at AND isfinite(started_at)
                                        THEN extract(epoch FROM ended_at) - extract(epoch FROM started_at)
                                        ELSE 0 END AS seconds
                              FROM public.sessions
                             WHERE user_id IS NOT NULL
                               AND ended_at > '-infinity'
                               AND ended_at < 'infinity'),
                   worth AS (SELECT said.*,
                                    satchel.points(qa_correct, qa_attempts, vocabulary, descriptions) AS points
                               FROM said),
                   total AS (SELECT users.id AS user_id,
                                    count(contribution.session_id) AS sessions,
                                    coalesce(sum(descriptions), 0) AS descriptions,
                                    coalesce(sum(images), 0) AS images,
                                    coalesce(sum(qa_attempts), 0) AS qa_attempts,
                                    coalesce(sum(qa_correct), 0) AS qa_correct,
                                    coalesce(sum(vocabulary), 0) AS vocabulary,
                                    coalesce(sum(seconds), 0) AS seconds,
                                    coalesce(sum(points), 0) AS points,
                                    max(contribution.day) AS run_to,
                                    max(contribution.ended_at) AS last_end
                               FROM public.users
                               LEFT JOIN satchel.session_contribution AS contribution ON contribution.user_id = users.id
                              GROUP BY users.id),
                   active AS (SELECT DISTINCT user_id, day FROM satchel.session_contribution),
                   first AS (SELECT user_id, day
                               FROM active
                              WHERE NOT EXISTS (SELECT
                                                  FROM satchel.session_contribution AS eve
                                                 WHERE eve.user_id = active.user_id
                                                   AND eve.day = active.day - 1)),
                   run AS (SELECT active.user_id, active.day, active.day - max(first.day) + 1 AS days
                             FROM active
                             JOIN first ON first.user_id = active.user_id AND first.day <= active.day
                            GROUP BY active.user_id, active.day),
                   longest AS (SELECT user_id, max(days) AS days FROM run GROUP BY user_id),
                   today AS (SELECT users.id AS user_id,
                                    (moment.at AT TIME ZONE coalesce((SELECT zone.zone
                                                                        FROM satchel.user_zone AS zone
                                                                       WHERE zone.user_id = users.id
                                                                         AND zone.since = (SELECT max(since)
                                                                                             FROM satchel.user_zone AS later
                                                                                            WHERE later.user_id = users.id
                                                                                              AND later.since <= moment.at)),
                                                                     'UTC'))::date AS day
                               FROM public.users, (VALUES (now()), (?::timestamptz)) AS moment (at)),
                   alive AS (SELECT today.user_id, coalesce(run.days, 0) AS days
                               FROM today
                               LEFT JOIN run
                                 ON run.user_id = today.user_id
                                AND run.day BETWEEN today.day - 1 AND today.day
                                AND run.day = (SELECT max(contribution.day)
                                                 FROM satchel.session_contribution AS contribution
                                                WHERE contribution.user_id = today.user_id
                                                  AND contribution.day <= today.day)),
                   words AS (SELECT user_id,
                                    sum((learning_phase = 'mastered')::integer) AS mastered,
                                    sum((learning_phase = 'learning' OR learning_phase = 'review')::integer) AS learning,
                                    sum((learning_phase = 'new')::integer) AS new
                               FROM public.learning_progress
                              GROUP BY user_id)
            SELECT 'session without its contribution', session_id::text, worth::text, NULL
              FROM worth
             WHERE NOT EXISTS (SELECT FROM satchel.session_contribution AS contribution WHERE contribution.session_id = worth.session_id)
             UNION ALL
            SELECT 'contribution unlike its session', session_id::text, worth::text, contribution::text
              FROM worth
              JOIN satchel.session_contribution AS contribution USING (session_id)
             WHERE (contribution.user_id, contribution.ended_at, contribution.descriptions, contribution.images, contribution.qa_attempts,
                    contribution.qa_correct, contribution.vocabulary, contribution.seconds, contribution.points)
                   <> (worth.user_id, worth.ended_at, worth.descriptions, worth.images, worth.qa_attempts,
                       worth.qa_correct, worth.vocabulary, worth.seconds, worth.points)
             UNION ALL
            SELECT 'contribution of a session that does not count', id::text, sessions::text, contribution::text
              FROM public.sessions
              JOIN satchel.session_contribution AS contribution ON contribution.session_id = sessions.id
             WHERE NOT EXISTS (SELECT FROM worth WHERE worth.session_id = sessions.id)
             UNION ALL
            SELECT 'left behind by an account', left_over.user_id::text, left_over.kind, NULL
              FROM (SELECT user_id, 'contribution' AS kind FROM satchel.session_contribution
                     UNION ALL
                    SELECT user_id, 'total' FROM satchel.progress_total
                     UNION ALL
                    SELECT user_id, 'zone' FROM satchel.user_zone) AS left_over
             WHERE left_over.user_id NOT IN (SELECT id FROM public.users)
             UNION ALL
            SELECT 'user without a total', total.user_id::text, NULL, NULL
              FROM total
             WHERE NOT EXISTS (SELECT FROM satchel.progress_total AS kept WHERE kept.user_id = total.user_id)
             UNION ALL
            SELECT 'user without progress', total.user_id::text, NULL, NULL
              FROM total
             WHERE NOT EXISTS (SELECT FROM public.user_progress AS shown WHERE shown.user_id = total.user_id)
             UNION ALL
            SELECT 'total unlike its contributions', user_id::text, total::text, kept::text
              FROM total
              JOIN satchel.progress_total AS kept USING (user_id)
             WHERE (kept.sessions, kept.descriptions, kept.images, kept.qa_attempts, kept.qa_correct, kept.vocabulary,
                    kept.seconds, kept.points)
                   <> (total.sessions, total.descriptions, total.images, total.qa_attempts, total.qa_correct,
                       total.vocabulary, total.seconds, total.points)
                OR kept.run_to IS DISTINCT FROM total.run_to
             UNION ALL
            SELECT 'run that is none', kept.user_id::text, kept.run_from::text, kept.run_to::text
              FROM satchel.progress_total AS kept
             WHERE EXISTS (SELECT
                             FROM generate_series(kept.run_from::timestamp, kept.run_to, '1 day') AS day
                            WHERE NOT EXISTS (SELECT
                                                FROM active
                                               WHERE active.user_id = kept.user_id
                                                 AND active.day = day::date))
                OR EXISTS (SELECT FROM active WHERE active.user_id = kept.user_id AND active.day = kept.run_from - 1)
             UNION ALL
            SELECT 'progress unlike its contributions', user_id::text, total::text, shown::text
              FROM total
              JOIN public.user_progress AS shown USING (user_id)
             WHERE (shown.total_sessions, shown.total_descriptions, shown.total_images, shown.total_questions_answered,
                    shown.total_vocabulary_learned, shown.total_time_spent_minutes, shown.total_points,
                    shown.average_accuracy)
                   <> (least(total.sessions, 2147483647), least(total.descriptions, 2147483647),
                       least(total.images, 2147483647), least(total.qa_attempts, 2147483647),
                       least(total.vocabulary, 2147483647), least(div(total.seconds, 60), 2147483647),
                       least(total.points, 2147483647),
                       CASE WHEN total.qa_attempts = 0 THEN 0
                            WHEN total.qa_correct >= total.qa_attempts THEN 100
                            ELSE div(20000::numeric * total.qa_correct + total.qa_attempts, 2 * total.qa_attempts) / 100 END)
                OR total.last_end > coalesce(shown.last_activity_at, '-infinity')
             UNION ALL
            SELECT 'longest streak too short', user_id::text, longest.days::text, shown.longest_streak_days::text
              FROM longest
              JOIN public.user_progress AS shown USING (user_id)
             WHERE longest.days > shown.longest_streak_days
             UNION ALL
            SELECT 'current streak', shown.user_id::text,
                   (SELECT string_agg(alive.days::text, ' or ') FROM alive WHERE alive.user_id = shown.user_id),
                   shown.current_streak_days::text
              FROM public.user_progress AS shown
             WHERE shown.current_streak_days NOT IN (SELECT days FROM alive WHERE alive.user_id = shown.user_id)
               AND ?
             UNION ALL
            SELECT 'words', shown.user_id::text, words::text, shown::text
              FROM public.user_progress AS shown
              LEFT JOIN words ON words.user_id = shown.user_id
             WHERE (shown.mastered_words_count, shown.learning_words_count, shown.new_words_count)
                   <> (coalesce(words.mastered, 0), coalesce(words.learning, 0), coalesce(words.new, 0))
            """;

    // A row lock orders the writers of one session, and with them the lines of this log. What a session said last is
    // what it must be recorded with, for as long as its user exists, whatever became of the session itself.
    private static final String LOG = """
            CREATE TABLE public.session_said (
                line       bigserial PRIMARY KEY,
                session_id uuid,
                user_id    uuid,
                ended_at   timestamptz,
                worth      text
            );
            CREATE FUNCTION public.log_session() RETURNS trigger
                LANGUAGE plpgsql
                SECURITY DEFINER
            AS $function$
            BEGIN
                INSERT INTO public.session_said (session_id, user_id, ended_at, worth)
                VALUES (NEW.id, NEW.user_id, NEW.ended_at,
                        concat_ws(' ', greatest(NEW.descriptions_generated, 0), greatest(NEW.images_processed, 0),
                                  greatest(NEW.qa_attempts, 0), greatest(NEW.qa_correct, 0),
                                  greatest(NEW.vocabulary_learned, 0)));
                RETURN NULL;
            END
            $function$;
            CREATE TRIGGER log_session
                AFTER INSERT OR UPDATE ON public.sessions
                FOR EACH ROW EXECUTE FUNCTION public.log_session();
            INSERT INTO public.session_said (session_id, user_id, ended_at, worth)
            SELECT id, user_id, ended_at,
                   concat_ws(' ', greatest(descriptions_generated, 0), greatest(images_processed, 0),
                             greatest(qa_attempts, 0), greatest(qa_correct, 0), greatest(vocabulary_learned, 0))
              FROM public.sessions;
            CREATE INDEX ON public.session_said (session_id, line);
            """;

    private static final String FORGOTTEN = """
              WITH latest AS (SELECT DISTINCT ON (session_id) session_id, user_id, ended_at, worth
                                FROM public.session_said
                               ORDER BY session_id, line DESC),
                   counted AS (SELECT latest.*
                                 FROM latest
                                WHERE isfinite(ended_at)
                                  AND EXISTS (SELECT FROM public.users WHERE users.id = latest.user_id)),
                   recorded AS (SELECT session_id, user_id, ended_at,
                                       concat_ws(' ', descriptions, images, qa_attempts, qa_correct, vocabulary) AS worth
                                  FROM satchel.session_contribution)
            (SELECT 'said and not recorded', counted.* FROM counted EXCEPT ALL
             SELECT 'said and not recorded', recorded.* FROM recorded)
             UNION ALL
            (SELECT 'recorded and not said', recorded.* FROM recorded EXCEPT ALL
             SELECT 'recorded and not said', counted.* FROM counted)
            """;

    private static final String LAST_ACTIVITY = """
            SELECT shown.user_id, shown.last_activity_at, last.ended_at
              FROM public.user_progress AS shown
              LEFT JOIN (SELECT user_id, max(ended_at) AS ended_at
                           FROM public.session_said
                          WHERE isfinite(ended_at)
                          GROUP BY user_id) AS last ON last.user_id = shown.user_id
             WHERE shown.last_activity_at IS DISTINCT FROM last.ended_at
            """;

    private ProgressOracle() {}

    /** Differences that hold whatever moment the current streak was written at. */
    static List<String> drift(Session session) throws SQLException {
        return session.rows(DRIFT, "now", false);
    }

    /**
     * All differences, with the current streak as of now.
     *
     * @param since a moment before the writes, so that a midnight between the two is no difference
     */
    static List<String> driftSince(String since, Session session) throws SQLException {
        return session.rows(DRIFT, since, true);
    }

    /** Starts to keep what each session says, for {@link #forgotten}; by the owner of the table. */
    static void log(Session owner) throws SQLException {
        owner.run(LOG);
    }

    /** Differences between the contributions and what the sessions said last, deleted ones too. */
    static List<String> forgotten(Session session) throws SQLException {
        return session.rows(FORGOTTEN);
    }

    /** Users whose last activity is not the last end that any of their sessions ever said. */
    static List<String> forgottenActivity(Session session) throws SQLException {
        return session.rows(LAST_ACTIVITY);
    }
}
