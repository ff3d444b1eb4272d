SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

-- The columns are the list of providers: code 'openai' is column openai_api_key. So a further provider is a column, and no
-- function names any of them. Not SECURITY DEFINER, because a caller who has the row may read it.
CREATE OR REPLACE FUNCTION satchel.api_key_cells(keys jsonb)
    RETURNS TABLE (provider text, sealed text)
    LANGUAGE sql
    IMMUTABLE
    ROWS 3
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT left(cell.key, -length('_api_key')), cell.value
      FROM jsonb_each_text(keys) AS cell
     WHERE right(cell.key, length('_api_key')) = '_api_key'
$function$;

COMMENT ON FUNCTION satchel.api_key_cells(jsonb) IS
    'The sealed keys of a row, one record per provider, NULL where none is set.';

CREATE OR REPLACE FUNCTION satchel.api_key_of(keys jsonb, of_provider text) RETURNS text
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT keys ->> (of_provider || '_api_key')
$function$;

COMMENT ON FUNCTION satchel.api_key_of(jsonb, text) IS
    'The sealed key of a row for a provider; NULL where none is set, or where there is no such provider.';

REVOKE ALL ON FUNCTION satchel.api_key_cells(jsonb), satchel.api_key_of(jsonb, text)
    FROM PUBLIC, anon, authenticated, service_role;
