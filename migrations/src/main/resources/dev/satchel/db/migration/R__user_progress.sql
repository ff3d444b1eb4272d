-- user_progress follows sessions through a ledger with one credit per counted session, and learning_progress directly.
-- Whoever changes a user's credits holds the lock of the user's row in user_progress, users in the order of their ids,
-- and updates that row: at READ COMMITTED the next one sees all credits once it has the lock, and the higher levels get
-- a serialization error. Only differences are added, so that ending a session costs the same on the first day and
-- after ten years.
--
-- PostgreSQL checks the foreign key of a row again when a transaction writes it for the second time, and would then wait
-- for a user whose deletion waits for one of this transaction's sessions. So the users are held before the first write,
-- or, if somebody is deleting them already, their rows are written once only: they are about to go.
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE FUNCTION satchel.user_day(of_user uuid, at timestamptz) RETURNS date
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT coalesce(satchel.day_in_zone(at, (SELECT zone
                                               FROM satchel.user_zone
                                              WHERE user_id = of_user
                                                AND since <= at
                                              ORDER BY since DESC
                                              LIMIT 1)),
                    (at AT TIME ZONE 'UTC')::date)
$function$;

COMMENT ON FUNCTION satchel.user_day(uuid, timestamptz) IS
    'The day of a moment in the zone that was then in force for the user, UTC where none was or the server does not know '
    'it.';

CREATE OR REPLACE FUNCTION satchel.refresh_progress(of_users uuid[]) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- A definer who may not see every row gets an error, not smaller totals.
    SET row_security = off
AS $function$
DECLARE
    held constant uuid[] := ARRAY (SELECT id FROM public.users WHERE id = ANY (of_users) FOR KEY SHARE SKIP LOCKED);
    writable constant uuid[] := CASE current_setting('satchel.written', true) WHEN 'on' THEN held ELSE of_users END;
BEGIN
    PERFORM set_config('satchel.written', 'on', true);
    WITH active AS (
        SELECT DISTINCT user_id, day FROM satchel.session_credit WHERE user_id = ANY (writable)
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
         CROSS JOIN LATERAL (SELECT satchel.user_day(asked.user_id, statement_timestamp()) AS day) AS today
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
       SET total_sessions = least(total.sessions, 2147483647),
           total_descriptions = least(total.descriptions, 2147483647),
           total_images = least(total.images, 2147483647),
           total_questions_answered = least(total.qa_attempts, 2147483647),
           total_vocabulary_learned = least(total.vocabulary, 2147483647),
           total_time_spent_minutes = least(floor(total.seconds / 60), 2147483647),
           total_points = least(total.points, 2147483647),
           average_accuracy = CASE WHEN total.qa_attempts = 0 THEN 0
                                   ELSE least(round(100.0 * total.qa_correct / total.qa_attempts, 2), 100) END,
           last_activity_at = greatest(progress.last_activity_at,
                                       (SELECT max(ended_at)
                                          FROM satchel.session_credit
                                         WHERE session_credit.user_id = total.user_id)),
           current_streak_days = total.current_days,
           longest_streak_days = greatest(progress.longest_streak_days, total.longest_days)
      FROM total
     WHERE progress.user_id = total.user_id;

    IF to_regclass('public.learning_progress') IS NOT NULL THEN
        UPDATE public.user_progress AS progress
           SET mastered_words_count = word.mastered,
               learning_words_count = word.learning,
               new_words_count = word.new
          FROM unnest(held) AS asked (user_id)
         CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE learning_phase::text = 'mastered') AS mastered,
                                    count(*) FILTER (WHERE learning_phase::text IN ('learning', 'review')) AS learning,
                                    count(*) FILTER (WHERE learning_phase::text = 'new') AS new
                               FROM public.learning_progress
                              WHERE learning_progress.user_id = asked.user_id) AS word
         WHERE progress.user_id = asked.user_id
           AND (progress.mastered_words_count, progress.learning_words_count, progress.new_words_count)
               IS DISTINCT FROM (word.mastered, word.learning, word.new);
    END IF;
END
$function$;

COMMENT ON FUNCTION satchel.refresh_progress(uuid[]) IS
    'Writes the rows of these users anew from their sums, the days of their credits and their words; the caller holds '
    'the locks. Accuracy: 100 × correct / attempts, two decimals, half up, 0 without attempts. Minutes: the sum of '
    'seconds / 60, rounded down. Words: mastered; learning and review are learning; new. The current streak lives '
    'while its last day is today or yesterday in the user''s zone; the longest never shrinks.';

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
                                     FROM public.users
                                    WHERE id = ANY (ARRAY (SELECT user_id FROM unnest(differences)))
                                      FOR KEY SHARE SKIP LOCKED);
    is_first_write constant boolean := current_setting('satchel.written', true) IS DISTINCT FROM 'on';
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
                  loses_days OR coalesce(first_gained < total.run_from, false) AS is_irregular
    ), shown AS (
        UPDATE public.user_progress AS progress
           SET total_sessions = least(total.sessions, 2147483647),
               total_descriptions = least(total.descriptions, 2147483647),
               total_images = least(total.images, 2147483647),
               total_questions_answered = least(total.qa_attempts, 2147483647),
               total_vocabulary_learned = least(total.vocabulary, 2147483647),
               total_time_spent_minutes = least(floor(total.seconds / 60), 2147483647),
               total_points = least(total.points, 2147483647),
               -- Half up, as round() of a numeric does for what is not negative. No error of a counter may keep a
               -- session from ending, so more correct answers than attempts are 100.
               average_accuracy = CASE WHEN total.qa_attempts = 0 THEN 0
                                       ELSE least(round(100.0 * total.qa_correct / total.qa_attempts, 2), 100) END,
               last_activity_at = greatest(progress.last_activity_at, total.last_end),
               current_streak_days = CASE WHEN total.is_irregular THEN progress.current_streak_days
                                          WHEN total.run_to >= today.day - 1
                                          THEN greatest(least(total.run_to, today.day) - total.run_from + 1, 0)
                                          ELSE 0 END,
               longest_streak_days = CASE WHEN total.is_irregular THEN progress.longest_streak_days
                                          ELSE greatest(progress.longest_streak_days,
                                                        total.run_to - total.run_from + 1) END
          FROM total
         CROSS JOIN LATERAL (SELECT coalesce(
                                        satchel.day_in_zone(
                                            statement_timestamp(),
                                            (SELECT zone
                                               FROM satchel.user_zone
                                              WHERE user_zone.user_id = total.user_id
                                                AND user_zone.since <= statement_timestamp()
                                              ORDER BY user_zone.since DESC
                                              LIMIT 1)),
                                        (statement_timestamp() AT TIME ZONE 'UTC')::date) AS day) AS today
         WHERE progress.user_id = total.user_id
           AND (is_first_write OR progress.user_id = ANY (held))
        -- The run before days to come is not known.
        RETURNING progress.user_id, total.is_irregular OR total.run_from > today.day AS is_incomplete
    )
    SELECT array_agg(user_id) FILTER (WHERE is_incomplete) INTO irregular FROM shown;
    RETURN irregular;
END
$function$;

COMMENT ON FUNCTION satchel.add_differences(satchel.progress_difference[]) IS
    'Adds to the sums and the totals of users whose locks the caller holds; returns those whose days must be looked '
    'at as a whole by refresh_progress.';

-- What a session says is read from the table and not from the trigger's rows: another trigger may have changed it since.
CREATE OR REPLACE FUNCTION satchel.credit_sessions(ids uuid[], users uuid[], withdrawn uuid[] DEFAULT '{}') RETURNS void
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
                                                    FROM satchel.session_credit
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
          LEFT JOIN satchel.session_credit AS credit ON credit.user_id = waiting.user_id
         GROUP BY waiting.user_id;
        SELECT array_agg(id)
          INTO ids
          FROM (SELECT unnest(ids)
                 UNION
                SELECT id FROM public.sessions WHERE user_id = ANY (late)
                 UNION
                SELECT session_id FROM satchel.session_credit WHERE user_id = ANY (late)) AS met (id);
    END IF;

    WITH compared AS MATERIALIZED (
        SELECT touched.id,
               credit.user_id AS old_user, credit.day AS old_day, credit.started_at AS old_start,
               credit.ended_at AS old_end, credit.descriptions AS old_descriptions, credit.images AS old_images,
               credit.qa_attempts AS old_attempts, credit.qa_correct AS old_correct,
               credit.vocabulary AS old_vocabulary, credit.seconds AS old_seconds, credit.points AS old_points,
               said.user_id AS new_user,
               -- A change of zone rewrites no day that was credited before.
               CASE WHEN credit.user_id = said.user_id AND credit.ended_at = said.ended_at
                    THEN credit.day ELSE said.day END AS new_day,
               said.started_at AS new_start, said.ended_at AS new_end,
               said.descriptions AS new_descriptions, said.images AS new_images,
               said.attempts AS new_attempts, said.correct AS new_correct, said.vocabulary AS new_vocabulary
          FROM unnest(ids || withdrawn) AS touched (id)
          LEFT JOIN public.sessions AS session ON session.id = touched.id
          LEFT JOIN satchel.session_credit AS credit ON credit.session_id = touched.id
          LEFT JOIN LATERAL (SELECT session.user_id,
                                    session.started_at,
                                    session.ended_at,
                                    coalesce(
                                        satchel.day_in_zone(
                                            session.ended_at,
                                            (SELECT zone
                                               FROM satchel.user_zone
                                              WHERE user_zone.user_id = session.user_id
                                                AND user_zone.since <= session.ended_at
                                              ORDER BY user_zone.since DESC
                                              LIMIT 1)),
                                        (session.ended_at AT TIME ZONE 'UTC')::date) AS day,
                                    greatest(coalesce(session.descriptions_generated, 0), 0) AS descriptions,
                                    greatest(coalesce(session.images_processed, 0), 0) AS images,
                                    greatest(coalesce(session.qa_attempts, 0), 0) AS attempts,
                                    greatest(coalesce(session.qa_correct, 0), 0) AS correct,
                                    greatest(coalesce(session.vocabulary_learned, 0), 0) AS vocabulary
                              WHERE isfinite(session.ended_at)
                                -- A user without sums has no row whose lock could have been taken.
                                AND EXISTS (SELECT
                                              FROM satchel.progress_total AS total
                                             WHERE total.user_id = session.user_id)) AS said ON true
         -- Of a session that is deleted the credit stays.
         WHERE session.id IS NOT NULL
            OR touched.id = ANY (withdrawn)
    ), change AS (
        SELECT *,
               (new_user, new_day) IS DISTINCT FROM (old_user, old_day) AS is_another_day
          FROM compared
         WHERE (new_user, new_day, new_start, new_end, new_descriptions, new_images, new_attempts, new_correct,
                new_vocabulary)
               IS DISTINCT FROM (old_user, old_day, old_start, old_end, old_descriptions, old_images, old_attempts,
                                 old_correct, old_vocabulary)
    ), withdrawal AS (
        DELETE FROM satchel.session_credit AS credit
         USING change
         WHERE credit.session_id = change.id
           AND change.new_user IS NULL
    ), crediting AS (
        INSERT INTO satchel.session_credit AS credit (session_id, user_id, day, started_at, ended_at, descriptions,
                                                      images, qa_attempts, qa_correct, vocabulary)
        SELECT id, new_user, new_day, new_start, new_end, new_descriptions, new_images, new_attempts, new_correct,
               new_vocabulary
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
               vocabulary = excluded.vocabulary
        RETURNING *
    ), entry AS (
        SELECT user_id, 1 AS sessions, descriptions, images, qa_attempts, qa_correct, vocabulary, seconds, points,
               ended_at AS last_end, NULL::date AS gained_day, NULL::date AS lost_day
          FROM crediting
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
    IF differences IS NOT NULL THEN
        irregular := satchel.add_differences(differences);
    END IF;
    irregular := irregular || late;
    IF irregular IS NOT NULL THEN
        PERFORM satchel.refresh_progress(irregular);
    END IF;
END
$function$;

COMMENT ON FUNCTION satchel.credit_sessions(uuid[], uuid[], uuid[]) IS
    'Credits these sessions as they are now, takes back the credits of the withdrawn ones, and brings their users'' '
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

CREATE OR REPLACE FUNCTION satchel.follow_new_users() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    WITH made AS (
        INSERT INTO public.user_progress (user_id)
        SELECT id FROM new_rows ORDER BY id
            ON CONFLICT (user_id) DO NOTHING
        RETURNING user_id
    )
    INSERT INTO satchel.progress_total (user_id)
    SELECT user_id FROM made
        ON CONFLICT (user_id) DO NOTHING;
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.follow_new_users() IS 'Users have a row of progress from their first moment on.';

CREATE OR REPLACE FUNCTION satchel.follow_sessions() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET plan_cache_mode = force_generic_plan
AS $function$
DECLARE
    ids uuid[];
    users uuid[];
    ended bigint;
    ended_users uuid[];
    uncounted boolean;
    credited bigint;
    differences satchel.progress_difference[];
    irregular uuid[];
    withdrawn uuid[] := '{}';
    appearing uuid[];
BEGIN
    IF pg_trigger_depth() > 1 THEN
        -- The rows of the statement around this one may be out of date by now.
        PERFORM set_config('satchel.nested', 'on', true);
    END IF;

    SELECT array_agg(id),
           array_agg(DISTINCT user_id) FILTER (WHERE user_id IS NOT NULL),
           count(*) FILTER (WHERE isfinite(ended_at) AND user_id IS NOT NULL),
           array_agg(DISTINCT user_id) FILTER (WHERE isfinite(ended_at) AND user_id IS NOT NULL)
      INTO ids, users, ended, ended_users
      FROM new_rows;
    IF ids IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- One that was deleted may come back.
        uncounted := NOT EXISTS (SELECT FROM satchel.session_credit WHERE session_id = ANY (ids));
    ELSE
        uncounted := NOT EXISTS (SELECT FROM old_rows WHERE ended_at IS NOT NULL);
    END IF;

    IF (SELECT count(*) FROM public.user_progress WHERE user_id = ANY (users)) < cardinality(users) THEN
        IF TG_OP = 'INSERT' THEN
            appearing := users;
        ELSE
            -- Also while open: the user it moved to needs a row by the time it ends.
            SELECT array_agg(DISTINCT user_id)
              INTO appearing
              FROM (SELECT id, user_id FROM new_rows EXCEPT SELECT id, user_id FROM old_rows) AS moved;
        END IF;
        PERFORM satchel.ensure_progress(appearing);
    END IF;

    IF uncounted AND ended = 0 THEN
        RETURN NULL;
    END IF;

    -- The common case, in few statements: what was open has ended, of users whose sums are known.
    IF uncounted AND current_setting('satchel.nested', true) IS DISTINCT FROM 'on' THEN
        PERFORM FROM public.user_progress WHERE user_id = ANY (ended_users) ORDER BY user_id FOR NO KEY UPDATE;
        IF (SELECT count(*) FROM satchel.progress_total WHERE user_id = ANY (ended_users))
           = cardinality(ended_users) THEN
            WITH crediting AS (
                INSERT INTO satchel.session_credit (session_id, user_id, day, started_at, ended_at, descriptions,
                                                    images, qa_attempts, qa_correct, vocabulary)
                SELECT id,
                       user_id,
                       coalesce(satchel.day_in_zone(ended_at, (SELECT zone
                                                                 FROM satchel.user_zone
                                                                WHERE user_zone.user_id = new_rows.user_id
                                                                  AND user_zone.since <= new_rows.ended_at
                                                                ORDER BY user_zone.since DESC
                                                                LIMIT 1)),
                                (ended_at AT TIME ZONE 'UTC')::date),
                       started_at,
                       ended_at,
                       greatest(coalesce(descriptions_generated, 0), 0),
                       greatest(coalesce(images_processed, 0), 0),
                       greatest(coalesce(qa_attempts, 0), 0),
                       greatest(coalesce(qa_correct, 0), 0),
                       greatest(coalesce(vocabulary_learned, 0), 0)
                  FROM new_rows
                 WHERE isfinite(ended_at)
                   AND user_id IS NOT NULL
                    ON CONFLICT (session_id) DO NOTHING
                RETURNING *
            )
            SELECT array_agg(ROW (difference.*)::satchel.progress_difference), sum(sessions)
              INTO differences, credited
              FROM (SELECT user_id, count(*) AS sessions, sum(descriptions), sum(images), sum(qa_attempts),
                           sum(qa_correct), sum(vocabulary), sum(seconds), sum(points), max(ended_at), min(day),
                           max(day), false
                      FROM crediting
                     GROUP BY user_id) AS difference;
            IF differences IS NOT NULL THEN
                irregular := satchel.add_differences(differences);
                IF irregular IS NOT NULL THEN
                    PERFORM satchel.refresh_progress(irregular);
                END IF;
            END IF;
            IF credited = ended THEN
                RETURN NULL;
            END IF;
        END IF;
    END IF;

    IF TG_OP = 'UPDATE' THEN
        -- Grouped and not joined: a plan that was made for one row must not be quadratic for a million.
        WITH change AS (
            SELECT id, user_id, ended_at, sum(sign) AS sign
              FROM (SELECT id, user_id, started_at, ended_at, descriptions_generated, images_processed, qa_attempts,
                           qa_correct, vocabulary_learned, 1 AS sign
                      FROM new_rows
                     UNION ALL
                    SELECT id, user_id, started_at, ended_at, descriptions_generated, images_processed, qa_attempts,
                           qa_correct, vocabulary_learned, -1
                      FROM old_rows) AS version
             GROUP BY id, user_id, started_at, ended_at, descriptions_generated, images_processed, qa_attempts,
                      qa_correct, vocabulary_learned
            HAVING sum(sign) <> 0
        )
        SELECT array_agg(DISTINCT id),
               array_agg(DISTINCT user_id),
               -- A session that was given another id is counted under that one.
               (SELECT array_agg(id) FROM (SELECT id FROM change GROUP BY id HAVING sum(sign) < 0) AS renamed)
          INTO ids, users, withdrawn
          FROM change
         WHERE ended_at IS NOT NULL;
        IF ids IS NULL THEN
            RETURN NULL;
        END IF;
        IF withdrawn IS NULL THEN
            withdrawn := '{}';
        ELSE
            ids := ARRAY (SELECT unnest(ids) EXCEPT SELECT unnest(withdrawn));
        END IF;
    END IF;
    PERFORM satchel.credit_sessions(ids, users, withdrawn);
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.follow_sessions() IS
    'Credits sessions that were inserted as ended, ended, reopened, corrected, moved, copied or restored.';

CREATE OR REPLACE FUNCTION satchel.follow_deleted_sessions() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    late uuid[];
BEGIN
    -- Sessions that go with their account must not wait for its progress: whoever ends its other sessions holds that.
    SELECT array_agg(DISTINCT user_id)
      INTO late
      FROM old_rows AS gone
     WHERE ended_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM satchel.progress_total AS total WHERE total.user_id = gone.user_id)
       AND EXISTS (SELECT FROM public.users WHERE users.id = gone.user_id);
    IF late IS NULL THEN
        RETURN NULL;
    END IF;

    SELECT array_agg(user_id)
      INTO late
      FROM (SELECT user_id
              FROM public.user_progress
             WHERE user_id = ANY (late)
             ORDER BY user_id
               FOR NO KEY UPDATE) AS locked;
    INSERT INTO satchel.session_credit (session_id, user_id, day, started_at, ended_at, descriptions, images,
                                        qa_attempts, qa_correct, vocabulary)
    SELECT gone.id, gone.user_id, satchel.user_day(gone.user_id, gone.ended_at), gone.started_at, gone.ended_at,
           greatest(coalesce(gone.descriptions_generated, 0), 0), greatest(coalesce(gone.images_processed, 0), 0),
           greatest(coalesce(gone.qa_attempts, 0), 0), greatest(coalesce(gone.qa_correct, 0), 0),
           greatest(coalesce(gone.vocabulary_learned, 0), 0)
      FROM old_rows AS gone
     WHERE gone.user_id = ANY (late)
       AND isfinite(gone.ended_at)
       -- Somebody else may have met the user while this waited for the lock.
       AND NOT EXISTS (SELECT FROM satchel.progress_total AS total WHERE total.user_id = gone.user_id)
        ON CONFLICT (session_id) DO NOTHING;
    PERFORM satchel.credit_sessions('{}', late);
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.follow_deleted_sessions() IS
    'Deleting a session takes nothing back; one whose user was not backfilled yet is credited before it is gone.';

CREATE OR REPLACE FUNCTION satchel.follow_words() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    of_users uuid[];
    mastered bigint[];
    learning bigint[];
    fresh bigint[];
    late uuid[];
    held uuid[];
    is_first_write boolean;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(user_id), array_agg(change.mastered), array_agg(change.learning), array_agg(change.new)
          INTO of_users, mastered, learning, fresh
          FROM (SELECT user_id,
                       count(*) FILTER (WHERE learning_phase::text = 'mastered') AS mastered,
                       count(*) FILTER (WHERE learning_phase::text IN ('learning', 'review')) AS learning,
                       count(*) FILTER (WHERE learning_phase::text = 'new') AS new
                  FROM new_rows
                 GROUP BY user_id) AS change;
        PERFORM satchel.ensure_progress(of_users);
    ELSIF TG_OP = 'UPDATE' THEN
        SELECT array_agg(user_id), array_agg(change.mastered), array_agg(change.learning), array_agg(change.new)
          INTO of_users, mastered, learning, fresh
          FROM (SELECT user_id,
                       coalesce(sum(sign) FILTER (WHERE phase = 'mastered'), 0) AS mastered,
                       coalesce(sum(sign) FILTER (WHERE phase IN ('learning', 'review')), 0) AS learning,
                       coalesce(sum(sign) FILTER (WHERE phase = 'new'), 0) AS new
                  FROM (SELECT user_id, learning_phase::text AS phase, 1 AS sign FROM new_rows
                         UNION ALL
                        SELECT user_id, learning_phase::text, -1 FROM old_rows) AS entry
                 GROUP BY user_id) AS change
         WHERE (change.mastered, change.learning, change.new) <> (0, 0, 0);
        PERFORM satchel.ensure_progress((SELECT array_agg(user_id)
                                           FROM (SELECT id, user_id FROM new_rows
                                                 EXCEPT
                                                 SELECT id, user_id FROM old_rows) AS moved));
    ELSE
        -- Words that go with their account must not wait for its progress: whoever ends its sessions holds that.
        SELECT array_agg(user_id), array_agg(change.mastered), array_agg(change.learning), array_agg(change.new)
          INTO of_users, mastered, learning, fresh
          FROM (SELECT user_id,
                       -count(*) FILTER (WHERE learning_phase::text = 'mastered') AS mastered,
                       -count(*) FILTER (WHERE learning_phase::text IN ('learning', 'review')) AS learning,
                       -count(*) FILTER (WHERE learning_phase::text = 'new') AS new
                  FROM old_rows
                 GROUP BY user_id) AS change
         WHERE EXISTS (SELECT FROM public.users WHERE users.id = change.user_id);
    END IF;
    IF of_users IS NULL THEN
        RETURN NULL;
    END IF;

    PERFORM FROM public.user_progress WHERE user_id = ANY (of_users) ORDER BY user_id FOR NO KEY UPDATE;
    SELECT array_agg(user_id)
      INTO late
      FROM unnest(of_users) AS met (user_id)
     WHERE NOT EXISTS (SELECT FROM satchel.progress_total AS total WHERE total.user_id = met.user_id);
    IF late IS NOT NULL THEN
        PERFORM satchel.credit_sessions('{}', late);
    END IF;
    held := ARRAY (SELECT id FROM public.users WHERE id = ANY (of_users) FOR KEY SHARE SKIP LOCKED);
    is_first_write := current_setting('satchel.written', true) IS DISTINCT FROM 'on';
    PERFORM set_config('satchel.written', 'on', true);
    UPDATE public.user_progress AS progress
       SET mastered_words_count = greatest(progress.mastered_words_count + change.mastered, 0),
           learning_words_count = greatest(progress.learning_words_count + change.learning, 0),
           new_words_count = greatest(progress.new_words_count + change.new, 0)
      FROM unnest(of_users, mastered, learning, fresh) AS change (user_id, mastered, learning, new)
     WHERE progress.user_id = change.user_id
       AND (is_first_write OR progress.user_id = ANY (held))
       -- These were counted from the table just now.
       AND NOT change.user_id = ANY (coalesce(late, '{}'));
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.follow_words() IS 'Keeps the counts of words as learning_progress says.';

CREATE OR REPLACE FUNCTION satchel.forget_progress() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    DELETE FROM satchel.session_credit WHERE user_id IN (SELECT user_id FROM old_rows);
    DELETE FROM satchel.progress_total WHERE user_id IN (SELECT user_id FROM old_rows);
    -- The zones are the user's and not the totals': they go with the account only.
    DELETE FROM satchel.user_zone
     WHERE user_id IN (SELECT user_id FROM old_rows)
       AND NOT EXISTS (SELECT FROM public.users WHERE users.id = user_zone.user_id);
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.forget_progress() IS 'A user''s credits and sums go with the user''s progress.';

CREATE OR REPLACE FUNCTION satchel.refuse_truncate() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of %.% is refused: user_progress could not follow it', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = 'No trigger is shown the rows that a TRUNCATE removes.', HINT = 'Use DELETE.';
END
$function$;

COMMENT ON FUNCTION satchel.refuse_truncate() IS 'Refuses a TRUNCATE and says why.';

CREATE OR REPLACE FUNCTION satchel.backfill_progress(after uuid, most integer) RETURNS uuid
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    met uuid[];
    held uuid[];
BEGIN
    SELECT array_agg(id)
      INTO met
      FROM (SELECT id
              FROM public.users
             WHERE (after IS NULL OR id > after)
               AND NOT EXISTS (SELECT FROM satchel.progress_total AS total WHERE total.user_id = users.id)
             ORDER BY id
             LIMIT most
               -- Held, so that writing a row twice need not ask for them; whom somebody is deleting is left alone.
               FOR KEY SHARE SKIP LOCKED) AS next;
    IF met IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM satchel.ensure_progress(met);
    SELECT array_agg(user_id)
      INTO held
      FROM (SELECT user_id
              FROM public.user_progress
             WHERE user_id = ANY (met)
             ORDER BY user_id
               FOR NO KEY UPDATE SKIP LOCKED) AS locked;
    IF held IS NOT NULL THEN
        PERFORM satchel.credit_sessions('{}', held);
    END IF;
    RETURN met[cardinality(met)];
END
$function$;

COMMENT ON FUNCTION satchel.backfill_progress(uuid, integer) IS
    'Credits the sessions of the next users, at most so many, who were there before Satchel: those whose ids follow '
    'the given one, NULL for the first. Returns the last id met, NULL when none is left after it. Users whom somebody '
    'else has locked are left to the next pass. Each call is a batch: commit between two, at READ COMMITTED.';

CREATE OR REPLACE FUNCTION satchel.end_broken_streaks(most integer) RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    stale uuid[];
BEGIN
    SELECT array_agg(user_id)
      INTO stale
      FROM (SELECT progress.user_id
              FROM public.user_progress AS progress
              JOIN satchel.progress_total AS total ON total.user_id = progress.user_id
             CROSS JOIN LATERAL (SELECT satchel.user_day(progress.user_id, statement_timestamp()) AS day) AS today
             WHERE CASE
                       WHEN total.run_to IS NULL THEN progress.current_streak_days > 0
                       WHEN total.run_from > today.day
                           THEN progress.current_streak_days > 0
                                AND NOT EXISTS (SELECT
                                                  FROM satchel.session_credit AS credit
                                                 WHERE credit.user_id = progress.user_id
                                                   AND credit.day BETWEEN today.day - 1 AND today.day)
                       WHEN total.run_to < today.day - 1 THEN progress.current_streak_days > 0
                       ELSE progress.current_streak_days <> least(total.run_to, today.day) - total.run_from + 1
                   END
             ORDER BY progress.user_id
             LIMIT most
               FOR NO KEY UPDATE OF progress SKIP LOCKED) AS ended;
    -- Whom somebody is deleting is left alone.
    SELECT array_agg(id)
      INTO stale
      FROM (SELECT id FROM public.users WHERE id = ANY (stale) FOR KEY SHARE SKIP LOCKED) AS staying;
    IF stale IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM satchel.refresh_progress(stale);
    RETURN cardinality(stale);
END
$function$;

COMMENT ON FUNCTION satchel.end_broken_streaks(integer) IS
    'Writes current_streak_days anew, for at most so many users, where a day has passed that changed it without a '
    'session; returns for how many, 0 when done. A user whose row is locked is being written by somebody else.';

CREATE OR REPLACE FUNCTION satchel.next_users(after uuid, most integer) RETURNS uuid[]
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    RETURN ARRAY (SELECT id FROM public.users WHERE after IS NULL OR id > after ORDER BY id LIMIT most);
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
      FROM public.users
     CROSS JOIN LATERAL (SELECT 'user_progress' WHERE NOT EXISTS (SELECT
                                                                    FROM public.user_progress AS progress
                                                                   WHERE progress.user_id = users.id)
                          UNION ALL
                         SELECT 'backfill' WHERE NOT EXISTS (SELECT
                                                               FROM satchel.progress_total AS total
                                                              WHERE total.user_id = users.id)) AS missing (what)
     WHERE id = ANY (of_users);

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
    ), credit AS (
        SELECT session_id, credit.user_id, day, credit.ended_at,
               concat_ws(' ', credit.user_id, extract(epoch FROM credit.ended_at), descriptions, images, qa_attempts,
                         qa_correct, vocabulary, seconds) AS contribution
          FROM satchel.session_credit AS credit
         WHERE credit.user_id = ANY (of_users)
    )
    SELECT coalesce(said.user_id, credit.user_id),
           'credit of session ' || coalesce(said.id, credit.session_id),
           coalesce(said.contribution, 'none'),
           coalesce(credit.contribution, 'none')
      FROM said
      FULL JOIN credit ON credit.session_id = said.id
     WHERE said.contribution IS DISTINCT FROM credit.contribution
       -- Of a session that is deleted the credit stays.
       AND (said.id IS NOT NULL OR EXISTS (SELECT FROM public.sessions AS session WHERE session.id = credit.session_id))
     UNION ALL
    SELECT credit.user_id,
           'day of session ' || session_id,
           'within a day of ' || (credit.ended_at AT TIME ZONE 'UTC')::date,
           day::text
      FROM credit
     WHERE abs(day - (credit.ended_at AT TIME ZONE 'UTC')::date) > 1;

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
               coalesce(sum(qa_correct), 0) * 10
                   + coalesce(sum(CASE WHEN qa_attempts > qa_correct THEN qa_attempts - qa_correct END), 0) * 5
                   + coalesce(sum(vocabulary), 0) * 10
                   + coalesce(sum(descriptions), 0) * 2 AS points,
               max(ended_at) AS last_end,
               max(day) AS last_day
          FROM unnest(of_users) AS asked (user_id)
          LEFT JOIN satchel.session_credit AS credit ON credit.user_id = asked.user_id
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
        SELECT DISTINCT credit.user_id, day FROM satchel.session_credit AS credit WHERE credit.user_id = ANY (of_users)
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

    IF to_regclass('public.learning_progress') IS NOT NULL THEN
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
    'Where the progress of these users is not what it should be: each credit against its session where that still '
    'exists, each sum against the credits, each total against the sums, words against learning_progress. The caller '
    'holds the locks of lock_progress. A credit is shown as user, end in seconds, descriptions, images, attempts, '
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
        PERFORM FROM public.users WHERE id = of_users[1] FOR KEY SHARE;
        PERFORM FROM public.user_progress WHERE user_id = of_users[1] FOR NO KEY UPDATE;
        RETURN of_users;
    END IF;
    RETURN ARRAY (SELECT user_id
                    FROM public.user_progress
                   WHERE user_id = ANY (ARRAY (SELECT id
                                                 FROM public.users
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
    PERFORM satchel.ensure_progress(ARRAY (SELECT id FROM public.users WHERE id = ANY (of_users)));
    -- A day that no zone can have given is the only one that is counted anew.
    UPDATE satchel.session_credit
       SET day = satchel.user_day(user_id, ended_at)
     WHERE user_id = ANY (of_users)
       AND abs(day - (ended_at AT TIME ZONE 'UTC')::date) > 1;
    DELETE FROM satchel.progress_total WHERE user_id = ANY (of_users);
    -- Users without sums are backfilled, from their credits and from the sessions that still exist.
    PERFORM satchel.credit_sessions('{}', of_users);
END
$function$;

COMMENT ON FUNCTION satchel.repair_progress(uuid[]) IS
    'Computes the progress of these users anew, keeping the credits of deleted sessions and the longest streak. The '
    'caller holds the locks of lock_progress.';

CREATE OR REPLACE FUNCTION satchel.forget_departed() RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    credits bigint;
BEGIN
    DELETE FROM satchel.session_credit AS credit
     WHERE NOT EXISTS (SELECT FROM public.users WHERE users.id = credit.user_id);
    GET DIAGNOSTICS credits = ROW_COUNT;
    DELETE FROM satchel.progress_total AS total
     WHERE NOT EXISTS (SELECT FROM public.users WHERE users.id = total.user_id);
    DELETE FROM satchel.user_zone
     WHERE NOT EXISTS (SELECT FROM public.users WHERE users.id = user_zone.user_id);
    RETURN credits;
END
$function$;

COMMENT ON FUNCTION satchel.forget_departed() IS
    'Deletes what is left of users who are gone, which is nothing as long as every trigger fired; returns how many '
    'credits.';

REVOKE ALL
    ON FUNCTION satchel.user_day(uuid, timestamptz), satchel.refresh_progress(uuid[]),
        satchel.credit_sessions(uuid[], uuid[], uuid[]), satchel.ensure_progress(uuid[]), satchel.follow_new_users(),
        satchel.follow_sessions(), satchel.follow_deleted_sessions(),
        satchel.add_differences(satchel.progress_difference[]), satchel.follow_words(), satchel.forget_progress(), satchel.refuse_truncate(),
        satchel.backfill_progress(uuid, integer), satchel.end_broken_streaks(integer),
        satchel.next_users(uuid, integer), satchel.progress_drift(uuid[]), satchel.lock_progress(uuid[]),
        satchel.repair_progress(uuid[]), satchel.forget_departed()
    FROM PUBLIC, anon, authenticated, service_role, satchel_runtime;
GRANT EXECUTE
    ON FUNCTION satchel.user_day(uuid, timestamptz), satchel.end_broken_streaks(integer),
        satchel.next_users(uuid, integer), satchel.progress_drift(uuid[]), satchel.lock_progress(uuid[]),
        satchel.repair_progress(uuid[]), satchel.forget_departed()
    TO satchel_exports;

CREATE OR REPLACE TRIGGER trigger_user_progress_for_new_user
    AFTER INSERT ON public.users
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION satchel.follow_new_users();

CREATE OR REPLACE TRIGGER trigger_update_user_progress_from_session_insert
    AFTER INSERT ON public.sessions
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION satchel.follow_sessions();

CREATE OR REPLACE TRIGGER trigger_update_user_progress_from_session_update
    AFTER UPDATE ON public.sessions
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION satchel.follow_sessions();

CREATE OR REPLACE TRIGGER trigger_update_user_progress_from_session_delete
    AFTER DELETE ON public.sessions
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION satchel.follow_deleted_sessions();

CREATE OR REPLACE TRIGGER trigger_update_user_progress_from_session_truncate
    BEFORE TRUNCATE ON public.sessions
    FOR EACH STATEMENT EXECUTE FUNCTION satchel.refuse_truncate();

CREATE OR REPLACE TRIGGER trigger_user_progress_forget_progress
    AFTER DELETE ON public.user_progress
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION satchel.forget_progress();

DO $block$
BEGIN
    -- Some databases of the application have no words.
    IF to_regclass('public.learning_progress') IS NOT NULL THEN
        PERFORM id, user_id, learning_phase FROM public.learning_progress LIMIT 0;
        CREATE OR REPLACE TRIGGER trigger_update_user_progress_from_words_insert
            AFTER INSERT ON public.learning_progress
            REFERENCING NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION satchel.follow_words();
        CREATE OR REPLACE TRIGGER trigger_update_user_progress_from_words_update
            AFTER UPDATE ON public.learning_progress
            REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION satchel.follow_words();
        CREATE OR REPLACE TRIGGER trigger_update_user_progress_from_words_delete
            AFTER DELETE ON public.learning_progress
            REFERENCING OLD TABLE AS old_rows
            FOR EACH STATEMENT EXECUTE FUNCTION satchel.follow_words();
        CREATE OR REPLACE TRIGGER trigger_update_user_progress_from_words_truncate
            BEFORE TRUNCATE ON public.learning_progress
            FOR EACH STATEMENT EXECUTE FUNCTION satchel.refuse_truncate();
    END IF;
END
$block$;
