-- What keeps progress right where no session ends: the backfill, streaks that a day has broken, and users who are gone.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

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
              FROM satchel.users
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
        PERFORM satchel.record_contributions('{}', held);
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
             CROSS JOIN LATERAL satchel.user_day(progress.user_id, statement_timestamp()) AS today (day)
             WHERE CASE
                       WHEN total.run_to IS NULL THEN progress.current_streak_days > 0
                       WHEN total.run_from > today.day
                           THEN progress.current_streak_days > 0
                                AND NOT EXISTS (SELECT
                                                  FROM satchel.session_contribution AS contribution
                                                 WHERE contribution.user_id = progress.user_id
                                                   AND contribution.day BETWEEN today.day - 1 AND today.day)
                       WHEN total.run_to < today.day - 1 THEN progress.current_streak_days > 0
                       ELSE progress.current_streak_days <> least(total.run_to, today.day) - total.run_from + 1
                   END
             ORDER BY progress.user_id
             LIMIT most
               FOR NO KEY UPDATE OF progress SKIP LOCKED) AS ended;
    -- Whom somebody is deleting is left alone.
    SELECT array_agg(id)
      INTO stale
      FROM (SELECT id FROM satchel.users WHERE id = ANY (stale) FOR KEY SHARE SKIP LOCKED) AS staying;
    IF stale IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM satchel.refresh_progress(stale);
    RETURN cardinality(stale);
END
$function$;

COMMENT ON FUNCTION satchel.end_broken_streaks(integer) IS
    'Corrects current_streak_days, for at most so many users, where a day has passed that changed it without a '
    'session; returns for how many, 0 when done. A user whose row is locked is being written by somebody else.';

CREATE OR REPLACE FUNCTION satchel.forget_departed() RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    contributions bigint;
BEGIN
    DELETE FROM satchel.session_contribution AS contribution
     WHERE NOT EXISTS (SELECT FROM satchel.users WHERE users.id = contribution.user_id);
    GET DIAGNOSTICS contributions = ROW_COUNT;
    DELETE FROM satchel.progress_total AS total
     WHERE NOT EXISTS (SELECT FROM satchel.users WHERE users.id = total.user_id);
    DELETE FROM satchel.user_zone
     WHERE NOT EXISTS (SELECT FROM satchel.users WHERE users.id = user_zone.user_id);
    RETURN contributions;
END
$function$;

COMMENT ON FUNCTION satchel.forget_departed() IS
    'Deletes what is left of users who are gone, which is nothing as long as every trigger fired; returns how many '
    'contributions.';

REVOKE ALL
    ON FUNCTION satchel.backfill_progress(uuid, integer), satchel.end_broken_streaks(integer), satchel.forget_departed()
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION satchel.end_broken_streaks(integer), satchel.forget_departed() TO satchel_exports;
