-- What Supabase provides and plain PostgreSQL lacks: the API roles and auth.uid(). Each step looks first and touches
-- nothing that exists, so that this file changes nothing on Supabase and may run any number of times.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

DO $block$
DECLARE
    api_role text;
BEGIN
    FOREACH api_role IN ARRAY ARRAY ['anon', 'authenticated', 'service_role'] LOOP
        IF to_regrole(api_role) IS NOT NULL THEN
            CONTINUE;
        END IF;
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', api_role);
        EXCEPTION
            -- Roles belong to the whole server: a migration of another database was faster.
            WHEN duplicate_object OR unique_violation THEN
                CONTINUE;
        END;
        IF api_role = 'service_role' THEN
            BEGIN
                ALTER ROLE service_role BYPASSRLS;
            EXCEPTION
                WHEN insufficient_privilege THEN
                    RAISE NOTICE 'role service_role was created without BYPASSRLS, which % may not grant', current_user
                        USING HINT = 'Row security hides every row from it until a superuser runs: '
                            'ALTER ROLE service_role BYPASSRLS;';
            END;
        END IF;
    END LOOP;
END
$block$;

DO $block$
BEGIN
    IF to_regnamespace('auth') IS NULL THEN
        CREATE SCHEMA auth;
    END IF;
END
$block$;

DO $block$
BEGIN
    IF to_regprocedure('auth.uid()') IS NOT NULL THEN
        RETURN;
    END IF;

    CREATE OR REPLACE FUNCTION auth.claimed_user() RETURNS uuid
        LANGUAGE plpgsql
        STABLE
        SET search_path = pg_catalog, pg_temp
    AS $function$
    DECLARE
        -- A setting made with SET LOCAL is '' and not absent once its transaction is over.
        subject text := nullif(current_setting('request.jwt.claim.sub', true), '');
        claims  text := nullif(current_setting('request.jwt.claims', true), '');
    BEGIN
        RETURN coalesce(subject, claims::jsonb ->> 'sub')::uuid;
    EXCEPTION
        -- Claims that cannot be read belong to nobody: they see nothing, and stop no query. JSON nested beyond the
        -- stack is the second condition.
        WHEN data_exception OR program_limit_exceeded THEN
            RETURN NULL;
    END
    $function$;

    COMMENT ON FUNCTION auth.claimed_user() IS
        'The user of the claims; NULL where they cannot be read. For auth.uid() alone.';

    -- A policy asks for each row, and a block with EXCEPTION is a subtransaction each time. From PostgreSQL 16 on, the
    -- setting for one user is recognised without one, by an expression that the planner puts in line.
    IF current_setting('server_version_num')::integer >= 160000 THEN
        EXECUTE $statement$
            CREATE FUNCTION auth.uid() RETURNS uuid
                LANGUAGE sql
                STABLE
            RETURN CASE WHEN pg_input_is_valid(current_setting('request.jwt.claim.sub', true), 'uuid')
                        THEN current_setting('request.jwt.claim.sub', true)::uuid
                        ELSE auth.claimed_user()
                   END
            $statement$;
    ELSE
        CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE RETURN auth.claimed_user();
    END IF;

    -- A policy that asks an unsafe function keeps a large table to one process. Before PostgreSQL 18, a block with
    -- EXCEPTION is an error in any other.
    IF current_setting('server_version_num')::integer >= 180000 THEN
        ALTER FUNCTION auth.claimed_user() PARALLEL SAFE;
        ALTER FUNCTION auth.uid() PARALLEL SAFE;
    END IF;

    COMMENT ON FUNCTION auth.uid() IS
        'The user the request speaks for, from request.jwt.claim.sub or request.jwt.claims; NULL where there is none.';
END
$block$;

-- Granting what a role has already could fail: the schema may belong to the platform and not to the migrator.
DO $block$
DECLARE
    api_role text;
BEGIN
    FOREACH api_role IN ARRAY ARRAY ['anon', 'authenticated', 'service_role'] LOOP
        IF NOT has_schema_privilege(api_role, 'auth', 'USAGE') THEN
            EXECUTE format('GRANT USAGE ON SCHEMA auth TO %I', api_role);
        END IF;
        IF NOT has_function_privilege(api_role, 'auth.uid()', 'EXECUTE') THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION auth.uid() TO %I', api_role);
        END IF;
        IF to_regprocedure('auth.claimed_user()') IS NOT NULL
           AND NOT has_function_privilege(api_role, 'auth.claimed_user()', 'EXECUTE') THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION auth.claimed_user() TO %I', api_role);
        END IF;
    END LOOP;
END
$block$;
