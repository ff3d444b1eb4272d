-- Legacy tables: where the application's own script has made tables of these names, they are moved aside as they are, with
-- their rows, indexes, policies, triggers and rights; a rollback moves them back. Elsewhere this file changes nothing.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

DO $block$
DECLARE
    -- Per column its type; then ! for NOT NULL and ? for either. The rest must be nullable, which tells these tables
    -- from Satchel's.
    shapes constant jsonb := jsonb_build_object(
        'user_api_keys', ARRAY [
            'id uuid !', 'user_id uuid ?', 'openai_api_key text', 'unsplash_api_key text', 'anthropic_api_key text',
            'last_validated_at timestamp with time zone', 'is_active boolean', 'created_at timestamp with time zone',
            'updated_at timestamp with time zone'],
        'user_progress', ARRAY [
            'id uuid !', 'user_id uuid ?', 'total_descriptions integer', 'total_images integer',
            'total_questions_answered integer', 'total_vocabulary_learned integer', 'total_sessions integer',
            'total_time_spent_minutes integer', 'current_streak_days integer', 'longest_streak_days integer',
            'total_points integer', 'average_accuracy numeric(5,2)', 'average_completion_time_seconds integer',
            'mastered_words_count integer', 'learning_words_count integer', 'new_words_count integer',
            'last_activity_at timestamp with time zone', 'last_description_at timestamp with time zone',
            'last_qa_session_at timestamp with time zone', 'last_vocabulary_practice_at timestamp with time zone',
            'created_at timestamp with time zone', 'updated_at timestamp with time zone'],
        'export_history', ARRAY [
            'id uuid !', 'user_id uuid ?', 'export_type character varying(50) ?',
            'export_format character varying(20) ?', 'status character varying(20)', 'records_count integer',
            'file_size_bytes bigint', 'file_url text', 'filters jsonb', 'data jsonb', 'error_message text',
            'retry_count integer', 'started_at timestamp with time zone', 'completed_at timestamp with time zone',
            'processing_time_seconds integer', 'expires_at timestamp with time zone',
            'created_at timestamp with time zone', 'updated_at timestamp with time zone']);
    search_path_before constant text := current_setting('search_path');
    name text;
    differences text;
    to_move text[] := '{}';
    legacy record;
BEGIN
    -- Definitions are kept as text, which must not depend on what the session finds without a schema.
    PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);

    FOR name IN SELECT jsonb_object_keys(shapes) LOOP
        IF to_regclass('public.' || name) IS NULL THEN
            CONTINUE;
        END IF;

        WITH expected AS (
            SELECT split_part(fact, ' ', 1) AS attname,
                   regexp_replace(regexp_replace(fact, '^\S+ ', ''), ' [!?]$', '') AS type,
                   substring(fact FROM '[!?]$') AS mark
              FROM jsonb_array_elements_text(shapes -> name) AS fact
        ), found AS (
            SELECT attname::text AS attname, format_type(atttypid, atttypmod) AS type, attnotnull
              FROM pg_attribute
             WHERE attrelid = to_regclass('public.' || name)
               AND attnum > 0
               AND NOT attisdropped
        )
        SELECT string_agg(CASE
                              WHEN found.attname IS NULL THEN format('column %s %s is missing', attname, expected.type)
                              WHEN expected.attname IS NULL THEN format('column %s %s is unknown', attname, found.type)
                              WHEN found.type <> expected.type
                                  THEN format('column %s is %s and not %s', attname, found.type, expected.type)
                              WHEN attnotnull THEN format('column %s is not nullable', attname)
                              ELSE format('column %s is nullable', attname)
                          END, '; ' ORDER BY attname)
          INTO differences
          FROM expected
          FULL JOIN found USING (attname)
         WHERE found.attname IS NULL
            OR expected.attname IS NULL
            OR found.type <> expected.type
            OR (mark IS NULL AND attnotnull)
            OR (mark = '!' AND NOT attnotnull);

        IF (SELECT relkind <> 'r' FROM pg_class WHERE oid = to_regclass('public.' || name)) THEN
            differences := concat_ws('; ', 'it is not an ordinary table', differences);
        END IF;
        IF differences IS NOT NULL THEN
            RAISE EXCEPTION 'public.% exists and is neither absent nor the application''s legacy table', name
                USING ERRCODE = 'duplicate_table', DETAIL = differences,
                    HINT = 'Rename or drop that table, then migrate again.';
        END IF;

        SELECT string_agg(dependent, '; ')
          INTO differences
          FROM (SELECT DISTINCT format('view %s', ev_class::regclass) AS dependent
                  FROM pg_depend
                  JOIN pg_rewrite ON pg_rewrite.oid = objid
                 WHERE classid = 'pg_rewrite'::regclass
                   AND refclassid = 'pg_class'::regclass
                   AND refobjid = to_regclass('public.' || name)
                 UNION ALL
                SELECT format('foreign key %I of %s', conname, conrelid::regclass)
                  FROM pg_constraint
                 WHERE contype = 'f'
                   AND confrelid = to_regclass('public.' || name)) AS others;
        IF differences IS NOT NULL THEN
            RAISE EXCEPTION 'others depend on public.%, which is to be moved aside', name
                USING ERRCODE = 'dependent_objects_still_exist', DETAIL = differences,
                    HINT = 'Drop them, migrate, and make them again on the new table.';
        END IF;

        to_move := to_move || name;
    END LOOP;

    IF to_move = '{}' THEN
        PERFORM set_config('search_path', search_path_before, true);
        RETURN;
    END IF;

    CREATE TABLE satchel.adopted_trigger (
        table_name   text   NOT NULL,
        trigger_name text   NOT NULL,
        definition   text   NOT NULL,
        enabled      "char" NOT NULL,
        comment      text,
        CONSTRAINT adopted_trigger_pkey PRIMARY KEY (table_name, trigger_name)
    );
    COMMENT ON TABLE satchel.adopted_trigger IS
        'Triggers of the application that Satchel''s replace. A rollback makes them again.';

    -- Sessions before the tables that their trigger writes to: a session that ends locks them in this order.
    FOR legacy IN
        SELECT tgname, tgenabled, pg_get_triggerdef(pg_trigger.oid) AS definition,
               obj_description(pg_trigger.oid, 'pg_trigger') AS comment, nspname, relname
          FROM pg_trigger
          JOIN pg_class ON pg_class.oid = tgrelid
          JOIN pg_namespace ON pg_namespace.oid = relnamespace
         WHERE tgfoid = to_regprocedure('public.update_user_progress_from_session()')
           AND NOT tgisinternal
           AND nspname <> 'satchel'
         ORDER BY nspname, relname, tgname
    LOOP
        INSERT INTO satchel.adopted_trigger (table_name, trigger_name, definition, enabled, comment)
        VALUES (format('%I.%I', legacy.nspname, legacy.relname), legacy.tgname, legacy.definition,
                legacy.tgenabled, legacy.comment);
        EXECUTE format('DROP TRIGGER %I ON %I.%I', legacy.tgname, legacy.nspname, legacy.relname);
    END LOOP;

    FOREACH name IN ARRAY to_move LOOP
        EXECUTE format('ALTER TABLE public.%I RENAME TO %I', name, 'adopted_' || name);
        EXECUTE format('ALTER TABLE public.%I SET SCHEMA satchel', 'adopted_' || name);
    END LOOP;

    -- The triggers of the moved tables keep calling the functions, which a rollback moves back too.
    FOREACH name IN ARRAY ARRAY ['update_user_api_keys_updated_at', 'update_user_progress_updated_at',
                                 'update_export_history_updated_at', 'update_user_progress_from_session'] LOOP
        IF to_regprocedure(format('public.%I()', name)) IS NOT NULL THEN
            EXECUTE format('ALTER FUNCTION public.%I() RENAME TO %I', name, 'adopted_' || name);
            EXECUTE format('ALTER FUNCTION public.%I() SET SCHEMA satchel', 'adopted_' || name);
        END IF;
    END LOOP;

    PERFORM set_config('search_path', search_path_before, true);
END
$block$;
