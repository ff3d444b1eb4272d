SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE OR REPLACE FUNCTION satchel.guard_export_status() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF (OLD.status = 'pending' AND NEW.status IN ('processing', 'failed'))
        OR (OLD.status = 'processing' AND NEW.status IN ('completed', 'failed', 'pending')) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'export % cannot go from % to %', OLD.id, OLD.status, NEW.status
        USING ERRCODE = 'check_violation',
            SCHEMA = 'public',
            TABLE = 'export_history',
            COLUMN = 'status',
            CONSTRAINT = 'export_history_status_step',
            HINT = 'Allowed: pending to processing or failed; processing to completed, failed or pending.';
END
$function$;

COMMENT ON FUNCTION satchel.guard_export_status() IS
    'Refuses every step of export_history.status that is not in its life cycle.';

REVOKE ALL ON FUNCTION satchel.guard_export_status() FROM PUBLIC, anon, authenticated, service_role;

-- AFTER, because only then the row is what is stored, whatever other triggers made of it.
CREATE OR REPLACE TRIGGER trigger_export_history_status_step
    AFTER UPDATE ON public.export_history
    FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION satchel.guard_export_status();

-- With its owner's rights, because others than satchel_exports may not read the private tables.
CREATE OR REPLACE FUNCTION satchel.guard_file_url() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    -- The export's id is part of the name of each of its files, so that no record of another export's file, taken out
    -- and put in again, can be made to belong to this one.
    IF strpos(NEW.file_url, NEW.id::text) > 0
        AND EXISTS (SELECT
                      FROM satchel.upload_journal
                     WHERE url = NEW.file_url
                       AND export_id = NEW.id
                       AND published_at IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'export % has no published file of this name', NEW.id
        USING ERRCODE = 'check_violation',
            SCHEMA = 'public',
            TABLE = 'export_history',
            COLUMN = 'file_url',
            CONSTRAINT = 'export_history_file_url_is_its_own',
            HINT = 'satchel.upload_journal must know the file as this export''s, and its name must hold the export''s id.';
END
$function$;

COMMENT ON FUNCTION satchel.guard_file_url() IS
    'Refuses a file_url that is not a published file of the same export.';

REVOKE ALL ON FUNCTION satchel.guard_file_url() FROM PUBLIC, anon, authenticated, service_role;

-- Only for those who are bound by row security, which are Satchel's own logins: owners and service_role may write any
-- row in any case, and what they write is judged when it is read.
CREATE OR REPLACE TRIGGER trigger_export_history_file_url
    AFTER UPDATE ON public.export_history
    FOR EACH ROW
    WHEN (NEW.file_url IS NOT NULL AND OLD.file_url IS DISTINCT FROM NEW.file_url
          AND row_security_active('public.export_history'))
    EXECUTE FUNCTION satchel.guard_file_url();

CREATE OR REPLACE FUNCTION satchel.cancel_export() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    -- Cancelled twice is cancelled once. What else the statement changes counts, as in any UPDATE.
    IF OLD.cancelled_at IS NOT NULL THEN
        NEW.cancelled_at := OLD.cancelled_at;
        RETURN NEW;
    END IF;
    IF OLD.status NOT IN ('pending', 'processing') THEN
        RAISE EXCEPTION 'export % cannot be cancelled: it is % already', OLD.id, OLD.status
            -- PostgREST answers it with 409, Conflict.
            USING ERRCODE = 'PT409',
                SCHEMA = 'public',
                TABLE = 'export_history',
                COLUMN = 'cancelled_at',
                CONSTRAINT = 'export_history_cancels_active',
                HINT = 'Only a pending or processing export can be cancelled. To remove a delivered file, delete the row.';
    END IF;
    NEW.status := 'failed';
    NEW.cancelled_at := statement_timestamp();
    NEW.error_message := 'cancelled: the export was cancelled by its user or the operator';
    RETURN NEW;
END
$function$;

COMMENT ON FUNCTION satchel.cancel_export() IS
    'Makes an active export failed when its cancelled_at is set; the trigger that forgets ended exports takes it from its worker.';

REVOKE ALL ON FUNCTION satchel.cancel_export() FROM PUBLIC, anon, authenticated, service_role;

-- BEFORE, so that one UPDATE cancels: of several steps, a worker could complete the export in between.
CREATE OR REPLACE TRIGGER trigger_export_history_cancel
    BEFORE UPDATE ON public.export_history
    FOR EACH ROW
    WHEN (NEW.cancelled_at IS DISTINCT FROM OLD.cancelled_at)
    EXECUTE FUNCTION satchel.cancel_export();
