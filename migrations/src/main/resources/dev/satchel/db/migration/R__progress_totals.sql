-- The sums of users' contributions, and user_progress, which shows them.
--
-- What changes a user's contributions holds the lock of the user's row in user_progress, users in the order of their ids,
-- and updates that row: at READ COMMITTED the next one sees all contributions once it has the lock, and the higher levels
-- get a serialization error. Only differences are added, so that ending a session costs the same on the first day and
-- after ten years.
--
-- PostgreSQL checks the foreign key of a row again when a transaction writes it for the second time, and would then wait
-- for a user whose deletion waits for one of this transaction's sessions. So the users are held before the first write,
-- or, if somebody is deleting them already, their rows are written once only: they are about to go.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE OR REPLACE FUNCTION satchel.refresh_progress(of_users uuid[]) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- A definer who may not see every row gets an error, not smaller totals.
    SET row_security = off
AS $function$
DECLARE
    held constant uuid[] := ARRAY (SELECT id FROM satchel.users WHERE id = ANY (of_users) FOR KEY SHARE SKIP LOCKED);
    writable constant uuid[] := CASE current_setting('satchel.written', true) WHEN 'on' THEN held ELSE of_users END;
BEGIN
    PERFORM set_config('satchel.written', 'on', true);
    WITH active AS (
        SELECT DISTINCT user_id, day FROM satchel.session_contribution WHERE user_id = ANY (writable)
    ), run AS (
        SELECT user_id, min(day) AS first_day, max(day) AS last_day
          FROM (SELECT user_id, day, day - (row_number() OVER (PARTITION BY user_id ORDER BY day))::integer AS run
                  FROM active) AS numbered
         GROUP BY user_id, run
    ), streak AS (
        SELECT asked.user_id,
               (array_agg(first_day ORDER BY last_day DESC))[1] AS run_from,
               max(last_day) AS run_to,
               coalesce(max(last_day - first_day + 1), 0) AS longest_days,
               -- Days to come are left out; a streak lives until the end of the day after its last.
               coalesce(max(least(last_day, today.day) - first_day + 1)
                            FILTER (WHERE first_day <= today.day AND last_day >= today.day - 1), 0) AS current_days
          FROM unnest(writable) AS asked (user_id)
         CROSS JOIN LATERAL satchel.user_day(asked.user_id, statement_timestamp()) AS today (day)
          LEFT JOIN run ON run.user_id = asked.user_id
         GROUP BY asked.user_id
    ), total AS (
        UPDATE satchel.progress_total AS total
           SET run_from = streak.run_from,
               run_to = streak.run_to
          FROM streak
         WHERE total.user_id = streak.user_id
        RETURNING total.*, streak.longest_days, streak.current_days
    )
    UPDATE public.user_progress AS progress
       SET total_sessions = satchel.shown(total.sessions),
           total_descriptions = satchel.shown(total.descriptions),
           total_images = satchel.shown(total.images),
           total_questions_answered = satchel.shown(total.qa_attempts),
           total_vocabulary_learned = satchel.shown(total.vocabulary),
           total_time_spent_minutes = satchel.minutes(total.seconds),
           total_points = satchel.shown(total.points),
           average_accuracy = satchel.accuracy(total.qa_correct, total.qa_attempts),
           last_activity_at = greatest(progress.last_activity_at,
                                       (SELECT max(ended_at)
                                          FROM satchel.session_contribution
                                         WHERE session_contribution.user_id = total.user_id)),
           current_streak_days = total.current_days,
           longest_streak_days = greatest(progress.longest_streak_days, total.longest_days)
      FROM total
     WHERE progress.user_id = total.user_id;

    IF satchel.follows('public.learning_progress') THEN
        UPDATE public.user_progress AS progress
           SET mastered_words_count = word.mastered,
               learning_words_count = word.learning,
               new_words_count = word.new
          FROM unnest(held) AS asked (user_id)
         CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE satchel.word_group(learning_phase::text) = 'mastered') AS mastered,
                                    count(*) FILTER (WHERE satchel.word_group(learning_phase::text) = 'learning') AS learning,
                                    count(*) FILTER (WHERE satchel.word_group(learning_phase::text) = 'new') AS new
                               FROM public.learning_progress
                              WHERE learning_progress.user_id = asked.user_id) AS word
         WHERE progress.user_id = asked.user_id
           AND (progress.mastered_words_count, progress.learning_words_count, progress.new_words_count)
               IS DISTINCT FROM (word.mastered, word.learning, word.new);
    END IF;
END
$function$;

COMMENT ON FUNCTION satchel.refresh_progress(uuid[]) IS
    'Computes the rows of these users from their sums, the days of their contributions and their words; the caller holds '
    'the locks. The current streak lives while its last day is today or yesterday in the user''s zone; the longest never '
    'shrinks.';

CREATE OR REPLACE FUNCTION satchel.add_differences(differences satchel.progress_difference[]) RETURNS uuid[]
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    -- Planned once: the plan for any number of users is right for one, and cheaper than planning.
    SET plan_cache_mode = force_generic_plan
AS $function$
DECLARE
    held constant uuid[] := ARRAY (SELECT id
                                     FROM satchel.users
                                    WHERE id = ANY (ARRAY (SELECT user_id FROM unnest(differences)))
                                      FOR KEY SHARE SKIP LOCKED);
    is_first_write constant boolean := current_setting('satchel.written', true) IS DISTINCT FROM 'on';
    has_zone constant boolean := EXISTS (SELECT
                                           FROM unnest(differences) AS difference
                                           JOIN satchel.user_zone ON user_zone.user_id = difference.user_id);
    irregular uuid[];
BEGIN
    PERFORM set_config('satchel.written', 'on', true);
    WITH total AS (
        UPDATE satchel.progress_total AS total
           SET sessions = total.sessions + difference.sessions,
               descriptions = total.descriptions + difference.descriptions,
               images = total.images + difference.images,
               qa_attempts = total.qa_attempts + difference.qa_attempts,
               qa_correct = total.qa_correct + difference.qa_correct,
               vocabulary = total.vocabulary + difference.vocabulary,
               seconds = total.seconds + difference.seconds,
               points = total.points + difference.points,
               -- What learners do gains a day within their last run, right after it, or alone and later.
               run_from = CASE WHEN last_gained > total.run_to + 1 OR total.run_to IS NULL THEN last_gained
                               ELSE total.run_from END,
               run_to = greatest(total.run_to, last_gained)
          FROM unnest(differences) AS difference
         WHERE total.user_id = difference.user_id
        RETURNING total.*, last_end,
                  -- Whatever else happened reaches before the run as it is now.
                  loses_days OR coalesce(first_gained < total.run_from, false) AS is_irregular,
                  -- Here and not beside the update, where each mention of it would be looked up again.
                  CASE WHEN has_zone
                       THEN (SELECT counting.day
                               FROM satchel.user_day(total.user_id, statement_timestamp()) AS counting (day))
                       ELSE (statement_timestamp() AT TIME ZONE 'UTC')::date END AS today
    ), shown AS (
        UPDATE public.user_progress AS progress
           SET total_sessions = satchel.shown(total.sessions),
               total_descriptions = satchel.shown(total.descriptions),
               total_images = satchel.shown(total.images),
               total_questions_answered = satchel.shown(total.qa_attempts),
               total_vocabulary_learned = satchel.shown(total.vocabulary),
               total_time_spent_minutes = satchel.minutes(total.seconds),
               total_points = satchel.shown(total.points),
               average_accuracy = satchel.accuracy(total.qa_correct, total.qa_attempts),
               last_activity_at = greatest(progress.last_activity_at, total.last_end),
               current_streak_days = CASE WHEN total.is_irregular THEN progress.current_streak_days
                                          WHEN total.run_to >= total.today - 1
                                          THEN greatest(least(total.run_to, total.today) - total.run_from + 1, 0)
                                          ELSE 0 END,
               longest_streak_days = CASE WHEN total.is_irregular THEN progress.longest_streak_days
                                          ELSE greatest(progress.longest_streak_days,
                                                        total.run_to - total.run_from + 1) END,
               updated_at = now()
          FROM total
         WHERE progress.user_id = total.user_id
           AND (is_first_write OR progress.user_id = ANY (held))
        -- The run before days to come is not known.
        RETURNING progress.user_id, total.is_irregular OR total.run_from > total.today AS is_incomplete
    )
    SELECT array_agg(user_id) FILTER (WHERE is_incomplete) INTO irregular FROM shown;
    RETURN irregular;
END
$function$;

COMMENT ON FUNCTION satchel.add_differences(satchel.progress_difference[]) IS
    'Adds to the sums and the totals of users whose locks the caller holds; returns those whose days must be looked '
    'at as a whole by refresh_progress.';

-- What a session says is read from the table and not from the trigger's rows: another trigger may have changed it since.
CREATE OR REPLACE FUNCTION satchel.record_contributions(ids uuid[], users uuid[], withdrawn uuid[] DEFAULT '{}') RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET plan_cache_mode = force_generic_plan
AS $function$
DECLARE
    held uuid[];
    late uuid[];
    differences satchel.progress_difference[];
    irregular uuid[];
BEGIN
    SELECT array_agg(user_id)
      INTO held
      FROM (SELECT user_id
              FROM public.user_progress
             WHERE user_id = ANY (users || ARRAY (SELECT user_id
                                                    FROM satchel.session_contribution
                                                   WHERE session_id = ANY (ids || withdrawn)))
             ORDER BY user_id
               FOR NO KEY UPDATE) AS locked;

    SELECT array_agg(user_id)
      INTO late
      FROM unnest(held) AS holder (user_id)
     WHERE NOT EXISTS (SELECT FROM satchel.progress_total AS total WHERE total.user_id = holder.user_id);
    IF late IS NOT NULL THEN
        INSERT INTO satchel.progress_total (user_id, sessions, descriptions, images, qa_attempts, qa_correct,
                                            vocabulary, seconds, points)
        SELECT waiting.user_id, count(session_id), coalesce(sum(descriptions), 0), coalesce(sum(images), 0),
               coalesce(sum(qa_attempts), 0), coalesce(sum(qa_correct), 0), coalesce(sum(vocabulary), 0),
               coalesce(sum(seconds), 0), coalesce(sum(points), 0)
          FROM unnest(late) AS waiting (user_id)
          LEFT JOIN satchel.session_contribution AS contribution ON contribution.user_id = waiting.user_id
         GROUP BY waiting.user_id;
    END IF;

    -- Where there are no sessions, the contributions stay as they are.
    IF satchel.follows('public.sessions') THEN
        IF late IS NOT NULL THEN
            SELECT array_agg(id)
              INTO ids
              FROM (SELECT unnest(ids)
                     UNION
                    SELECT id FROM public.sessions WHERE user_id = ANY (late)
                     UNION
                    SELECT session_id FROM satchel.session_contribution WHERE user_id = ANY (late)) AS met (id);
        END IF;

        WITH compared AS MATERIALIZED (
            SELECT touched.id,
                   contribution.user_id AS old_user, contribution.day AS old_day, contribution.started_at AS old_start,
                   contribution.ended_at AS old_end, contribution.descriptions AS old_descriptions, contribution.images AS old_images,
                   contribution.qa_attempts AS old_attempts, contribution.qa_correct AS old_correct,
                   contribution.vocabulary AS old_vocabulary, contribution.seconds AS old_seconds, contribution.points AS old_points,
                   said.user_id AS new_user,
                   -- A change of zone rewrites no day that was recorded before.
                   CASE WHEN contribution.user_id = said.user_id AND contribution.ended_at = said.ended_at
                        THEN contribution.day ELSE said.day END AS new_day,
                   said.started_at AS new_start, said.ended_at AS new_end,
                   said.descriptions AS new_descriptions, said.images AS new_images,
                   said.qa_attempts AS new_attempts, said.qa_correct AS new_correct, said.vocabulary AS new_vocabulary,
                   said.seconds AS new_seconds, said.points AS new_points
              FROM unnest(ids || withdrawn) AS touched (id)
              LEFT JOIN public.sessions AS session ON session.id = touched.id
              LEFT JOIN satchel.session_contribution AS contribution ON contribution.session_id = touched.id
              LEFT JOIN LATERAL (SELECT session.user_id, session.started_at, session.ended_at, said.*
                                   FROM satchel.contribution(session.user_id, session.started_at, session.ended_at,
                                                             session.descriptions_generated, session.images_processed,
                                                             session.qa_attempts, session.qa_correct,
                                                             session.vocabulary_learned) AS said
                                  -- A user without sums has no row whose lock could have been taken.
                                  WHERE EXISTS (SELECT
                                                  FROM satchel.progress_total AS total
                                                 WHERE total.user_id = session.user_id)) AS said ON true
             -- Of a session that is deleted the contribution stays.
             WHERE session.id IS NOT NULL
                OR touched.id = ANY (withdrawn)
        ), change AS (
            SELECT *,
                   (new_user, new_day) IS DISTINCT FROM (old_user, old_day) AS is_another_day
              FROM compared
             -- Not the points: a change of their rule rewrites no contribution that says what it said.
             WHERE (new_user, new_day, new_start, new_end, new_descriptions, new_images, new_attempts, new_correct,
                    new_vocabulary)
                   IS DISTINCT FROM (old_user, old_day, old_start, old_end, old_descriptions, old_images, old_attempts,
                                     old_correct, old_vocabulary)
        ), withdrawal AS (
            DELETE FROM satchel.session_contribution AS contribution
             USING change
             WHERE contribution.session_id = change.id
               AND change.new_user IS NULL
        ), recording AS (
            INSERT INTO satchel.session_contribution AS contribution (session_id, user_id, day, started_at, ended_at, descriptions,
                                                          images, qa_attempts, qa_correct, vocabulary, seconds, points)
            SELECT id, new_user, new_day, new_start, new_end, new_descriptions, new_images, new_attempts, new_correct,
                   new_vocabulary, new_seconds, new_points
              FROM change
             WHERE new_user IS NOT NULL
                ON CONFLICT (session_id) DO UPDATE
               SET user_id = excluded.user_id,
                   day = excluded.day,
                   started_at = excluded.started_at,
                   ended_at = excluded.ended_at,
                   descriptions = excluded.descriptions,
                   images = excluded.images,
                   qa_attempts = excluded.qa_attempts,
                   qa_correct = excluded.qa_correct,
                   vocabulary = excluded.vocabulary,
                   seconds = excluded.seconds,
                   points = excluded.points
            RETURNING *
        ), entry AS (
            SELECT user_id, 1 AS sessions, descriptions, images, qa_attempts, qa_correct, vocabulary, seconds, points,
                   ended_at AS last_end, NULL::date AS gained_day, NULL::date AS lost_day
              FROM recording
             UNION ALL
            SELECT old_user, -1, -old_descriptions, -old_images, -old_attempts, -old_correct, -old_vocabulary,
                   -old_seconds, -old_points, NULL, NULL, CASE WHEN is_another_day THEN old_day END
              FROM change
             WHERE old_user IS NOT NULL
             UNION ALL
            SELECT new_user, 0, 0, 0, 0, 0, 0, 0, 0, NULL, new_day, NULL
              FROM change
             WHERE is_another_day
               AND new_user IS NOT NULL
        )
        SELECT array_agg(ROW (difference.*)::satchel.progress_difference)
          INTO differences
          FROM (SELECT user_id, sum(sessions), sum(descriptions), sum(images), sum(qa_attempts), sum(qa_correct),
                       sum(vocabulary), sum(seconds), sum(points), max(last_end), min(gained_day), max(gained_day),
                       count(lost_day) > 0
                  FROM entry
                 GROUP BY user_id) AS difference;
    END IF;
    IF differences IS NOT NULL THEN
        irregular := satchel.add_differences(differences);
    END IF;
    irregular := irregular || late;
    IF irregular IS NOT NULL THEN
        PERFORM satchel.refresh_progress(irregular);
    END IF;
END
$function$;

COMMENT ON FUNCTION satchel.record_contributions(uuid[], uuid[], uuid[]) IS
    'Records what these sessions contribute now, takes back the contributions of the withdrawn ones, and brings their users'' '
    'progress along; users who were not backfilled yet are. Done twice, it changes nothing. Counters that are NULL or '
    'negative are 0; an end at infinity is none.';

-- Only for users that the caller's statement holds by a foreign key, so that no deletion of an account is waited for.
CREATE OR REPLACE FUNCTION satchel.ensure_progress(users uuid[]) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    INSERT INTO public.user_progress (user_id)
    SELECT DISTINCT user_id
      FROM unnest(users) AS appearing (user_id)
     WHERE user_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM public.user_progress AS known WHERE known.user_id = appearing.user_id)
     ORDER BY user_id
        ON CONFLICT (user_id) DO NOTHING;
END
$function$;

COMMENT ON FUNCTION satchel.ensure_progress(uuid[]) IS
    'Gives those of the users a row in user_progress who have none; the backfill or the next session fills it.';

REVOKE ALL
    ON FUNCTION satchel.refresh_progress(uuid[]), satchel.add_differences(satchel.progress_difference[]),
        satchel.record_contributions(uuid[], uuid[], uuid[]), satchel.ensure_progress(uuid[])
    FROM PUBLIC, anon, authenticated, service_role;
