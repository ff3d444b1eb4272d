-- The triggers by which progress follows users, sessions and words, on those of the application's tables that are there.
-- A table that comes later gets its triggers when this file runs again, as migrate does where they are missing.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

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
                       count(*) FILTER (WHERE satchel.word_group(learning_phase::text) = 'mastered') AS mastered,
                       count(*) FILTER (WHERE satchel.word_group(learning_phase::text) = 'learning') AS learning,
                       count(*) FILTER (WHERE satchel.word_group(learning_phase::text) = 'new') AS new
                  FROM new_rows
                 GROUP BY user_id) AS change;
        PERFORM satchel.ensure_progress(of_users);
    ELSIF TG_OP = 'UPDATE' THEN
        SELECT array_agg(user_id), array_agg(change.mastered), array_agg(change.learning), array_agg(change.new)
          INTO of_users, mastered, learning, fresh
          FROM (SELECT user_id,
                       coalesce(sum(sign) FILTER (WHERE word_group = 'mastered'), 0) AS mastered,
                       coalesce(sum(sign) FILTER (WHERE word_group = 'learning'), 0) AS learning,
                       coalesce(sum(sign) FILTER (WHERE word_group = 'new'), 0) AS new
                  FROM (SELECT user_id, satchel.word_group(learning_phase::text) AS word_group, 1 AS sign FROM new_rows
                         UNION ALL
                        SELECT user_id, satchel.word_group(learning_phase::text), -1 FROM old_rows) AS entry
                 GROUP BY user_id) AS change
         WHERE (change.mastered, change.learning, change.new) <> (0, 0, 0);
        PERFORM satchel.ensure_progress((SELECT array_agg(user_id)
                                           FROM (SELECT id, user_id FROM new_rows
                                                 EXCEPT
                                                 SELECT id, user_id FROM old_rows) AS moved));
    ELSE
        -- Words that go with their account must not wait for its progress: a session of it that ends holds that.
        SELECT array_agg(user_id), array_agg(change.mastered), array_agg(change.learning), array_agg(change.new)
          INTO of_users, mastered, learning, fresh
          FROM (SELECT user_id,
                       -count(*) FILTER (WHERE satchel.word_group(learning_phase::text) = 'mastered') AS mastered,
                       -count(*) FILTER (WHERE satchel.word_group(learning_phase::text) = 'learning') AS learning,
                       -count(*) FILTER (WHERE satchel.word_group(learning_phase::text) = 'new') AS new
                  FROM old_rows
                 GROUP BY user_id) AS change
         WHERE EXISTS (SELECT FROM satchel.users WHERE users.id = change.user_id);
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
        PERFORM satchel.record_contributions('{}', late);
    END IF;
    held := ARRAY (SELECT id FROM satchel.users WHERE id = ANY (of_users) FOR KEY SHARE SKIP LOCKED);
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
    DELETE FROM satchel.session_contribution WHERE user_id IN (SELECT user_id FROM old_rows);
    DELETE FROM satchel.progress_total WHERE user_id IN (SELECT user_id FROM old_rows);
    -- The zones are the user's and not the totals': they go with the account only.
    DELETE FROM satchel.user_zone
     WHERE user_id IN (SELECT user_id FROM old_rows)
       AND NOT EXISTS (SELECT FROM satchel.users WHERE users.id = user_zone.user_id);
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.forget_progress() IS 'A user''s contributions and sums go with the user''s progress.';

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

REVOKE ALL
    ON FUNCTION satchel.follow_new_users(), satchel.follow_words(), satchel.forget_progress(), satchel.refuse_truncate()
    FROM PUBLIC, anon, authenticated, service_role;

CREATE OR REPLACE TRIGGER trigger_user_progress_forget_progress
    AFTER DELETE ON public.user_progress
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION satchel.forget_progress();

DO $block$
DECLARE
    are_missed boolean := false;
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER trigger_user_progress_for_new_user'
                   ' AFTER INSERT ON %s'
                   ' REFERENCING NEW TABLE AS new_rows'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION satchel.follow_new_users()', satchel.users_table());

    IF satchel.follows('public.sessions') THEN
        are_missed := (SELECT count(*)
                         FROM pg_trigger
                        WHERE tgrelid = to_regclass('public.sessions')
                          AND tgname IN ('trigger_update_user_progress_from_session_insert',
                                         'trigger_update_user_progress_from_session_update',
                                         'trigger_update_user_progress_from_session_delete')) < 3;
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
    END IF;

    IF satchel.follows('public.learning_progress') THEN
        are_missed := are_missed OR (SELECT count(*)
                                       FROM pg_trigger
                                      WHERE tgrelid = to_regclass('public.learning_progress')
                                        AND tgname IN ('trigger_update_user_progress_from_words_insert',
                                                       'trigger_update_user_progress_from_words_update',
                                                       'trigger_update_user_progress_from_words_delete')) < 3;
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

    -- Without its triggers, a table was written to unseen: every user waits for the backfill, which counts what it says.
    IF are_missed THEN
        DELETE FROM satchel.progress_total;
    END IF;
END
$block$;
