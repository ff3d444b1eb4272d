-- What follows sessions: one that ends, which is nearly every time, by plain statements; many, or whatever else happens
-- to them, by set. The triggers that call these functions are in R__progress_triggers.sql.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE OR REPLACE FUNCTION satchel.follow_sessions() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET plan_cache_mode = force_generic_plan
    -- A plan that was made for very many sessions looks costly enough to be compiled each time, also for the few that
    -- end afterwards.
    SET jit = off
AS $function$
#variable_conflict use_column
<<one>>
DECLARE
    is_nested boolean;
    -- The session, where the statement changed one that was open.
    step integer;
    id uuid;
    user_id uuid;
    started_at timestamptz;
    ended_at timestamptz;
    descriptions integer;
    images integer;
    qa_attempts integer;
    qa_correct integer;
    vocabulary integer;
    seconds numeric;
    points bigint;
    day date;
    today date;
    has_zone boolean;
    is_first_write boolean;
    -- Of any number of sessions.
    ids uuid[];
    users uuid[];
    ended bigint;
    ended_users uuid[];
    uncounted boolean;
    is_known boolean;
    recorded bigint;
    differences satchel.progress_difference[];
    irregular uuid[];
    withdrawn uuid[] := '{}';
    appearing uuid[];
BEGIN
    IF pg_trigger_depth() > 1 THEN
        -- The rows of the statement around this one may be out of date by now.
        PERFORM set_config('satchel.nested', 'on', true);
    END IF;
    is_nested := current_setting('satchel.nested', true) IS NOT DISTINCT FROM 'on';

    -- Each statement and expression is prepared again in every transaction, which is most of what this costs: so they
    -- are few.
    -- Values and not EXISTS: where the plan was made for many sessions, PostgreSQL would read the whole table for an
    -- EXISTS, also for each single session that ends on this connection afterwards.
    IF TG_OP = 'UPDATE' AND NOT is_nested THEN
        SELECT session.id, session.user_id, session.started_at, session.ended_at,
               satchel.counted(session.descriptions_generated), satchel.counted(session.images_processed),
               satchel.counted(session.qa_attempts), satchel.counted(session.qa_correct),
               satchel.counted(session.vocabulary_learned), satchel.seconds(session.started_at, session.ended_at),
               (session.ended_at AT TIME ZONE 'UTC')::date, (statement_timestamp() AT TIME ZONE 'UTC')::date,
               (SELECT true FROM satchel.user_zone WHERE user_zone.user_id = session.user_id LIMIT 1),
               -- 0: stays open, of the same user. 1: ended, and its user's progress is locked; 2: so is the user.
               CASE WHEN before.ended_at IS NULL
                         AND session.id = before.id
                         AND NOT EXISTS (SELECT FROM new_rows OFFSET 1)
                    THEN CASE WHEN session.ended_at IS NULL
                              THEN CASE WHEN session.user_id = before.user_id THEN 0 END
                              WHEN isfinite(session.ended_at)
                                   AND (SELECT true
                                          FROM satchel.session_contribution AS known
                                         WHERE known.session_id = session.id) IS NULL
                              THEN CASE WHEN EXISTS (SELECT
                                                       FROM public.user_progress AS progress
                                                      WHERE progress.user_id = session.user_id
                                                        FOR NO KEY UPDATE)
                                        THEN CASE WHEN EXISTS (SELECT
                                                                 FROM satchel.users
                                                                WHERE users.id = session.user_id
                                                                  FOR KEY SHARE SKIP LOCKED)
                                                  THEN 2 ELSE 1 END END END END
          INTO id, user_id, started_at, ended_at, descriptions, images, qa_attempts, qa_correct, vocabulary, seconds,
               day, today, has_zone, step
          FROM new_rows AS session
         CROSS JOIN old_rows AS before;
        IF step > 0 THEN
            IF has_zone THEN
                SELECT at_end.day, at_present.day
                  INTO day, today
                  FROM satchel.user_day(one.user_id, one.ended_at) AS at_end (day)
                 CROSS JOIN satchel.user_day(one.user_id, statement_timestamp()) AS at_present (day);
            END IF;
            points := satchel.points(one.qa_correct, one.qa_attempts, one.vocabulary, one.descriptions);
            is_first_write := current_setting('satchel.written', true) IS DISTINCT FROM 'on';
            -- As add_differences() does it for many.
            WITH recording AS (
                INSERT INTO satchel.session_contribution (session_id, user_id, day, started_at, ended_at, descriptions,
                                                          images, qa_attempts, qa_correct, vocabulary, seconds, points)
                VALUES (one.id, one.user_id, one.day, one.started_at, one.ended_at, one.descriptions, one.images,
                        one.qa_attempts, one.qa_correct, one.vocabulary, one.seconds, one.points)
            ), total AS (
                UPDATE satchel.progress_total AS total
                   SET sessions = total.sessions + 1,
                       descriptions = total.descriptions + one.descriptions,
                       images = total.images + one.images,
                       qa_attempts = total.qa_attempts + one.qa_attempts,
                       qa_correct = total.qa_correct + one.qa_correct,
                       vocabulary = total.vocabulary + one.vocabulary,
                       seconds = total.seconds + one.seconds,
                       points = total.points + one.points,
                       run_from = CASE WHEN one.day > total.run_to + 1 OR total.run_to IS NULL THEN one.day
                                       ELSE total.run_from END,
                       run_to = greatest(total.run_to, one.day)
                 WHERE total.user_id = one.user_id
                RETURNING total.*
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
                   last_activity_at = greatest(progress.last_activity_at, one.ended_at),
                   current_streak_days = CASE WHEN total.run_to >= one.today - 1
                                              THEN least(total.run_to, one.today) - total.run_from + 1
                                              ELSE 0 END,
                   longest_streak_days = greatest(progress.longest_streak_days, total.run_to - total.run_from + 1),
                   updated_at = now()
              FROM total
             WHERE progress.user_id = one.user_id
               -- The run before days to come, or of days before the run, is not known.
               AND total.run_from <= least(one.day, one.today)
               -- 1: somebody is deleting the user, and a second write would wait for that.
               AND (one.step = 2 OR one.is_first_write);
            IF FOUND THEN
                IF is_first_write THEN
                    is_first_write := set_config('satchel.written', 'on', true) = 'on';
                END IF;
                RETURN NULL;
            END IF;
            -- A user without sums is counted as a whole, below.
            IF EXISTS (SELECT FROM satchel.progress_total AS total WHERE total.user_id = one.user_id) THEN
                PERFORM satchel.refresh_progress(ARRAY [user_id]);
                RETURN NULL;
            END IF;
        ELSIF step = 0 THEN
            RETURN NULL;
        END IF;
    ELSIF NOT is_nested THEN
        -- A session that starts.
        SELECT CASE WHEN session.ended_at IS NULL
                         AND NOT EXISTS (SELECT FROM new_rows OFFSET 1)
                         AND (SELECT true
                                FROM satchel.session_contribution AS known
                               WHERE known.session_id = session.id) IS NULL
                         AND (SELECT true
                                FROM public.user_progress AS progress
                               WHERE progress.user_id = session.user_id)
                    THEN 0 END
          INTO step
          FROM new_rows AS session;
        IF step = 0 THEN
            RETURN NULL;
        END IF;
    END IF;

    -- Users and sessions are looked up by arrays: a plan that was made for one must not be quadratic for a million, nor
    -- one for a million read whole tables for one.
    SELECT array_agg(member.user_id), sum(member.ended), array_agg(member.user_id) FILTER (WHERE member.ended > 0)
      INTO users, ended, ended_users
      FROM (SELECT session.user_id, count(*) FILTER (WHERE isfinite(session.ended_at)) AS ended
              FROM new_rows AS session
             WHERE session.user_id IS NOT NULL
             GROUP BY session.user_id) AS member;
    IF TG_OP = 'INSERT' THEN
        ids := ARRAY (SELECT session.id FROM new_rows AS session);
        -- One that was deleted may come back.
        uncounted := NOT EXISTS (SELECT
                                   FROM satchel.session_contribution AS known
                                  WHERE known.session_id = ANY (ids));
    ELSE
        uncounted := NOT EXISTS (SELECT FROM old_rows AS before WHERE before.ended_at IS NOT NULL);
    END IF;

    IF (SELECT count(*)
          FROM public.user_progress AS progress
         WHERE progress.user_id = ANY (users)) < cardinality(users) THEN
        IF TG_OP = 'INSERT' THEN
            appearing := users;
        ELSE
            -- Also while open: the user it moved to needs a row by the time it ends.
            SELECT array_agg(DISTINCT moved.user_id)
              INTO appearing
              FROM (SELECT session.id, session.user_id FROM new_rows AS session
                    EXCEPT
                    SELECT before.id, before.user_id FROM old_rows AS before) AS moved;
        END IF;
        PERFORM satchel.ensure_progress(appearing);
    END IF;

    IF uncounted AND ended_users IS NULL THEN
        RETURN NULL;
    END IF;

    -- What was open has ended, of users whose sums are known.
    IF uncounted AND NOT is_nested THEN
        PERFORM FROM public.user_progress AS progress
          WHERE progress.user_id = ANY (ended_users)
          ORDER BY progress.user_id
            FOR NO KEY UPDATE;
        is_known := (SELECT count(*)
                       FROM satchel.progress_total AS total
                      WHERE total.user_id = ANY (ended_users)) = cardinality(ended_users);
    END IF;
    IF is_known THEN
        has_zone := EXISTS (SELECT
                              FROM unnest(ended_users) AS ended (user_id)
                              JOIN satchel.user_zone ON user_zone.user_id = ended.user_id);
        -- Not ON CONFLICT, by which PostgreSQL looks twice for each row and logs it twice.
        BEGIN
            WITH recording AS (
                INSERT INTO satchel.session_contribution (session_id, user_id, day, started_at, ended_at, descriptions,
                                                          images, qa_attempts, qa_correct, vocabulary, seconds, points)
                SELECT session.id, session.user_id,
                       CASE WHEN has_zone THEN said.day ELSE (session.ended_at AT TIME ZONE 'UTC')::date END,
                       session.started_at, session.ended_at, said.descriptions, said.images, said.qa_attempts,
                       said.qa_correct, said.vocabulary, said.seconds, said.points
                  FROM new_rows AS session
                 CROSS JOIN LATERAL satchel.contribution(session.user_id, session.started_at, session.ended_at,
                                                         session.descriptions_generated, session.images_processed,
                                                         session.qa_attempts, session.qa_correct,
                                                         session.vocabulary_learned) AS said
                 -- The index of users' days then finds each of its pages once.
                 ORDER BY session.user_id
                RETURNING *
            )
            SELECT array_agg(ROW (difference.*)::satchel.progress_difference), sum(difference.sessions)
              INTO differences, recorded
              FROM (SELECT recording.user_id, count(*) AS sessions, sum(recording.descriptions), sum(recording.images),
                           sum(recording.qa_attempts), sum(recording.qa_correct), sum(recording.vocabulary),
                           sum(recording.seconds), sum(recording.points), max(recording.ended_at), min(recording.day),
                           max(recording.day), false
                      FROM recording
                     GROUP BY recording.user_id) AS difference;
        EXCEPTION
            -- Recorded already: of a session that came back, or was written to with triggers off.
            WHEN unique_violation THEN
                differences := NULL;
                recorded := NULL;
        END;
        IF differences IS NOT NULL THEN
            irregular := satchel.add_differences(differences);
            IF irregular IS NOT NULL THEN
                PERFORM satchel.refresh_progress(irregular);
            END IF;
        END IF;
        IF recorded = ended THEN
            RETURN NULL;
        END IF;
    END IF;

    IF TG_OP = 'UPDATE' THEN
        -- Grouped and not joined, for the same reason.
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
    PERFORM satchel.record_contributions(ids, users, withdrawn);
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
    -- Looked up by an array: joined with the deleted sessions, a plan that was made for many of them would read all
    -- users and all sums for each session that is deleted on this connection afterwards.
    late := ARRAY (SELECT DISTINCT user_id FROM old_rows WHERE ended_at IS NOT NULL);
    -- Sessions that go with their account must not wait for its progress: a session of it that ends elsewhere holds
    -- that.
    SELECT array_agg(user_id)
      INTO late
      FROM unnest(late) AS gone (user_id)
     WHERE NOT EXISTS (SELECT FROM satchel.progress_total AS total WHERE total.user_id = gone.user_id)
       AND EXISTS (SELECT FROM satchel.users WHERE users.id = gone.user_id);
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
    INSERT INTO satchel.session_contribution (session_id, user_id, day, started_at, ended_at, descriptions, images,
                                        qa_attempts, qa_correct, vocabulary, seconds, points)
    SELECT gone.id, gone.user_id, said.day, gone.started_at, gone.ended_at, said.descriptions, said.images,
           said.qa_attempts, said.qa_correct, said.vocabulary, said.seconds, said.points
      FROM old_rows AS gone
     CROSS JOIN LATERAL satchel.contribution(gone.user_id, gone.started_at, gone.ended_at,
                                             gone.descriptions_generated, gone.images_processed, gone.qa_attempts,
                                             gone.qa_correct, gone.vocabulary_learned) AS said
     WHERE gone.user_id = ANY (late)
       -- Somebody else may have met the user while this waited for the lock.
       AND NOT EXISTS (SELECT FROM satchel.progress_total AS total WHERE total.user_id = gone.user_id)
        ON CONFLICT (session_id) DO NOTHING;
    PERFORM satchel.record_contributions('{}', late);
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.follow_deleted_sessions() IS
    'Deleting a session takes nothing back; one whose user was not backfilled yet is recorded before it is gone.';

REVOKE ALL
    ON FUNCTION satchel.follow_sessions(), satchel.follow_deleted_sessions()
    FROM PUBLIC, anon, authenticated, service_role;
