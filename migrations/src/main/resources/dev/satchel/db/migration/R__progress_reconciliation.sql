-- A second pair of eyes: compares every sum with what it is the sum of, by formulas of its own, and repairs it.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE OR REPLACE FUNCTION satchel.next_users(after uuid, most integer) RETURNS uuid[]
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    RETURN ARRAY (SELECT id FROM satchel.users WHERE after IS NULL OR id > after ORDER BY id LIMIT most);
END
$function$;

COMMENT ON FUNCTION satchel.next_users(uuid, integer) IS
    'The next users by id, at most so many: those that follow the given one, NULL for the first.';

CREATE OR REPLACE FUNCTION satchel.progress_drift(of_users uuid[])
    RETURNS TABLE (user_id uuid, what text, expected text, found text)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
#variable_conflict use_column
BEGIN
    -- Written apart from what it checks.
    RETURN QUERY
    SELECT id, missing.what, 'a row', 'none'
      FROM satchel.users
     CROSS JOIN LATERAL (SELECT 'user_progress' WHERE NOT EXISTS (SELECT
                                                                    FROM public.user_progress AS progress
                                                                   WHERE progress.user_id = users.id)
                          UNION ALL
                         SELECT 'backfill' WHERE NOT EXISTS (SELECT
                                                               FROM satchel.progress_total AS total
                                                              WHERE total.user_id = users.id)) AS missing (what)
     WHERE id = ANY (of_users);

    IF satchel.follows('public.sessions') THEN
        RETURN QUERY
        WITH said AS (
            SELECT session.id,
                   session.user_id,
                   session.ended_at,
                   concat_ws(' ', session.user_id, extract(epoch FROM session.ended_at),
                             CASE WHEN session.descriptions_generated > 0 THEN session.descriptions_generated ELSE 0 END,
                             CASE WHEN session.images_processed > 0 THEN session.images_processed ELSE 0 END,
                             CASE WHEN session.qa_attempts > 0 THEN session.qa_attempts ELSE 0 END,
                             CASE WHEN session.qa_correct > 0 THEN session.qa_correct ELSE 0 END,
                             CASE WHEN session.vocabulary_learned > 0 THEN session.vocabulary_learned ELSE 0 END,
                             CASE WHEN isfinite(session.started_at) AND session.started_at < session.ended_at
                                  THEN (extract(epoch FROM session.ended_at) - extract(epoch FROM session.started_at))
                                  ELSE 0 END::numeric(20, 6)) AS contribution
              FROM public.sessions AS session
             WHERE session.user_id = ANY (of_users)
               AND session.ended_at < 'infinity'
               AND session.ended_at > '-infinity'
        ), contribution AS (
            SELECT session_id, contribution.user_id,
                   concat_ws(' ', contribution.user_id, extract(epoch FROM contribution.ended_at), descriptions, images, qa_attempts,
                             qa_correct, vocabulary, seconds) AS contribution
              FROM satchel.session_contribution AS contribution
             WHERE contribution.user_id = ANY (of_users)
        )
        SELECT coalesce(said.user_id, contribution.user_id),
               'contribution of session ' || coalesce(said.id, contribution.session_id),
               coalesce(said.contribution, 'none'),
               coalesce(contribution.contribution, 'none')
          FROM said
          FULL JOIN contribution ON contribution.session_id = said.id
         WHERE said.contribution IS DISTINCT FROM contribution.contribution
           -- Of a session that is deleted the contribution stays.
           AND (said.id IS NOT NULL OR EXISTS (SELECT FROM public.sessions AS session WHERE session.id = contribution.session_id));
    END IF;

    RETURN QUERY
    SELECT contribution.user_id,
           'day of session ' || session_id,
           'within a day of ' || (contribution.ended_at AT TIME ZONE 'UTC')::date,
           day::text
      FROM satchel.session_contribution AS contribution
     WHERE contribution.user_id = ANY (of_users)
       AND abs(day - (contribution.ended_at AT TIME ZONE 'UTC')::date) > 1;

    RETURN QUERY
    SELECT contribution.user_id,
           'contribution of session ' || session_id,
           compared.seconds || ' seconds from its start to its end',
           contribution.seconds::text
      FROM satchel.session_contribution AS contribution
     CROSS JOIN LATERAL (SELECT CASE WHEN isfinite(contribution.started_at) AND contribution.started_at < contribution.ended_at
                                     THEN extract(epoch FROM contribution.ended_at)
                                              - extract(epoch FROM contribution.started_at)
                                     ELSE 0 END AS seconds) AS compared
     WHERE contribution.user_id = ANY (of_users)
       AND compared.seconds <> contribution.seconds;

    RETURN QUERY
    WITH exact AS (
        SELECT asked.user_id,
               count(session_id) AS sessions,
               coalesce(sum(descriptions), 0) AS descriptions,
               coalesce(sum(images), 0) AS images,
               coalesce(sum(qa_attempts), 0) AS attempts,
               coalesce(sum(qa_correct), 0) AS correct,
               coalesce(sum(vocabulary), 0) AS vocabulary,
               coalesce(sum(seconds), 0) AS seconds,
               -- As they were given: no rule of today applies to contributions of earlier days.
               coalesce(sum(points), 0) AS points,
               max(ended_at) AS last_end,
               max(day) AS last_day
          FROM unnest(of_users) AS asked (user_id)
          LEFT JOIN satchel.session_contribution AS contribution ON contribution.user_id = asked.user_id
         GROUP BY asked.user_id
    )
    SELECT exact.user_id, compared.what, compared.expected::text, compared.found::text
      FROM exact
      JOIN satchel.progress_total AS total ON total.user_id = exact.user_id
      JOIN public.user_progress AS progress ON progress.user_id = exact.user_id
     CROSS JOIN LATERAL (VALUES
               ('sum of sessions', exact.sessions::numeric, total.sessions::numeric),
               ('sum of descriptions', exact.descriptions, total.descriptions),
               ('sum of images', exact.images, total.images),
               ('sum of qa_attempts', exact.attempts, total.qa_attempts),
               ('sum of qa_correct', exact.correct, total.qa_correct),
               ('sum of vocabulary', exact.vocabulary, total.vocabulary),
               ('sum of seconds', exact.seconds, total.seconds),
               ('sum of points', exact.points, total.points),
               ('last active day', exact.last_day - date '2000-01-01', total.run_to - date '2000-01-01'),
               ('total_sessions', least(exact.sessions, 2147483647), progress.total_sessions),
               ('total_descriptions', least(exact.descriptions, 2147483647), progress.total_descriptions),
               ('total_images', least(exact.images, 2147483647), progress.total_images),
               ('total_questions_answered', least(exact.attempts, 2147483647), progress.total_questions_answered),
               ('total_vocabulary_learned', least(exact.vocabulary, 2147483647), progress.total_vocabulary_learned),
               ('total_time_spent_minutes', least(div(exact.seconds, 60), 2147483647),
                progress.total_time_spent_minutes),
               ('total_points', least(exact.points, 2147483647), progress.total_points),
               ('average_accuracy',
                CASE WHEN exact.attempts > 0
                     THEN least(floor(10000.0 * exact.correct / exact.attempts + 0.5) / 100, 100) ELSE 0 END,
                progress.average_accuracy)) AS compared (what, expected, found)
     WHERE compared.expected IS DISTINCT FROM compared.found
     UNION ALL
    SELECT exact.user_id, 'last_activity_at', 'not before ' || exact.last_end,
           coalesce(progress.last_activity_at::text, 'none')
      FROM exact
      JOIN public.user_progress AS progress ON progress.user_id = exact.user_id
     WHERE exact.last_end > progress.last_activity_at
        OR (exact.last_end IS NOT NULL AND progress.last_activity_at IS NULL);

    RETURN QUERY
    WITH RECURSIVE active AS (
        SELECT DISTINCT contribution.user_id, day FROM satchel.session_contribution AS contribution WHERE contribution.user_id = ANY (of_users)
    ), run AS (
        SELECT active.user_id, day AS first_day, day AS last_day
          FROM active
         WHERE NOT EXISTS (SELECT FROM active AS before WHERE before.user_id = active.user_id
                                                          AND before.day = active.day - 1)
         UNION ALL
        SELECT run.user_id, first_day, active.day
          FROM run
          JOIN active ON active.user_id = run.user_id AND active.day = last_day + 1
    ), longest AS (
        SELECT run.user_id, max(last_day - first_day + 1) AS days FROM run GROUP BY run.user_id
    )
    SELECT longest.user_id, 'longest_streak_days', 'at least ' || longest.days, progress.longest_streak_days::text
      FROM longest
      JOIN public.user_progress AS progress ON progress.user_id = longest.user_id
     WHERE longest.days > progress.longest_streak_days
     UNION ALL
    SELECT total.user_id, 'first day of the last run', min(first_day)::text, total.run_from::text
      FROM run
      JOIN satchel.progress_total AS total ON total.user_id = run.user_id AND total.run_to = run.last_day
     GROUP BY total.user_id, total.run_from
    HAVING min(first_day) IS DISTINCT FROM total.run_from;

    IF satchel.follows('public.learning_progress') THEN
        RETURN QUERY
        WITH word AS (
            SELECT asked.user_id, learning_phase::text AS phase
              FROM unnest(of_users) AS asked (user_id)
              JOIN public.learning_progress AS word ON word.user_id = asked.user_id
        )
        SELECT progress.user_id, compared.what, compared.expected::text, compared.found::text
          FROM public.user_progress AS progress
         CROSS JOIN LATERAL (VALUES
                   ('mastered_words_count', ARRAY ['mastered'], progress.mastered_words_count),
                   ('learning_words_count', ARRAY ['learning', 'review'], progress.learning_words_count),
                   ('new_words_count', ARRAY ['new'], progress.new_words_count)) AS counted (what, phases, found)
         CROSS JOIN LATERAL (SELECT counted.what,
                                    (SELECT count(*)
                                       FROM word
                                      WHERE word.user_id = progress.user_id
                                        AND phase = ANY (counted.phases)) AS expected,
                                    counted.found) AS compared
         WHERE progress.user_id = ANY (of_users)
           AND compared.expected <> compared.found;
    END IF;
END
$function$;

COMMENT ON FUNCTION satchel.progress_drift(uuid[]) IS
    'Where the progress of these users is not what it should be: each contribution against its session where that still '
    'exists, each sum against the contributions, each total against the sums, words against learning_progress. The caller '
    'holds the locks of lock_progress. A contribution is shown as user, end in seconds, descriptions, images, attempts, '
    'correct, vocabulary, seconds.';

CREATE OR REPLACE FUNCTION satchel.lock_progress(of_users uuid[]) RETURNS uuid[]
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    IF cardinality(of_users) = 1 THEN
        -- Who holds nothing may wait.
        PERFORM FROM satchel.users WHERE id = of_users[1] FOR KEY SHARE;
        PERFORM FROM public.user_progress WHERE user_id = of_users[1] FOR NO KEY UPDATE;
        RETURN of_users;
    END IF;
    RETURN ARRAY (SELECT user_id
                    FROM public.user_progress
                   WHERE user_id = ANY (ARRAY (SELECT id
                                                 FROM satchel.users
                                                WHERE id = ANY (of_users)
                                                  FOR KEY SHARE SKIP LOCKED))
                   ORDER BY user_id
                     FOR NO KEY UPDATE SKIP LOCKED);
END
$function$;

COMMENT ON FUNCTION satchel.lock_progress(uuid[]) IS
    'Takes the locks that the triggers queue on and returns whose it got. Waits for a single user only.';

CREATE OR REPLACE FUNCTION satchel.repair_progress(of_users uuid[]) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    PERFORM satchel.ensure_progress(ARRAY (SELECT id FROM satchel.users WHERE id = ANY (of_users)));
    -- Of contributions whose sessions are gone, what they say themselves: of the days, only one that no zone can have
    -- given is counted again.
    UPDATE satchel.session_contribution
       SET day = (SELECT day FROM satchel.user_day(user_id, ended_at) AS counting (day))
     WHERE user_id = ANY (of_users)
       AND abs(day - (ended_at AT TIME ZONE 'UTC')::date) > 1;
    UPDATE satchel.session_contribution
       SET seconds = satchel.seconds(started_at, ended_at)
     WHERE user_id = ANY (of_users)
       AND seconds <> satchel.seconds(started_at, ended_at);
    DELETE FROM satchel.progress_total WHERE user_id = ANY (of_users);
    -- Users without sums are backfilled, from their contributions and from the sessions that still exist.
    PERFORM satchel.record_contributions('{}', of_users);
END
$function$;

COMMENT ON FUNCTION satchel.repair_progress(uuid[]) IS
    'Computes the progress of these users again, keeping the contributions of deleted sessions and the longest streak. The '
    'caller holds the locks of lock_progress.';

REVOKE ALL
    ON FUNCTION satchel.next_users(uuid, integer), satchel.progress_drift(uuid[]), satchel.lock_progress(uuid[]),
        satchel.repair_progress(uuid[])
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE
    ON FUNCTION satchel.next_users(uuid, integer), satchel.progress_drift(uuid[]), satchel.lock_progress(uuid[]),
        satchel.repair_progress(uuid[])
    TO satchel_exports;
