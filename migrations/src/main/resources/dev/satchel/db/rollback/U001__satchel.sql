-- Takes Satchel out of the database and leaves everything else as it was: the application's legacy tables come back
-- with their rows, triggers and functions. Roles and what db/platform supplied stay.
--
-- While Satchel's tables hold rows, say first what is to become of them, in the same session:
--   SET satchel.rollback = 'archive';   keeps them in schema satchel_archive
--   SET satchel.rollback = 'destroy';   deletes them
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

DO $block$
DECLARE
    mode constant text := coalesce(nullif(current_setting('satchel.rollback', true), ''), 'refuse');
    search_path_before constant text := current_setting('search_path');
    archive_suffix constant text := to_char(clock_timestamp() AT TIME ZONE 'UTC', '_YYYYMMDD_HH24MISSMS');
    -- Tables whose rows somebody would miss, in an order in which they can be filled again.
    precious constant text[] := ARRAY [
        'public.user_api_keys', 'public.user_progress', 'public.export_history', 'satchel.export_lease',
        'satchel.store', 'satchel.upload_journal', 'satchel.export_archive', 'satchel.session_contribution', 'satchel.user_zone', 'satchel.data_key',
        'satchel.key_check', 'satchel.key_audit'];
    -- Tables of the machinery.
    technical constant text[] := ARRAY [
        'satchel.progress_total', 'satchel.export_queue', 'satchel.export_requester', 'satchel.export_limits', 'satchel.store_probe',
        'satchel.batch_job_instance', 'satchel.batch_job_execution', 'satchel.batch_job_execution_params',
        'satchel.batch_step_execution', 'satchel.batch_step_execution_context',
        'satchel.batch_job_execution_context', 'satchel.scheduled_tasks', 'satchel.export_part',
        'satchel.integration_channel_message', 'satchel.flyway_schema_history'];
    sequences constant text[] := ARRAY [
        'satchel.batch_job_instance_seq', 'satchel.batch_job_execution_seq', 'satchel.batch_step_execution_seq'];
    types constant text[] := ARRAY ['satchel.progress_difference'];
    views constant text[] := ARRAY ['public.user_api_keys_status', 'satchel.users'];
    users constant regclass := (SELECT confrelid
                                  FROM pg_constraint
                                 WHERE conrelid = to_regclass('satchel.export_requester')
                                   AND conname = 'export_requester_user_id_fkey');
    -- Functions of schema satchel, by name.
    functions constant text[] := ARRAY [
        'set_updated_at', 'guard_export_status', 'guard_file_url', 'cancel_export', 'own_api_keys_status', 'user_ids', 'guard_key_audit',
        'follow_key_changes', 'api_key_cells', 'api_key_of', 'key_encryption_keys', 'lock_keys', 'set_key', 'judge_keys', 'remove_keys',
        'key_statuses', 'record_verdict', 'record_opening', 'recorded_key', 'rewrap_data_keys', 'count_records',
        'is_trusted', 'compared_columns', 'is_countable', 'owner_condition', 'users_table', 'points', 'counted', 'shown',
        'minutes', 'accuracy', 'word_group',
        'day_in_zone', 'user_day', 'seconds', 'contribution', 'follows', 'check_zone', 'refresh_progress', 'record_contributions',
        'ensure_progress', 'follow_new_users', 'follow_sessions', 'add_differences',
        'follow_deleted_sessions', 'follow_words', 'forget_progress', 'refuse_truncate', 'backfill_progress',
        'most_active_exports', 'most_hourly_exports', 'count_requests', 'active_exports', 'hold_requests', 'admit_exports', 'admit_added_exports',
        'admit_changed_export', 'forget_ended_export', 'users_with_room', 'queue_the_rest',
        'remove_archived_exports', 'end_broken_streaks', 'next_users', 'progress_drift', 'lock_progress', 'repair_progress', 'forget_departed'];
    tables text[];
    relation text;
    rows_found bigint;
    with_rows text[] := '{}';
    archive text;
    columns text;
    restore text;
    statements text[];
    statement text;
    others text;
    found record;
BEGIN
    IF mode NOT IN ('refuse', 'archive', 'destroy') THEN
        RAISE EXCEPTION 'satchel.rollback is %, expected archive or destroy', quote_literal(mode)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF to_regnamespace('satchel') IS NULL THEN
        RAISE NOTICE 'nothing to roll back: there is no schema satchel';
        RETURN;
    END IF;
    PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
    -- Rows that row security hides must be an error and not an empty table.
    PERFORM set_config('row_security', 'off', true);

    SELECT array_agg(name ORDER BY position)
      INTO tables
      FROM unnest(precious || technical) WITH ORDINALITY AS listed (name, position)
     WHERE to_regclass(name) IS NOT NULL;
    tables := coalesce(tables, '{}');

    -- A table of the same name may still be the application's own, where only some files have run.
    FOREACH relation IN ARRAY tables LOOP
        IF relation LIKE 'public.%' AND NOT EXISTS (SELECT
                                                      FROM pg_catalog.pg_policy
                                                     WHERE polrelid = to_regclass(relation)
                                                       AND polname LIKE 'Satchel works on %') THEN
            RAISE EXCEPTION '% is not Satchel''s: it lacks the policy "Satchel works on …"', relation
                USING ERRCODE = 'object_not_in_prerequisite_state';
        END IF;
    END LOOP;

    -- First what others use, in the order in which they lock it: sessions before the progress that their triggers
    -- write, and users before the rows that go with them.
    FOR found IN
        SELECT tgname, tgrelid::regclass AS on_table
          FROM pg_catalog.pg_trigger
          JOIN pg_catalog.pg_proc ON pg_proc.oid = tgfoid
          JOIN pg_catalog.pg_class ON pg_class.oid = tgrelid
         WHERE pronamespace = 'satchel'::regnamespace
           AND proname = ANY (functions)
           AND NOT tgisinternal
           AND NOT tgrelid = ANY (tables::regclass[])
         ORDER BY tgrelid = users, relname <> 'sessions', relname <> 'learning_progress', tgname
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, found.on_table);
    END LOOP;
    IF to_regclass('satchel.adopted_trigger') IS NOT NULL THEN
        FOR found IN EXECUTE 'SELECT DISTINCT table_name FROM satchel.adopted_trigger ORDER BY table_name' LOOP
            EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', found.table_name);
        END LOOP;
    END IF;
    IF users IS NOT NULL AND has_table_privilege(users, 'TRUNCATE') THEN
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', users);
    END IF;

    FOREACH relation IN ARRAY tables LOOP
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', relation);
        IF relation = ANY (precious) THEN
            EXECUTE format('SELECT count(*) FROM %s', relation)
                -- A row of zeros, which every user has, is no loss.
                || CASE relation
                       WHEN 'public.user_progress'
                           THEN ' WHERE (total_sessions, longest_streak_days, mastered_words_count,'
                               ' learning_words_count, new_words_count) <> (0, 0, 0, 0, 0)'
                       ELSE ''
                   END
                INTO rows_found;
            IF rows_found > 0 THEN
                with_rows := with_rows || format('%s (%s rows)', relation, rows_found);
            END IF;
            IF rows_found > 0 AND mode = 'archive' THEN
                IF to_regnamespace('satchel_archive') IS NULL THEN
                    CREATE SCHEMA satchel_archive;
                    COMMENT ON SCHEMA satchel_archive IS
                        'Rows that Satchel''s tables held when it was rolled back. Closed to the API roles.';
                    REVOKE ALL ON SCHEMA satchel_archive FROM PUBLIC, anon, authenticated, service_role;
                END IF;
                archive := format('satchel_archive.%I', split_part(relation, '.', 2) || archive_suffix);
                EXECUTE format('CREATE TABLE %s AS TABLE %s', archive, relation);
                GET DIAGNOSTICS rows_found = ROW_COUNT;
                EXECUTE format('REVOKE ALL ON TABLE %s FROM PUBLIC, anon, authenticated, service_role, satchel_runtime',
                               archive);
                EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', archive);
                SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
                  INTO columns
                  FROM pg_catalog.pg_attribute
                 WHERE attrelid = to_regclass(relation)
                   AND attnum > 0
                   AND NOT attisdropped
                   AND attgenerated = '';
                restore := format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s ',
                                  relation, columns, columns, archive)
                    -- Migrating again gives every user a row, which the archived one replaces.
                    || CASE relation
                           WHEN 'public.user_progress'
                               THEN format('ON CONFLICT (user_id) DO UPDATE SET (%s) = (SELECT excluded.*);', columns)
                           ELSE 'ON CONFLICT DO NOTHING;'
                       END;
                EXECUTE format('COMMENT ON TABLE %s IS %L', archive,
                               'To bring the rows back, migrate again, then: ' || restore);
                RAISE NOTICE 'archived % rows of % as %; to bring them back, migrate again, then: %',
                    rows_found, relation, archive, restore;
            END IF;
        END IF;
    END LOOP;
    IF mode = 'refuse' AND with_rows <> '{}' THEN
        RAISE EXCEPTION 'Satchel''s tables hold rows'
            USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = array_to_string(with_rows, '; '),
                HINT = 'Choose: satchel rollback --archive (SET satchel.rollback = ''archive'') keeps them in schema '
                    'satchel_archive, satchel rollback --destroy (SET satchel.rollback = ''destroy'') deletes them.';
    END IF;

    IF mode = 'destroy' AND to_regclass('satchel.upload_journal') IS NOT NULL THEN
        SELECT count(*) INTO rows_found FROM satchel.upload_journal;
        IF rows_found > 0 THEN
            RAISE NOTICE '% files may still be in the store, and nothing knows of them any more: delete them there',
                rows_found;
        END IF;
    END IF;

    -- What others put on Satchel's tables would go with them without a word.
    SELECT string_agg(thing, '; ' ORDER BY thing)
      INTO others
      FROM (SELECT format('trigger %I on %s', tgname, tgrelid::regclass)
              FROM pg_catalog.pg_trigger
              JOIN pg_catalog.pg_proc ON pg_proc.oid = tgfoid
             WHERE tgrelid = ANY (tables::regclass[])
               AND NOT tgisinternal
               AND pronamespace <> 'satchel'::regnamespace
             UNION ALL
            SELECT format('policy %I on %s', polname, polrelid::regclass)
              FROM pg_catalog.pg_policy
             WHERE polrelid = ANY (tables::regclass[])
               AND polname !~ '^Satchel works on '
               AND polname !~ '^Users can (view|insert|update|delete) their own (API keys|progress|export history)$'
           ) AS found (thing);
    IF others IS NOT NULL THEN
        RAISE EXCEPTION 'others have built on Satchel''s tables'
            USING ERRCODE = 'dependent_objects_still_exist', DETAIL = others,
                HINT = 'Nothing was changed. Drop them, then roll back again.';
    END IF;

    -- Never CASCADE. The server itself tells what depends on them; all of it is collected before this stops.
    SELECT array_agg(drop_statement ORDER BY position)
      INTO statements
      FROM (SELECT 1, 'DROP VIEW ' || string_agg(name, ', ')
              FROM unnest(views) AS listed (name)
             WHERE to_regclass(name) IS NOT NULL
             UNION ALL
            -- These depend on what they name, as no other function does.
            SELECT 2, 'DROP FUNCTION ' || string_agg(oid::regprocedure::text, ', ')
              FROM pg_catalog.pg_proc
             WHERE pronamespace = 'satchel'::regnamespace
               AND proname = ANY (functions)
               AND prosqlbody IS NOT NULL
             UNION ALL
            SELECT 3, 'DROP TABLE ' || nullif(array_to_string(tables, ', '), '')
             UNION ALL
            SELECT 4, 'DROP SEQUENCE ' || string_agg(name, ', ')
              FROM unnest(sequences) AS listed (name)
             WHERE to_regclass(name) IS NOT NULL) AS drops (position, drop_statement)
     WHERE drop_statement IS NOT NULL;
    FOREACH statement IN ARRAY coalesce(statements, '{}') LOOP
        BEGIN
            EXECUTE statement;
        EXCEPTION
            WHEN dependent_objects_still_exist THEN
                GET STACKED DIAGNOSTICS restore = PG_EXCEPTION_DETAIL;
                others := concat_ws(E'\n', others, restore);
        END;
    END LOOP;
    IF others IS NULL THEN
        SELECT 'DROP FUNCTION ' || string_agg(oid::regprocedure::text, ', ')
          INTO statement
          FROM pg_catalog.pg_proc
         WHERE pronamespace = 'satchel'::regnamespace
           AND proname = ANY (functions);
        BEGIN
            IF statement IS NOT NULL THEN
                EXECUTE statement;
            END IF;
        EXCEPTION
            WHEN dependent_objects_still_exist THEN
                GET STACKED DIAGNOSTICS others = PG_EXCEPTION_DETAIL;
        END;
    END IF;
    IF others IS NULL THEN
        SELECT 'DROP TYPE ' || string_agg(name, ', ')
          INTO statement
          FROM unnest(types) AS listed (name)
         WHERE to_regtype(name) IS NOT NULL;
        BEGIN
            IF statement IS NOT NULL THEN
                EXECUTE statement;
            END IF;
        EXCEPTION
            WHEN dependent_objects_still_exist THEN
                GET STACKED DIAGNOSTICS others = PG_EXCEPTION_DETAIL;
        END;
    END IF;
    IF others IS NOT NULL THEN
        RAISE EXCEPTION 'others depend on Satchel''s objects'
            USING ERRCODE = 'dependent_objects_still_exist', DETAIL = others,
                HINT = 'Nothing was changed. Drop them, then roll back again.';
    END IF;

    FOREACH relation IN ARRAY ARRAY ['user_api_keys', 'user_progress', 'export_history'] LOOP
        IF to_regclass('satchel.adopted_' || relation) IS NOT NULL THEN
            EXECUTE format('ALTER TABLE satchel.%I SET SCHEMA public', 'adopted_' || relation);
            EXECUTE format('ALTER TABLE public.%I RENAME TO %I', 'adopted_' || relation, relation);
        END IF;
    END LOOP;
    FOR found IN
        SELECT proname, substr(proname, length('adopted_') + 1) AS legacy_name
          FROM pg_catalog.pg_proc
         WHERE pronamespace = 'satchel'::regnamespace
           AND proname IN ('adopted_update_user_api_keys_updated_at', 'adopted_update_user_progress_updated_at',
                           'adopted_update_export_history_updated_at', 'adopted_update_user_progress_from_session')
    LOOP
        EXECUTE format('ALTER FUNCTION satchel.%I() SET SCHEMA public', found.proname);
        EXECUTE format('ALTER FUNCTION public.%I() RENAME TO %I', found.proname, found.legacy_name);
    END LOOP;
    IF to_regclass('satchel.adopted_trigger') IS NOT NULL THEN
        FOR found IN EXECUTE 'SELECT * FROM satchel.adopted_trigger ORDER BY table_name, trigger_name' LOOP
            EXECUTE found.definition;
            IF found.enabled <> 'O' THEN
                EXECUTE format('ALTER TABLE %s %s TRIGGER %I', found.table_name,
                               CASE found.enabled
                                   WHEN 'D' THEN 'DISABLE'
                                   WHEN 'R' THEN 'ENABLE REPLICA'
                                   ELSE 'ENABLE ALWAYS'
                               END, found.trigger_name);
            END IF;
            IF found.comment IS NOT NULL THEN
                EXECUTE format('COMMENT ON TRIGGER %I ON %s IS %L', found.trigger_name, found.table_name,
                               found.comment);
            END IF;
        END LOOP;
        DROP TABLE satchel.adopted_trigger;
    END IF;

    BEGIN
        DROP SCHEMA satchel;
    EXCEPTION
        WHEN dependent_objects_still_exist THEN
            GET STACKED DIAGNOSTICS others = PG_EXCEPTION_DETAIL;
            RAISE EXCEPTION 'schema satchel holds what is not Satchel''s'
                USING ERRCODE = 'dependent_objects_still_exist', DETAIL = others,
                    HINT = 'Nothing was changed. Move it elsewhere or drop it, then roll back again.';
    END;
    PERFORM set_config('search_path', search_path_before, true);
END
$block$;
