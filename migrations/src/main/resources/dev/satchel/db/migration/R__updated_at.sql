SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE OR REPLACE FUNCTION satchel.set_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$function$;

COMMENT ON FUNCTION satchel.set_updated_at() IS
    'The time of the transaction that last updated the row, in whatever role.';

REVOKE ALL ON FUNCTION satchel.set_updated_at() FROM PUBLIC, anon, authenticated, service_role;

CREATE OR REPLACE TRIGGER trigger_user_api_keys_updated_at
    BEFORE UPDATE ON public.user_api_keys
    FOR EACH ROW EXECUTE FUNCTION satchel.set_updated_at();

CREATE OR REPLACE TRIGGER trigger_user_progress_updated_at
    BEFORE UPDATE ON public.user_progress
    -- Where the statement says so itself, as those that follow sessions do, there is no need to call it.
    FOR EACH ROW WHEN (NEW.updated_at IS DISTINCT FROM now()) EXECUTE FUNCTION satchel.set_updated_at();

-- Clean-up, reclaiming and the archive rely on this time, and users may update cancelled_at: an UPDATE that changes
-- nothing must not move it. The condition sees the row as trigger_export_history_cancel left it, which comes first by name.
-- Compared by their bytes, because a column that the application adds may be of a type that has no equality.
CREATE OR REPLACE TRIGGER trigger_export_history_updated_at
    BEFORE UPDATE ON public.export_history
    FOR EACH ROW WHEN (OLD.* *<> NEW.*) EXECUTE FUNCTION satchel.set_updated_at();
