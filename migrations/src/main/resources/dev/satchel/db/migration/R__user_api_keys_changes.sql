SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

-- With its owner's rights, because users and service_role change rows of keys and may not touch the private tables. It
-- writes only about the row that was changed.
CREATE OR REPLACE FUNCTION satchel.follow_key_changes() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    of_provider record;
BEGIN
    FOR of_provider IN
        SELECT provider, cell_before.sealed AS before, cell_after.sealed AS after
          FROM satchel.api_key_cells(to_jsonb(OLD)) AS cell_before
          FULL JOIN satchel.api_key_cells(to_jsonb(NEW)) AS cell_after USING (provider)
         WHERE cell_before.sealed IS DISTINCT FROM cell_after.sealed
    LOOP
        INSERT INTO satchel.key_audit (user_id, provider, action, data_key_id)
        VALUES (CASE TG_OP WHEN 'DELETE' THEN OLD.user_id ELSE NEW.user_id END, of_provider.provider,
                CASE WHEN of_provider.after IS NULL THEN 'remove' ELSE 'set' END,
                split_part(coalesce(of_provider.after, of_provider.before), '.', 2)::uuid);
        IF TG_OP = 'UPDATE' THEN
            -- Whatever was written: satchel.set_key stores the data key of a new key afterwards, and only it can.
            DELETE FROM satchel.data_key WHERE user_id = OLD.user_id AND provider = of_provider.provider;
            -- What was said of the earlier key says nothing of this one.
            DELETE FROM satchel.key_check WHERE user_id = OLD.user_id AND provider = of_provider.provider;
        END IF;
    END LOOP;
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.follow_key_changes() IS
    'Records each key that changes, in whatever role, deletes its data key, and forgets what was known of it. The data keys '
    'of a deleted row go by their foreign key.';

REVOKE ALL ON FUNCTION satchel.follow_key_changes() FROM PUBLIC, anon, authenticated, service_role;

CREATE OR REPLACE TRIGGER trigger_user_api_keys_changes
    AFTER INSERT OR UPDATE OR DELETE ON public.user_api_keys
    FOR EACH ROW EXECUTE FUNCTION satchel.follow_key_changes();
