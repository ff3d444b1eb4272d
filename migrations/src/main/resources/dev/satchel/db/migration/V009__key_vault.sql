SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

-- Refused, and not left in place with NOT VALID: a key that was never sealed can be read by whoever reads the row or a
-- backup, nothing could open it as a sealed one, and every later change of its row would fail.
DO $block$
DECLARE
    unsealed bigint;
BEGIN
    SELECT count(*)
      INTO unsealed
      FROM public.user_api_keys
     CROSS JOIN unnest(ARRAY [openai_api_key, unsplash_api_key, anthropic_api_key]) AS stored (key)
     WHERE stored.key IS NOT NULL
       AND NOT (length(stored.key) BETWEEN 123 AND 1487
                AND stored.key COLLATE "C" ~ '^dk1\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([A-Za-z0-9_-]{4})+([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$');
    IF unsealed > 0 THEN
        RAISE EXCEPTION 'public.user_api_keys holds % keys that are not sealed', unsealed
            USING ERRCODE = 'check_violation',
                HINT = 'They can be read by whoever reads the table or a backup of it. Erase them (UPDATE '
                    'public.user_api_keys SET openai_api_key = NULL, unsplash_api_key = NULL, anthropic_api_key = '
                    'NULL), migrate again, have their users set them anew, and advise them to replace them at the '
                    'provider.';
    END IF;
END
$block$;

-- dk1, the id of the data key, and base64url without padding of at least 61 bytes: a commitment of 32, a nonce of 12, a
-- tag of 16, and a character. The last characters have no unused bits set, so that each sealed key has one text.
ALTER TABLE public.user_api_keys
    ADD CONSTRAINT user_api_keys_openai_api_key_sealed_check
        CHECK (length(openai_api_key) BETWEEN 123 AND 1487
               AND openai_api_key COLLATE "C" ~ '^dk1\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([A-Za-z0-9_-]{4})+([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$'),
    ADD CONSTRAINT user_api_keys_unsplash_api_key_sealed_check
        CHECK (length(unsplash_api_key) BETWEEN 123 AND 1487
               AND unsplash_api_key COLLATE "C" ~ '^dk1\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([A-Za-z0-9_-]{4})+([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$'),
    ADD CONSTRAINT user_api_keys_anthropic_api_key_sealed_check
        CHECK (length(anthropic_api_key) BETWEEN 123 AND 1487
               AND anthropic_api_key COLLATE "C" ~ '^dk1\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([A-Za-z0-9_-]{4})+([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$');

CREATE TABLE satchel.data_key (
    id         uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    kek_id     text        NOT NULL,
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    wrapped_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT data_key_pkey PRIMARY KEY (id),
    CONSTRAINT data_key_user_id_key UNIQUE (user_id),
    -- Whoever deletes the row of keys, or the user, deletes the data key in the same transaction. Without an action on
    -- update, a row of keys cannot be given to another user either.
    CONSTRAINT data_key_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES public.user_api_keys (user_id) ON DELETE CASCADE,
    CONSTRAINT data_key_kek_id_check CHECK (length(kek_id) BETWEEN 1 AND 2048),
    CONSTRAINT data_key_wrapped_check CHECK (octet_length(wrapped) BETWEEN 32 AND 4096)
);

-- A rotation counts by the first column and takes what it has left to do in the order of both.
CREATE INDEX data_key_kek_id_idx ON satchel.data_key (kek_id, id);

COMMENT ON TABLE satchel.data_key IS
    'One data key per user, wrapped by a key-encryption key that the database never sees. Deleting it makes the user''s '
    'sealed keys unreadable; a backup that holds it can open them as long as its key-encryption key exists.';
COMMENT ON COLUMN satchel.data_key.kek_id IS 'Which key-encryption key wraps it.';
COMMENT ON COLUMN satchel.data_key.wrapped_at IS 'When it was last wrapped; a rotation wraps it anew.';

CREATE TABLE satchel.key_check (
    user_id       uuid        NOT NULL,
    provider      text        NOT NULL,
    verdict       text        NOT NULL DEFAULT 'unknown',
    validated_at  timestamptz,
    checked_at    timestamptz,
    reason        text,
    next_check_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT key_check_pkey PRIMARY KEY (user_id, provider),
    CONSTRAINT key_check_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES public.user_api_keys (user_id) ON DELETE CASCADE,
    CONSTRAINT key_check_provider_check CHECK (provider IN ('openai', 'unsplash', 'anthropic')),
    CONSTRAINT key_check_verdict_check CHECK (verdict IN ('valid', 'invalid', 'unknown')),
    CONSTRAINT key_check_reason_check CHECK (length(reason) BETWEEN 1 AND 200)
);

CREATE INDEX key_check_next_check_at_idx ON satchel.key_check (next_check_at);

COMMENT ON TABLE satchel.key_check IS 'What providers said about the keys that are set, one row per key.';
COMMENT ON COLUMN satchel.key_check.verdict IS 'The last thing a provider proved; an answer that proves nothing leaves it.';
COMMENT ON COLUMN satchel.key_check.validated_at IS 'When the provider last accepted this key.';
COMMENT ON COLUMN satchel.key_check.checked_at IS 'When the provider was last asked, whatever came of it.';
COMMENT ON COLUMN satchel.key_check.reason IS 'Why the last answer was not valid, in our own words.';
COMMENT ON COLUMN satchel.key_check.next_check_at IS 'Not to be checked by the schedule before.';

CREATE TABLE satchel.key_audit (
    id          uuid        NOT NULL DEFAULT gen_random_uuid(),
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    login       text        NOT NULL DEFAULT session_user,
    user_id     uuid        NOT NULL,
    provider    text        NOT NULL,
    action      text        NOT NULL,
    purpose     text,
    data_key_id uuid        NOT NULL,
    CONSTRAINT key_audit_pkey PRIMARY KEY (id),
    CONSTRAINT key_audit_provider_check CHECK (provider IN ('openai', 'unsplash', 'anthropic')),
    CONSTRAINT key_audit_action_check CHECK (action IN ('set', 'open', 'remove')),
    CONSTRAINT key_audit_purpose_check
        CHECK ((action = 'open') = (purpose IS NOT NULL)
               AND length(purpose) <= 60 AND purpose COLLATE "C" ~ '^[a-z]+( [a-z]+)*$')
);

CREATE INDEX key_audit_user_id_at_idx ON satchel.key_audit (user_id, at);

COMMENT ON TABLE satchel.key_audit IS
    'What was done with users'' keys, and nothing of the keys. Rows are added only, and stay when the account is deleted: '
    'who opened a key is asked most when the account is gone. Of a person they keep the user''s id alone, which then '
    'leads nowhere.';
COMMENT ON COLUMN satchel.key_audit.login IS 'The database login that did it.';
COMMENT ON COLUMN satchel.key_audit.purpose IS 'What a key was opened for: words of a to z, so that no key fits.';
COMMENT ON COLUMN satchel.key_audit.data_key_id IS 'Under which data key the key was sealed; it may be gone by now.';

-- Default privileges may have opened the new tables to every API role.
REVOKE ALL ON TABLE satchel.data_key, satchel.key_check, satchel.key_audit
    FROM PUBLIC, anon, authenticated, service_role, satchel_runtime;
GRANT SELECT, INSERT, UPDATE (kek_id, wrapped, wrapped_at) ON TABLE satchel.data_key TO satchel_runtime;
GRANT SELECT, INSERT, UPDATE ON TABLE satchel.key_check TO satchel_runtime;
-- The moment and the login are the database's to write.
GRANT SELECT, INSERT (user_id, provider, action, purpose, data_key_id) ON TABLE satchel.key_audit TO satchel_runtime;
