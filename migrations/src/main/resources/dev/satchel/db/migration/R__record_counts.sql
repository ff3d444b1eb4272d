-- How many records are a user's, whatever row security shows of them.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

-- Took the names of tables from a list of its own.
DROP FUNCTION IF EXISTS satchel.count_records(uuid, text[]);

-- A table of the application that Satchel may count in: the user could read it too. A view would run as the definer
-- whatever it calls.
CREATE OR REPLACE FUNCTION satchel.countable_table(of_schema text, of_name text)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT EXISTS (SELECT
                     FROM pg_class AS relation
                     JOIN pg_namespace AS namespace ON namespace.oid = relation.relnamespace
                    WHERE namespace.nspname = of_schema
                      AND relation.relname = of_name
                      AND relation.relkind IN ('r', 'p')
                      AND namespace.nspname NOT IN ('satchel', 'information_schema')
                      AND namespace.nspname !~ '^pg_'
                      AND has_any_column_privilege('authenticated', relation.oid, 'SELECT'))
$function$;
COMMENT ON FUNCTION satchel.countable_table(text, text) IS
    'Whether count_records() counts in this table: one of the application that the role authenticated may read.';

-- The condition under which a row called "alias" leads to the user, over the steps from "at" on. Takes names only, and
-- quotes each.
CREATE OR REPLACE FUNCTION satchel.owner_condition(of_user uuid, owner jsonb, alias text, at integer)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    step   jsonb := owner -> 'steps' -> at;
    next   text := 'step' || (at + 1);
    joined text;
BEGIN
    IF step IS NULL THEN
        RETURN format('%I.%I = %L::uuid', alias, owner ->> 'column', of_user);
    END IF;
    SELECT string_agg(format('%I.%I = %I.%I', next, key.name, alias, own.name), ' AND ' ORDER BY own.n)
      INTO STRICT joined
      FROM jsonb_array_elements_text(step -> 'columns') WITH ORDINALITY AS own (name, n)
      JOIN jsonb_array_elements_text(step -> 'key') WITH ORDINALITY AS key (name, n)
        ON key.n = own.n;
    RETURN format('EXISTS (SELECT FROM %I.%I AS %I WHERE %s AND %s)', step ->> 'schema', step ->> 'table', next, joined,
                  satchel.owner_condition(of_user, owner, next, at + 1));
END
$function$;
COMMENT ON FUNCTION satchel.owner_condition(uuid, jsonb, text, integer) IS
    'The condition under which a row is the user''s, made of quoted names alone.';

CREATE OR REPLACE FUNCTION satchel.count_records(of_user uuid, of_tables jsonb)
    RETURNS TABLE (place integer, condition text, records bigint)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- A definer who may not see every row gets an error, not a smaller count.
    SET row_security = off
AS $function$
DECLARE
    owned jsonb;
BEGIN
    FOR place, owned IN
        SELECT listed.n - 1, listed.value
          FROM jsonb_array_elements(of_tables) WITH ORDINALITY AS listed (value, n)
         WHERE satchel.countable_table(listed.value ->> 'schema', listed.value ->> 'table')
           AND NOT EXISTS (SELECT
                             FROM jsonb_array_elements(listed.value -> 'owners') AS owner (value)
                            CROSS JOIN jsonb_array_elements(owner.value -> 'steps') AS step (value)
                            WHERE NOT satchel.countable_table(step.value ->> 'schema', step.value ->> 'table'))
         ORDER BY listed.n
    LOOP
        SELECT string_agg(satchel.owner_condition(of_user, owner.value, 'record', 0), ' OR ')
          INTO STRICT condition
          FROM jsonb_array_elements(owned -> 'owners') AS owner (value);
        EXECUTE format('SELECT count(*) FROM %I.%I AS record WHERE %s', owned ->> 'schema', owned ->> 'table', condition)
           INTO STRICT records;
        RETURN NEXT;
    END LOOP;
END
$function$;
COMMENT ON FUNCTION satchel.count_records(uuid, jsonb) IS
    'How many rows of these tables are the user''s, and by which condition on a row called "record", for a comparison with what row security '
    'shows the user. Takes the names of tables, columns and foreign keys, never SQL. Counts only, in tables that the user may read.';

REVOKE ALL ON FUNCTION satchel.countable_table(text, text) FROM PUBLIC, anon, authenticated, service_role;
REVOKE ALL ON FUNCTION satchel.owner_condition(uuid, jsonb, text, integer) FROM PUBLIC, anon, authenticated, service_role;
REVOKE ALL ON FUNCTION satchel.count_records(uuid, jsonb) FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION satchel.count_records(uuid, jsonb) TO satchel_exports;
