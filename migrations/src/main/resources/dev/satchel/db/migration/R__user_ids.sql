SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE OR REPLACE FUNCTION satchel.user_ids() RETURNS SETOF uuid
    -- Not sql, whose body is tried out when it is created: an owner who may not see every user can still migrate.
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- A definer who may not see every user gets an error, not fewer users.
    SET row_security = off
AS $function$
BEGIN
    -- Locked until the caller's transaction ends, so that none of them is deleted before it has referred to them.
    RETURN QUERY SELECT id FROM satchel.users ORDER BY id FOR KEY SHARE;
END
$function$;

COMMENT ON FUNCTION satchel.user_ids() IS
    'Every user''s id, for an export of all: the worker has no rights of its own on the application''s users.';

REVOKE ALL ON FUNCTION satchel.user_ids() FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION satchel.user_ids() TO satchel_exports;
