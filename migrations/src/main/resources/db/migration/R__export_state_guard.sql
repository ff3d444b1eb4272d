SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

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
