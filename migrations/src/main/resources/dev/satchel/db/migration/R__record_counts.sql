-- How many records are a user's, whatever row security shows of them.
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE FUNCTION satchel.count_records(of_user uuid, of_tables text[])
    RETURNS TABLE (name text, condition text, records bigint)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- A definer who may not see every row gets an error, not a smaller count.
    SET row_security = off
AS $function$
BEGIN
    FOR name, condition IN
        SELECT owned.name, owned.condition
          FROM (VALUES ('users', 'id = $1'),
                       ('user_settings', 'user_id = $1'),
                       ('user_progress', 'user_id = $1'),
                       ('sessions', 'user_id = $1'),
                       ('learning_progress', 'user_id = $1'),
                       ('vocabulary_lists', 'created_by = $1'),
                       ('vocabulary_items', 'vocabulary_list_id IN (SELECT list.id FROM public.vocabulary_lists AS list'
                                                ' WHERE list.created_by = $1)'),
                       ('saved_descriptions', 'user_id = $1'),
                       ('qa_responses', 'user_id = $1'),
                       ('user_interactions', 'user_id = $1'),
                       ('learning_analytics', 'user_id = $1'),
                       ('export_history', 'user_id = $1'),
                       ('user_api_keys', 'user_id = $1')) AS owned (name, condition)
          JOIN pg_class AS relation
            ON relation.relname = owned.name
           AND relation.relnamespace = 'public'::regnamespace
           -- A view would run as the definer whatever it calls.
           AND relation.relkind IN ('r', 'p')
         WHERE (of_tables IS NULL OR owned.name = ANY (of_tables))
           AND (owned.name <> 'vocabulary_items' OR to_regclass('public.vocabulary_lists') IS NOT NULL)
    LOOP
        EXECUTE format('SELECT count(*) FROM public.%I WHERE %s', name, condition) INTO records USING of_user;
        RETURN NEXT;
    END LOOP;
END
$function$;
COMMENT ON FUNCTION satchel.count_records(uuid, text[]) IS
    'How many rows of these tables, or of all for NULL, are the user''s, and by which condition, for a comparison with what row security shows '
    'the user. Counts only.';

REVOKE ALL ON FUNCTION satchel.count_records(uuid, text[]) FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION satchel.count_records(uuid, text[]) TO satchel_exports;
