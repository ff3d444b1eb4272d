SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

-- Users may not read the key columns, so this reads them with its owner's rights and gives away only whether they are
-- set, and only in the caller's own row. Row security does not bind the owner: the WHERE is the wall.
CREATE OR REPLACE FUNCTION satchel.own_api_keys_status()
    RETURNS TABLE (user_id uuid, provider text, is_set boolean, last_validated_at timestamptz, is_active boolean)
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    ROWS 3
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT keys.user_id, cell.provider, cell.sealed IS NOT NULL, keys.last_validated_at,
           cell.sealed IS NOT NULL AND keys.is_active
      FROM public.user_api_keys AS keys
     CROSS JOIN LATERAL satchel.api_key_cells(to_jsonb(keys)) AS cell
     WHERE keys.user_id = (SELECT auth.uid())
$function$;

COMMENT ON FUNCTION satchel.own_api_keys_status() IS
    'What public.user_api_keys_status shows; not to be called directly.';

REVOKE ALL ON FUNCTION satchel.own_api_keys_status() FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION satchel.own_api_keys_status() TO authenticated;

CREATE OR REPLACE VIEW public.user_api_keys_status AS
SELECT status.user_id, status.provider, status.is_set, status.last_validated_at, status.is_active
  FROM satchel.own_api_keys_status() AS status;

-- Replacing a view resets its options, and servers before 15 do not know this one.
DO $block$
BEGIN
    IF current_setting('server_version_num')::integer >= 150000 THEN
        ALTER VIEW public.user_api_keys_status SET (security_invoker = true);
    END IF;
END
$block$;

COMMENT ON VIEW public.user_api_keys_status IS
    'For the caller''s own row: per provider whether a key is set, when a key was last found valid, '
    'whether the keys are in use.';

REVOKE ALL ON TABLE public.user_api_keys_status FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON TABLE public.user_api_keys_status TO authenticated;
