-- satchel_runtime could do everything that any part of Satchel does. From here on each part has a role of its own, and
-- satchel_runtime is a member of all three and has no right besides. May run again.
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

DO $block$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT *
          FROM (VALUES ('satchel_exports', 'Delivers exports, cleans up and keeps progress; may become authenticated, to '
                                           'read as a user. Owns nothing.'),
                       ('satchel_vault', 'Sets, lists, opens and removes users'' keys, each through a function that '
                                         'records it. Owns nothing.'),
                       ('satchel_rotation', 'Re-wraps data keys, and reads no sealed key. Owns nothing.'))
               AS parts (name, purpose)
    LOOP
        IF to_regrole(part.name) IS NULL THEN
            BEGIN
                -- Up to PostgreSQL 15 the attribute NOINHERIT is what keeps the rights of authenticated out of those of
                -- satchel_exports.
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', part.name);
                EXECUTE format('COMMENT ON ROLE %I IS %L', part.name, part.purpose);
            EXCEPTION
                -- Roles belong to the whole server: a migration of another database was faster.
                WHEN duplicate_object OR unique_violation THEN
                    NULL;
            END;
        END IF;
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
        -- It goes before satchel_runtime inherits, or the rights of authenticated would be among what is inherited.
        IF EXISTS (SELECT
                     FROM pg_auth_members
                    WHERE member = 'satchel_runtime'::regrole
                      AND roleid = 'authenticated'::regrole) THEN
            REVOKE authenticated FROM satchel_runtime;
        END IF;
        IF NOT (SELECT rolinherit FROM pg_roles WHERE rolname = 'satchel_runtime') THEN
            ALTER ROLE satchel_runtime INHERIT;
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
        -- What somebody else has granted only they can take back; it gives no more than satchel_exports does.
        IF EXISTS (SELECT
                     FROM pg_auth_members
                    WHERE member = 'satchel_runtime'::regrole
                      AND roleid = 'authenticated'::regrole
                      AND grantor = (SELECT oid FROM pg_roles WHERE rolname = current_user)) THEN
            REVOKE authenticated FROM satchel_runtime;
        END IF;
    END IF;
END
$block$;

REVOKE ALL ON SCHEMA satchel FROM satchel_runtime;
REVOKE ALL
    ON TABLE public.user_api_keys, public.user_progress, public.export_history, satchel.export_lease, satchel.export_file,
        satchel.export_queue,
        satchel.batch_job_instance, satchel.batch_job_execution, satchel.batch_job_execution_params,
        satchel.batch_step_execution, satchel.batch_step_execution_context, satchel.batch_job_execution_context,
        satchel.session_credit, satchel.progress_total, satchel.user_zone, satchel.data_key, satchel.key_check,
        satchel.key_audit
    FROM satchel_runtime;
REVOKE ALL
    ON SEQUENCE satchel.batch_job_instance_seq, satchel.batch_job_execution_seq, satchel.batch_step_execution_seq
    FROM satchel_runtime;

GRANT USAGE ON SCHEMA satchel TO satchel_exports, satchel_vault, satchel_rotation;

-- Whose export it is and what was asked for stays as it was asked; where the file is, a trigger checks.
GRANT SELECT,
    INSERT (user_id, export_type, export_format, filters),
    UPDATE (status, records_count, file_size_bytes, file_url, data, error_message, retry_count, started_at, completed_at,
            processing_time_seconds, expires_at)
    ON TABLE public.export_history TO satchel_exports;
GRANT SELECT,
    INSERT (export_id, attempt, token, owner, heartbeat_at, expires_at),
    UPDATE (attempt, token, owner, heartbeat_at, expires_at, run_after),
    DELETE
    ON TABLE satchel.export_lease TO satchel_exports;
GRANT SELECT, INSERT, UPDATE (published_at), DELETE ON TABLE satchel.export_file TO satchel_exports;
GRANT SELECT ON TABLE satchel.export_queue TO satchel_exports;
GRANT SELECT, INSERT, UPDATE, DELETE
    ON TABLE satchel.batch_job_instance, satchel.batch_job_execution, satchel.batch_job_execution_params,
        satchel.batch_step_execution, satchel.batch_step_execution_context, satchel.batch_job_execution_context
    TO satchel_exports;
GRANT USAGE
    ON SEQUENCE satchel.batch_job_instance_seq, satchel.batch_job_execution_seq, satchel.batch_step_execution_seq
    TO satchel_exports;
-- Triggers write progress, and the functions that repair it.
GRANT SELECT ON TABLE public.user_progress, satchel.session_credit, satchel.user_zone TO satchel_exports;
GRANT INSERT ON TABLE satchel.user_zone TO satchel_exports;

-- The keys themselves are behind the functions of R__key_vault.sql.
GRANT SELECT, UPDATE (next_check_at) ON TABLE satchel.key_check TO satchel_vault;
GRANT SELECT ON TABLE satchel.key_audit TO satchel_vault;

GRANT SELECT ON TABLE satchel.data_key TO satchel_rotation;

ALTER POLICY "Satchel works on export history" ON public.export_history TO satchel_exports;
DROP POLICY "Satchel works on progress" ON public.user_progress;
CREATE POLICY "Satchel works on progress" ON public.user_progress
    FOR SELECT TO satchel_exports
    USING (true);
-- Without a grant it lets nobody in; a rollback knows the table by it.
ALTER POLICY "Satchel works on API keys" ON public.user_api_keys TO satchel_vault;

DO $block$
BEGIN
    -- Absent where the files are run without Flyway.
    IF to_regclass('satchel.flyway_schema_history') IS NOT NULL THEN
        REVOKE ALL ON satchel.flyway_schema_history FROM satchel_runtime;
        GRANT SELECT ON satchel.flyway_schema_history TO satchel_exports;
    END IF;
END
$block$;
