SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

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

DO $block$
BEGIN
    IF to_regrole('satchel_runtime') IS NULL THEN
        -- Up to PostgreSQL 15 the attribute NOINHERIT is what keeps the rights of authenticated out of its own.
        CREATE ROLE satchel_runtime NOLOGIN NOINHERIT;
        COMMENT ON ROLE satchel_runtime IS
            'What Satchel''s workers and embedding services log in through. Owns nothing.';
    END IF;
EXCEPTION
    -- Roles belong to the whole server: a migration of another database was faster.
    WHEN duplicate_object OR unique_violation THEN
        NULL;
END
$block$;

-- It may become authenticated, to read as a user, but has none of that role's rights as itself.
DO $block$
BEGIN
    IF current_setting('server_version_num')::integer < 160000 THEN
        IF NOT pg_has_role('satchel_runtime', 'authenticated', 'MEMBER') THEN
            GRANT authenticated TO satchel_runtime;
        END IF;
    ELSIF NOT pg_has_role('satchel_runtime', 'authenticated', 'SET')
        OR pg_has_role('satchel_runtime', 'authenticated', 'USAGE') THEN
        -- As text, because older servers cannot parse the options.
        EXECUTE 'GRANT authenticated TO satchel_runtime WITH INHERIT FALSE, SET TRUE';
    END IF;
END
$block$;

GRANT USAGE ON SCHEMA satchel TO satchel_runtime;

DO $block$
BEGIN
    -- Absent where the files are run without Flyway.
    IF to_regclass('satchel.flyway_schema_history') IS NOT NULL THEN
        -- Default privileges may have opened it to every API role.
        REVOKE ALL ON satchel.flyway_schema_history FROM PUBLIC, anon, authenticated, service_role;
        GRANT SELECT ON satchel.flyway_schema_history TO satchel_runtime;
    END IF;
END
$block$;
