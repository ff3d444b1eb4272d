SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

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
    CONSTRAINT user_api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE,
    -- A constraint and its index share one name, and this is the name the application checks.
    CONSTRAINT idx_user_api_keys_user_id UNIQUE (user_id)
);

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
CREATE POLICY "Satchel works on API keys" ON public.user_api_keys
    FOR ALL TO satchel_runtime
    USING (true)
    WITH CHECK (true);

-- Default privileges may have opened the new table to every API role.
REVOKE ALL ON TABLE public.user_api_keys FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT (id, user_id, last_validated_at, is_active, created_at, updated_at), DELETE
    ON TABLE public.user_api_keys TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.user_api_keys TO service_role, satchel_runtime;
