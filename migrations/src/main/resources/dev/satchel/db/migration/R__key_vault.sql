-- What the vault does with keys. No role of Satchel's may touch the sealed keys or their data keys itself: satchel_vault calls
-- these functions, which run with their owner's rights, and satchel_rotation the last one.
--
-- Whatever changes a row of keys locks it first, and the data keys and the verdicts afterwards, which is the order in
-- which deleting an account takes them.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE OR REPLACE FUNCTION satchel.key_encryption_keys()
    RETURNS TABLE (kek_id text)
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    ROWS 3
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
    -- From each id to the next in the index, instead of over all data keys.
    WITH RECURSIVE used (id) AS (
        SELECT min(data_key.kek_id) FROM satchel.data_key
         UNION ALL
        SELECT (SELECT min(data_key.kek_id) FROM satchel.data_key WHERE data_key.kek_id > used.id)
          FROM used
         WHERE used.id IS NOT NULL
    )
    SELECT used.id FROM used WHERE used.id IS NOT NULL
$function$;

COMMENT ON FUNCTION satchel.key_encryption_keys() IS
    'The ids of the key-encryption keys that wrap a data key. Who is given none of these has the keys of another database, '
    'and is to seal nothing here.';

CREATE OR REPLACE FUNCTION satchel.lock_keys(of_user uuid, of_provider text)
    RETURNS TABLE (row_id uuid, was_set boolean)
    LANGUAGE plpgsql
    SECURITY DEFINER
    ROWS 1
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    INSERT INTO public.user_api_keys (user_id) VALUES (of_user) ON CONFLICT (user_id) DO NOTHING;
    -- A statement of its own: it must see a row that the first one may have waited for.
    RETURN QUERY
    SELECT keys.id,
           satchel.api_key_of(to_jsonb(keys), of_provider) IS NOT NULL
           OR EXISTS (SELECT
                        FROM satchel.key_audit AS audit
                       WHERE audit.user_id = of_user
                         AND audit.provider = of_provider
                         AND audit.action IN ('set', 'remove'))
      FROM public.user_api_keys AS keys
     WHERE keys.user_id = of_user
       FOR UPDATE OF keys;
END
$function$;

COMMENT ON FUNCTION satchel.lock_keys(uuid, text) IS
    'Locks the user''s row of keys, which it makes where there is none, and returns its id, which a key is sealed to, and '
    'whether the user has ever set or removed a key for the provider. No row if the row was deleted meanwhile.';

CREATE OR REPLACE FUNCTION satchel.set_key(of_user uuid, of_provider text, in_row uuid, sealed text, kek text,
                                           wrapped_key bytea)
    RETURNS uuid
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    -- NULL for a text of another form, which the constraint of the column refuses.
    named constant uuid := substring(sealed FROM '^dk1\.([0-9a-f-]{36})\.')::uuid;
    earlier uuid;
    changed bigint;
BEGIN
    -- A sealed key and its data key that somebody kept must not come back together either.
    IF EXISTS (SELECT FROM satchel.key_audit WHERE data_key_id = named AND action = 'set') THEN
        RAISE EXCEPTION 'data key % has sealed a key before', named
            USING ERRCODE = 'unique_violation', SCHEMA = 'satchel', TABLE = 'data_key',
                HINT = 'Make a new data key for each key that is set.';
    END IF;
    SELECT data_key.id INTO earlier
      FROM satchel.data_key
     WHERE data_key.user_id = of_user
       AND data_key.provider = of_provider;
    EXECUTE format('UPDATE public.user_api_keys SET %I = $1, is_active = true WHERE id = $2 AND user_id = $3',
                   of_provider || '_api_key')
      USING sealed, in_row, of_user;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF changed = 0 THEN
        RAISE EXCEPTION 'user % has no row of keys with the id %', of_user, in_row
            USING ERRCODE = 'no_data_found', HINT = 'Lock it with satchel.lock_keys in the same transaction.';
    END IF;
    -- The trigger on the row has deleted the earlier data key, and what was known of the earlier key.
    INSERT INTO satchel.data_key (id, user_id, provider, kek_id, wrapped)
    VALUES (named, of_user, of_provider, kek, wrapped_key);
    INSERT INTO satchel.key_check (user_id, provider, next_check_at)
    VALUES (of_user, of_provider, statement_timestamp());
    RETURN earlier;
END
$function$;

COMMENT ON FUNCTION satchel.set_key(uuid, text, uuid, text, text, bytea) IS
    'Stores a sealed key and the data key that it names, in place of the earlier ones, and returns the id of the earlier '
    'data key. Refuses a data key that has sealed a key before.';

CREATE OR REPLACE FUNCTION satchel.judge_keys(of_user uuid) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
    UPDATE public.user_api_keys AS keys
       SET is_active = EXISTS (SELECT
                                 FROM satchel.api_key_cells(to_jsonb(keys)) AS cell
                                 LEFT JOIN satchel.key_check
                                   ON key_check.user_id = keys.user_id
                                  AND key_check.provider = cell.provider
                                WHERE cell.sealed IS NOT NULL
                                  AND key_check.verdict IS DISTINCT FROM 'invalid')
     WHERE keys.user_id = of_user
$function$;

COMMENT ON FUNCTION satchel.judge_keys(uuid) IS
    'Takes a row of keys out of use while every key in it is proven invalid, and only then. Not to be called directly.';

CREATE OR REPLACE FUNCTION satchel.remove_keys(of_user uuid, of_provider text)
    RETURNS TABLE (data_key_id uuid)
    LANGUAGE plpgsql
    SECURITY DEFINER
    ROWS 3
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    removed uuid[];
    left_over bigint;
BEGIN
    PERFORM FROM public.user_api_keys AS keys WHERE keys.user_id = of_user FOR UPDATE OF keys;
    SELECT array_agg(split_part(cell.sealed, '.', 2)::uuid) FILTER (WHERE cell.provider = coalesce(of_provider, cell.provider)),
           count(*) FILTER (WHERE cell.provider <> of_provider)
      INTO removed, left_over
      FROM public.user_api_keys AS keys
     CROSS JOIN LATERAL satchel.api_key_cells(to_jsonb(keys)) AS cell
     WHERE keys.user_id = of_user
       AND cell.sealed IS NOT NULL;
    IF removed IS NULL THEN
        RETURN;
    END IF;
    IF left_over = 0 THEN
        DELETE FROM public.user_api_keys AS keys WHERE keys.user_id = of_user;
    ELSE
        EXECUTE format('UPDATE public.user_api_keys SET %I = NULL WHERE user_id = $1', of_provider || '_api_key')
          USING of_user;
        PERFORM satchel.judge_keys(of_user);
    END IF;
    RETURN QUERY SELECT unnest(removed);
END
$function$;

COMMENT ON FUNCTION satchel.remove_keys(uuid, text) IS
    'Removes the user''s key for the provider, or every key where that is NULL, with the data keys; the row goes with the '
    'last key. Returns the id of each data key that a removed key named.';

CREATE OR REPLACE FUNCTION satchel.key_statuses(of_user uuid)
    RETURNS TABLE (provider text, verdict text, validated_at timestamptz, checked_at timestamptz)
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    ROWS 3
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
    SELECT cell.provider, coalesce(key_check.verdict, 'unknown'), key_check.validated_at, key_check.checked_at
      FROM public.user_api_keys AS keys
     CROSS JOIN LATERAL satchel.api_key_cells(to_jsonb(keys)) AS cell
      LEFT JOIN satchel.key_check
        ON key_check.user_id = keys.user_id
       AND key_check.provider = cell.provider
     WHERE keys.user_id = of_user
       AND cell.sealed IS NOT NULL
$function$;

COMMENT ON FUNCTION satchel.key_statuses(uuid) IS
    'Which keys the user has set, and what their providers said of them; nothing of the keys.';

CREATE OR REPLACE FUNCTION satchel.record_verdict(of_user uuid, of_provider text, checked text, said text, why text)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    PERFORM
       FROM public.user_api_keys AS keys
      WHERE keys.user_id = of_user
        AND satchel.api_key_of(to_jsonb(keys), of_provider) = checked
        FOR UPDATE OF keys;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO satchel.key_check AS known (user_id, provider, verdict, validated_at, checked_at, reason)
    VALUES (of_user, of_provider, said, CASE said WHEN 'valid' THEN statement_timestamp() END, statement_timestamp(), why)
        ON CONFLICT (user_id, provider) DO UPDATE
       SET verdict = CASE excluded.verdict WHEN 'unknown' THEN known.verdict ELSE excluded.verdict END,
           validated_at = coalesce(excluded.validated_at, known.validated_at),
           checked_at = excluded.checked_at,
           reason = excluded.reason;
    IF said = 'valid' THEN
        UPDATE public.user_api_keys AS keys
           SET last_validated_at = statement_timestamp()
         WHERE keys.user_id = of_user;
    END IF;
    IF said <> 'unknown' THEN
        PERFORM satchel.judge_keys(of_user);
    END IF;
    RETURN true;
END
$function$;

COMMENT ON FUNCTION satchel.record_verdict(uuid, text, text, text, text) IS
    'Records what a provider said of a sealed key, unless another stands in its cell by now; says whether it did. An '
    'answer that proves nothing leaves the verdict.';

-- In two steps, because a caller can roll back what it has recorded, and cannot unread what it has read.
CREATE OR REPLACE FUNCTION satchel.record_opening(of_user uuid, of_provider text, for_purpose text) RETURNS uuid
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
    INSERT INTO satchel.key_audit (user_id, provider, action, purpose, data_key_id)
    SELECT keys.user_id, of_provider, 'open', for_purpose, split_part(cell.sealed, '.', 2)::uuid
      FROM public.user_api_keys AS keys
     CROSS JOIN LATERAL (SELECT satchel.api_key_of(to_jsonb(keys), of_provider) AS sealed) AS cell
     WHERE keys.user_id = of_user
       AND cell.sealed IS NOT NULL
    RETURNING id
$function$;

COMMENT ON FUNCTION satchel.record_opening(uuid, text, text) IS
    'Records that the user''s key for the provider is about to be opened, and returns the record''s id; NULL where no key '
    'is set. Once that is committed, satchel.recorded_key hands out the sealed key.';

CREATE OR REPLACE FUNCTION satchel.recorded_key(opening uuid)
    RETURNS TABLE (row_id uuid, sealed text, data_key_id uuid, kek_id text, wrapped bytea)
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    ROWS 1
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
    SELECT keys.id, cell.sealed, data_key.id, data_key.kek_id, data_key.wrapped
      FROM satchel.key_audit AS audit
      JOIN public.user_api_keys AS keys ON keys.user_id = audit.user_id
     CROSS JOIN LATERAL (SELECT satchel.api_key_of(to_jsonb(keys), audit.provider) AS sealed) AS cell
      LEFT JOIN satchel.data_key
        ON data_key.user_id = audit.user_id
       AND data_key.provider = audit.provider
       AND data_key.id = audit.data_key_id
     WHERE audit.id = opening
       AND audit.action = 'open'
       AND audit.login = session_user
       -- What is seen of another transaction is committed.
       AND audit.recorded_in IS DISTINCT FROM pg_current_xact_id_if_assigned()
       -- A record is of one sealed key, and not of whatever is set later.
       AND split_part(cell.sealed, '.', 2) = audit.data_key_id::text
$function$;

COMMENT ON FUNCTION satchel.recorded_key(uuid) IS
    'The sealed key whose opening the same login has recorded and committed, with its data key, whose columns are NULL '
    'where it is gone. No row before the commit, for another login, or once another key has been set.';

CREATE OR REPLACE FUNCTION satchel.rewrap_data_keys(ids uuid[], providers text[], befores bytea[], keks text[],
                                                    afters bytea[])
    RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    rewrapped integer;
BEGIN
    IF cardinality(ids) > 1000 THEN
        RAISE EXCEPTION 'a batch has at most 1000 data keys, was %', cardinality(ids)
            USING ERRCODE = 'program_limit_exceeded';
    END IF;
    WITH free AS (
        SELECT data_key.user_id, data_key.provider, renewed.kek, renewed.after
          FROM unnest(ids, providers, befores, keks, afters) AS renewed (id, provider, before, kek, after)
          JOIN satchel.data_key
            ON data_key.id = renewed.id
           AND data_key.provider = renewed.provider
           AND data_key.wrapped = renewed.before
           FOR UPDATE OF data_key SKIP LOCKED
    )
    UPDATE satchel.data_key
       SET kek_id = free.kek, wrapped = free.after, wrapped_at = statement_timestamp()
      FROM free
     WHERE data_key.user_id = free.user_id
       AND data_key.provider = free.provider;
    GET DIAGNOSTICS rewrapped = ROW_COUNT;
    RETURN rewrapped;
END
$function$;

COMMENT ON FUNCTION satchel.rewrap_data_keys(uuid[], text[], bytea[], text[], bytea[]) IS
    'Replaces the wrapping of those data keys that still have the one that was read, and returns how many; rows that '
    'others have locked are left. At most 1000 in one call.';

REVOKE ALL
    ON FUNCTION satchel.key_encryption_keys(), satchel.lock_keys(uuid, text), satchel.set_key(uuid, text, uuid, text, text, bytea),
        satchel.judge_keys(uuid), satchel.remove_keys(uuid, text), satchel.key_statuses(uuid),
        satchel.record_verdict(uuid, text, text, text, text), satchel.record_opening(uuid, text, text),
        satchel.recorded_key(uuid), satchel.rewrap_data_keys(uuid[], text[], bytea[], text[], bytea[])
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE
    ON FUNCTION satchel.lock_keys(uuid, text), satchel.set_key(uuid, text, uuid, text, text, bytea),
        satchel.remove_keys(uuid, text), satchel.key_statuses(uuid),
        satchel.record_verdict(uuid, text, text, text, text), satchel.record_opening(uuid, text, text),
        satchel.recorded_key(uuid)
    TO satchel_vault;
GRANT EXECUTE ON FUNCTION satchel.rewrap_data_keys(uuid[], text[], bytea[], text[], bytea[]) TO satchel_rotation;
GRANT EXECUTE ON FUNCTION satchel.key_encryption_keys() TO satchel_vault, satchel_rotation;
