-- The private schema, the roles that Satchel works as, and the table that holds the application's users. Each step looks
-- first and changes nothing that is so: roles belong to the server and are in no dump of a database, so that migrate runs
-- this file again where they are missing.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

-- Flyway makes the schema before this file runs, because its history lives there; an SQL editor does not.
DO $block$
BEGIN
    IF to_regnamespace('satchel') IS NULL THEN
        CREATE SCHEMA satchel;
    END IF;
END
$block$;

COMMENT ON SCHEMA satchel IS
    'Satchel''s own: leases, files, trigger functions, the history of migrations and Spring Batch''s tables. '
    'Closed to the API roles.';

REVOKE ALL ON SCHEMA satchel FROM PUBLIC, anon, authenticated, service_role;

-- Each part of Satchel has a role of its own; satchel_runtime is a member of the three and has no right besides.
DO $block$
DECLARE
    ours record;
BEGIN
    FOR ours IN
        SELECT *
          FROM (VALUES ('satchel_runtime', 'What Satchel''s workers and embedding services log in through. Owns nothing.'),
                       ('satchel_exports', 'Delivers exports, cleans up and keeps progress; may become authenticated, to '
                                           'read as a user. Owns nothing.'),
                       ('satchel_vault', 'Sets, lists, opens and removes users'' keys, each through a function that '
                                         'records it. Owns nothing.'),
                       ('satchel_rotation', 'Re-wraps data keys, and reads no sealed key. Owns nothing.'))
               AS roles (name, purpose)
         WHERE to_regrole(name) IS NULL
    LOOP
        BEGIN
            -- Up to PostgreSQL 15 the attribute is what keeps the rights of authenticated out of those of satchel_exports,
            -- and what lets satchel_runtime have the rights of the other three.
            EXECUTE format('CREATE ROLE %I NOLOGIN %s', ours.name,
                           CASE WHEN ours.name = 'satchel_runtime'
                                     AND current_setting('server_version_num')::integer < 160000
                                THEN 'INHERIT' ELSE 'NOINHERIT' END);
            EXECUTE format('COMMENT ON ROLE %I IS %L', ours.name, ours.purpose);
        EXCEPTION
            -- Roles belong to the whole server: a migration of another database was faster.
            WHEN duplicate_object OR unique_violation THEN
                NULL;
        END;
    END LOOP;
END
$block$;

DO $block$
DECLARE
    part text;
BEGIN
    IF current_setting('server_version_num')::integer < 160000 THEN
        IF NOT pg_has_role('satchel_exports', 'authenticated', 'MEMBER') THEN
            GRANT authenticated TO satchel_exports;
        END IF;
        FOREACH part IN ARRAY ARRAY ['satchel_exports', 'satchel_vault', 'satchel_rotation'] LOOP
            IF NOT pg_has_role('satchel_runtime', part, 'MEMBER') THEN
                EXECUTE format('GRANT %I TO satchel_runtime', part);
            END IF;
        END LOOP;
    ELSE
        -- As text, because older servers cannot parse the options.
        IF NOT pg_has_role('satchel_exports', 'authenticated', 'SET')
            OR pg_has_role('satchel_exports', 'authenticated', 'USAGE') THEN
            EXECUTE 'GRANT authenticated TO satchel_exports WITH INHERIT FALSE, SET TRUE';
        END IF;
        FOREACH part IN ARRAY ARRAY ['satchel_exports', 'satchel_vault', 'satchel_rotation'] LOOP
            IF NOT pg_has_role('satchel_runtime', part, 'SET') OR NOT pg_has_role('satchel_runtime', part, 'USAGE') THEN
                EXECUTE format('GRANT %I TO satchel_runtime WITH INHERIT TRUE, SET TRUE', part);
            END IF;
        END LOOP;
    END IF;
END
$block$;

GRANT USAGE ON SCHEMA satchel TO satchel_exports, satchel_vault, satchel_rotation;

DO $block$
BEGIN
    -- Absent where the files are run without Flyway.
    IF to_regclass('satchel.flyway_schema_history') IS NOT NULL THEN
        -- Default privileges may have opened it to every API role.
        REVOKE ALL ON satchel.flyway_schema_history FROM PUBLIC, anon, authenticated, service_role;
        -- Each part refuses a schema of another version, and so reads which version that is.
        GRANT SELECT ON satchel.flyway_schema_history TO satchel_exports, satchel_vault, satchel_rotation;
    END IF;
END
$block$;

-- Foreign keys of later files refer to the table, so that this function stands here and not with the others.
CREATE OR REPLACE FUNCTION satchel.users_table() RETURNS regclass
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    named constant text := nullif(current_setting('satchel.users_table', true), '');
    users regclass;
BEGIN
    -- Once it is decided, the foreign key tells, and before there is one, the view.
    SELECT confrelid
      INTO users
      FROM pg_constraint
     WHERE conrelid = to_regclass('satchel.export_requester')
       AND conname = 'export_requester_user_id_fkey';
    IF users IS NULL THEN
        SELECT refobjid
          INTO users
          FROM pg_depend
          JOIN pg_rewrite ON pg_rewrite.oid = objid
         WHERE ev_class = to_regclass('satchel.users')
           AND classid = 'pg_rewrite'::regclass
           AND refclassid = 'pg_class'::regclass
           AND refobjid <> ev_class;
    END IF;
    IF users IS NOT NULL THEN
        RETURN users;
    END IF;

    users := to_regclass(coalesce(named, 'public.users'));
    IF users IS NULL AND named IS NULL THEN
        users := to_regclass('auth.users');
    END IF;
    IF users IS NULL THEN
        RAISE EXCEPTION 'the table of users is missing: there is no %', coalesce(named, 'public.users and no auth.users')
            USING ERRCODE = 'undefined_table',
                HINT = 'Name the table that holds the users: SET satchel.users_table = ''schema.table''.';
    END IF;
    IF NOT EXISTS (SELECT
                     FROM pg_attribute
                    WHERE attrelid = users
                      AND attname = 'id'
                      AND atttypid = 'uuid'::regtype
                      AND NOT attisdropped) THEN
        RAISE EXCEPTION 'the table of users, %, has no column id of type uuid', users
            USING ERRCODE = 'undefined_column',
                HINT = 'Satchel''s tables refer to users by uuid. Name another table: SET satchel.users_table = '
                    '''schema.table''.';
    END IF;
    RETURN users;
END
$function$;

COMMENT ON FUNCTION satchel.users_table() IS
    'The table that holds the application''s users: the one that Satchel''s tables refer to; before there are any, the '
    'one that satchel.users_table names, else public.users, else auth.users.';

REVOKE ALL ON FUNCTION satchel.users_table() FROM PUBLIC, anon, authenticated, service_role;

DO $block$
BEGIN
    EXECUTE format('CREATE OR REPLACE VIEW satchel.users AS SELECT id FROM %s', satchel.users_table());
END
$block$;

COMMENT ON VIEW satchel.users IS
    'The ids of the application''s users, for Satchel''s functions, whichever table holds the users.';

REVOKE ALL ON TABLE satchel.users FROM PUBLIC, anon, authenticated, service_role;
