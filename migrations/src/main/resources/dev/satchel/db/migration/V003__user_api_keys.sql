-- Users' keys for other services, their data keys, what providers said of them, and the record of their use.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE TABLE public.user_api_keys (
    id                uuid        NOT NULL DEFAULT gen_random_uuid(),
    user_id           uuid        NOT NULL,
    openai_api_key    text,
    unsplash_api_key  text,
    anthropic_api_key text,
    last_validated_at timestamptz,
    is_active         boolean     NOT NULL DEFAULT true,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_api_keys_pkey PRIMARY KEY (id),
    -- A constraint and its index share one name, and this is the name the application checks.
    CONSTRAINT idx_user_api_keys_user_id UNIQUE (user_id),
    -- dk1, the id of the data key, and base64url without padding of at least 61 bytes: a commitment of 32, a nonce of 12,
    -- a tag of 16, and a character. The last characters have no unused bits set, so that each sealed key has one text.
    -- Written with two comparisons, because BETWEEN is printed otherwise after a dump and restore.
    CONSTRAINT user_api_keys_openai_api_key_sealed_check
        CHECK (length(openai_api_key) >= 123 AND length(openai_api_key) <= 1487
               AND openai_api_key COLLATE "C" ~ '^dk1\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([A-Za-z0-9_-]{4})+([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$'),
    CONSTRAINT user_api_keys_unsplash_api_key_sealed_check
        CHECK (length(unsplash_api_key) >= 123 AND length(unsplash_api_key) <= 1487
               AND unsplash_api_key COLLATE "C" ~ '^dk1\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([A-Za-z0-9_-]{4})+([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$'),
    CONSTRAINT user_api_keys_anthropic_api_key_sealed_check
        CHECK (length(anthropic_api_key) >= 123 AND length(anthropic_api_key) <= 1487
               AND anthropic_api_key COLLATE "C" ~ '^dk1\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([A-Za-z0-9_-]{4})+([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$')
);

-- As text, because which table holds the users is known here only.
DO $block$
BEGIN
    EXECUTE format('ALTER TABLE public.user_api_keys ADD CONSTRAINT user_api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES %s (id) ON DELETE CASCADE',
                   satchel.users_table());
END
$block$;

COMMENT ON TABLE public.user_api_keys IS
    'A user''s keys for other services, at most one row per user. Users read their presence through '
    'user_api_keys_status, never the keys.';
COMMENT ON COLUMN public.user_api_keys.openai_api_key IS 'Sealed; unreadable for every API role.';
COMMENT ON COLUMN public.user_api_keys.unsplash_api_key IS 'Sealed; unreadable for every API role.';
COMMENT ON COLUMN public.user_api_keys.anthropic_api_key IS 'Sealed; unreadable for every API role.';
COMMENT ON COLUMN public.user_api_keys.last_validated_at IS
    'When a provider last said that a key of this row is valid. An outage does not move it.';

ALTER TABLE public.user_api_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own API keys" ON public.user_api_keys
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can insert their own API keys" ON public.user_api_keys
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can update their own API keys" ON public.user_api_keys
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can delete their own API keys" ON public.user_api_keys
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);
-- Without a grant it lets no one in; a rollback knows the table by it.
CREATE POLICY "Satchel works on API keys" ON public.user_api_keys
    FOR ALL TO satchel_vault
    USING (true)
    WITH CHECK (true);

-- Default privileges may have opened the new table to every API role.
REVOKE ALL ON TABLE public.user_api_keys FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT (id, user_id, last_validated_at, is_active, created_at, updated_at), DELETE
    ON TABLE public.user_api_keys TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.user_api_keys TO service_role;

CREATE TABLE satchel.data_key (
    id         uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    provider   text        NOT NULL,
    kek_id     text        NOT NULL,
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    wrapped_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT data_key_pkey PRIMARY KEY (user_id, provider),
    -- A row of keys, or a user, that is deleted takes the data keys along in the same transaction. Without an action on
    -- update, a row of keys cannot be given to another user either.
    CONSTRAINT data_key_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES public.user_api_keys (user_id) ON DELETE CASCADE,
    CONSTRAINT data_key_provider_check CHECK (provider COLLATE "C" ~ '^[a-z0-9_]+$'),
    CONSTRAINT data_key_kek_id_check CHECK (length(kek_id) BETWEEN 1 AND 2048),
    CONSTRAINT data_key_wrapped_check CHECK (octet_length(wrapped) BETWEEN 32 AND 4096)
);

-- A rotation counts by the first column and takes what it has left to do in the order of all three.
CREATE INDEX data_key_kek_id_idx ON satchel.data_key (kek_id, id, provider);

COMMENT ON TABLE satchel.data_key IS
    'One data key per sealed key, wrapped by a key-encryption key that the database never sees. It goes when its key is '
    'set again or removed, and what it sealed is unreadable from then on; a backup that holds it can open that as long '
    'as its key-encryption key exists.';
COMMENT ON COLUMN satchel.data_key.id IS 'Part of the text that it seals.';
COMMENT ON COLUMN satchel.data_key.kek_id IS 'Which key-encryption key wraps it.';
COMMENT ON COLUMN satchel.data_key.wrapped_at IS 'When it was last wrapped; a rotation re-wraps it.';

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
    CONSTRAINT key_check_provider_check CHECK (provider COLLATE "C" ~ '^[a-z0-9_]+$'),
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
    recorded_in xid8        NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT key_audit_pkey PRIMARY KEY (id),
    CONSTRAINT key_audit_provider_check CHECK (provider COLLATE "C" ~ '^[a-z0-9_]+$'),
    CONSTRAINT key_audit_action_check CHECK (action IN ('set', 'open', 'remove')),
    CONSTRAINT key_audit_purpose_check
        CHECK ((action = 'open') = (purpose IS NOT NULL)
               AND length(purpose) <= 60 AND purpose COLLATE "C" ~ '^[a-z]+( [a-z]+)*$')
);

CREATE INDEX key_audit_user_id_at_idx ON satchel.key_audit (user_id, at);
-- A data key is used for one sealed key, and never again.
CREATE INDEX key_audit_set_data_key_id_idx ON satchel.key_audit (data_key_id) WHERE action = 'set';

COMMENT ON TABLE satchel.key_audit IS
    'What was done with users'' keys, and nothing of the keys. Rows are added only, and stay when the account is deleted: '
    'who opened a key is asked most when the account is gone. Of a person they keep the user''s id alone, which then '
    'leads nowhere.';
COMMENT ON COLUMN satchel.key_audit.login IS 'The database login that did it.';
COMMENT ON COLUMN satchel.key_audit.purpose IS 'What a key was opened for: words of a to z, so that no key fits.';
COMMENT ON COLUMN satchel.key_audit.data_key_id IS 'Under which data key the key was sealed; it may be gone by now.';
COMMENT ON COLUMN satchel.key_audit.recorded_in IS
    'The transaction that recorded it. A sealed key is handed out in a later one only.';

-- Default privileges may have opened the new tables to every API role.
REVOKE ALL ON TABLE satchel.data_key, satchel.key_check, satchel.key_audit FROM PUBLIC, anon, authenticated, service_role;
-- The keys themselves are behind the functions of R__key_vault.sql.
GRANT SELECT, UPDATE (next_check_at) ON TABLE satchel.key_check TO satchel_vault;
GRANT SELECT ON TABLE satchel.key_audit TO satchel_vault;
GRANT SELECT ON TABLE satchel.data_key TO satchel_rotation;
