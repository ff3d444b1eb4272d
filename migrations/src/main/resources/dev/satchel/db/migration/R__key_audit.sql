SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE OR REPLACE FUNCTION satchel.guard_key_audit() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'rows of satchel.key_audit are added only: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege', SCHEMA = 'satchel', TABLE = 'key_audit';
END
$function$;

COMMENT ON FUNCTION satchel.guard_key_audit() IS 'Refuses every change of what was recorded, also to the owner.';

REVOKE ALL ON FUNCTION satchel.guard_key_audit() FROM PUBLIC, anon, authenticated, service_role;

-- Per statement, so that a statement that finds no row is refused too.
CREATE OR REPLACE TRIGGER trigger_key_audit_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON satchel.key_audit
    FOR EACH STATEMENT EXECUTE FUNCTION satchel.guard_key_audit();
