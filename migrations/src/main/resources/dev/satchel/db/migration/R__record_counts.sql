-- How many records are a user's, whatever row security shows of them.
--
-- The count runs with its owner's rights, and PostgreSQL runs others' code for a table as who reads it: an expression of an
-- index when the query is planned, a cast of a column's type, a view. So it counts only in tables, and compares only columns
-- of types, that belong to roles which could do as they like here anyway.
--
-- In plpgsql, because a session then plans each query once, and not once for every export and column.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE OR REPLACE FUNCTION satchel.is_trusted(of_role oid) RETURNS boolean
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN EXISTS (SELECT FROM pg_roles WHERE oid = of_role AND rolsuper)
        OR EXISTS (SELECT FROM pg_namespace WHERE nspname = 'satchel' AND nspowner = of_role)
        OR EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND datdba = of_role)
        OR EXISTS (SELECT FROM pg_class WHERE oid = satchel.users_table() AND relowner = of_role);
END
$function$;
COMMENT ON FUNCTION satchel.is_trusted(oid) IS
    'Whether what the role makes may run as the owner of Satchel''s functions: a superuser, or the owner of schema satchel, '
    'of the database, or of the table of users.';

CREATE OR REPLACE FUNCTION satchel.compared_columns(owned jsonb)
    RETURNS TABLE (of_schema text, of_table text, of_column text)
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN QUERY
    SELECT place.relation ->> 'schema', place.relation ->> 'table', compared.name
      FROM jsonb_array_elements(owned -> 'owners') AS owner (path)
     CROSS JOIN LATERAL (SELECT 0 AS n, owned AS relation
                          UNION ALL
                         SELECT step.n, step.value
                           FROM jsonb_array_elements(owner.path -> 'steps') WITH ORDINALITY AS step (value, n)) AS place
     CROSS JOIN LATERAL (SELECT jsonb_array_elements_text(place.relation -> 'key') WHERE place.n > 0
                          UNION ALL
                         -- Those of the next step, or after the last one the column of the user.
                         SELECT jsonb_array_elements_text(coalesce(owner.path -> 'steps' -> place.n::integer -> 'columns',
                                                                   jsonb_build_array(owner.path -> 'column'))))
           AS compared (name);
END
$function$;
COMMENT ON FUNCTION satchel.compared_columns(jsonb) IS
    'Every column that the condition compares by which rows are a user''s, with its table.';

CREATE OR REPLACE FUNCTION satchel.is_countable(of_schema text, of_table text, of_column text) RETURNS boolean
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN EXISTS (SELECT
                     FROM pg_class AS relation
                     JOIN pg_namespace AS namespace ON namespace.oid = relation.relnamespace
                    WHERE namespace.nspname = of_schema
                      AND relation.relname = of_table
                      -- An old snapshot may show a table whose name another one has by now.
                      AND relation.oid = to_regclass(format('%I.%I', of_schema, of_table))
                      AND relation.relkind IN ('r', 'p')
                      AND namespace.nspname NOT IN ('satchel', 'information_schema')
                      AND namespace.nspname !~ '^pg_'
                      AND has_any_column_privilege('authenticated', relation.oid, 'SELECT')
                      AND satchel.is_trusted(relation.relowner)
                      -- A column that does not exist is an error of the count.
                      AND NOT EXISTS (SELECT
                                        FROM pg_attribute AS attribute
                                        JOIN pg_type AS type ON type.oid = attribute.atttypid
                                        LEFT JOIN pg_type AS base ON base.oid = type.typbasetype
                                       WHERE attribute.attrelid = relation.oid
                                         AND attribute.attname = of_column
                                         AND NOT (type.typnamespace = 'pg_catalog'::regnamespace
                                                  OR (satchel.is_trusted(type.typowner)
                                                      AND (type.typtype = 'e'
                                                           OR base.typnamespace = 'pg_catalog'::regnamespace)))));
END
$function$;
COMMENT ON FUNCTION satchel.is_countable(text, text, text) IS
    'Whether count_records() may compare this column: of a table of the application that the role authenticated may read, '
    'whose owner is trusted, and of a type of PostgreSQL''s or of a trusted owner''s that casts nothing by itself.';

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
         WHERE NOT EXISTS (SELECT
                             FROM satchel.compared_columns(listed.value) AS compared
                            WHERE NOT satchel.is_countable(compared.of_schema, compared.of_table, compared.of_column))
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
    'How many rows of these tables are the user''s, and by which condition on a row called "record", for a comparison with '
    'what row security shows the user. Takes the names of tables, columns and foreign keys, never SQL. A table of which a '
    'column may not be compared is left out.';

REVOKE ALL
    ON FUNCTION satchel.is_trusted(oid), satchel.compared_columns(jsonb), satchel.is_countable(text, text, text),
        satchel.owner_condition(uuid, jsonb, text, integer), satchel.count_records(uuid, jsonb)
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION satchel.count_records(uuid, jsonb) TO satchel_exports;
