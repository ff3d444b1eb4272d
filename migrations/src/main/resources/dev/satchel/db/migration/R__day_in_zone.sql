-- The zones that users' days are counted in. Before R__user_progress.sql, whose functions call these.
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE FUNCTION satchel.day_in_zone(at timestamptz, zone text) RETURNS date
    LANGUAGE plpgsql
    STABLE
    -- Not called at all for the many users without a zone.
    STRICT
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN (at AT TIME ZONE zone)::date;
EXCEPTION
    -- A zone that the server has lost, with an update of its zones or by a move. It stops nobody's sessions.
    WHEN invalid_parameter_value THEN
        RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.day_in_zone(timestamptz, text) IS
    'The day of a moment in a zone; NULL without one, and where the server does not know it.';

CREATE OR REPLACE FUNCTION satchel.check_zone() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF satchel.day_in_zone(NEW.since, NEW.zone) IS NULL THEN
        RAISE EXCEPTION 'the server knows no time zone %', quote_literal(NEW.zone)
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = 'satchel', TABLE = 'user_zone', COLUMN = 'zone',
                HINT = 'Name a region such as Europe/Madrid, or UTC.';
    END IF;
    RETURN NEW;
END
$function$;

COMMENT ON FUNCTION satchel.check_zone() IS 'Refuses a zone that the server does not know.';

REVOKE ALL ON FUNCTION satchel.day_in_zone(timestamptz, text), satchel.check_zone()
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION satchel.day_in_zone(timestamptz, text) TO satchel_exports;

CREATE OR REPLACE TRIGGER trigger_user_zone_known
    BEFORE INSERT OR UPDATE OF zone, since ON satchel.user_zone
    FOR EACH ROW EXECUTE FUNCTION satchel.check_zone();
