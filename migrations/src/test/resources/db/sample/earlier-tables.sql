-- The three tables as the application's own earlier script makes them: loose columns, policies for every role, one
-- row-level trigger that counts a session each time it is written with an end, and four functions in public.
CREATE TABLE public.user_api_keys (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id           uuid        NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    openai_api_key    text,
    unsplash_api_key  text,
    anthropic_api_key text,
    last_validated_at timestamptz,
    is_active         boolean     DEFAULT true,
    created_at        timestamptz DEFAULT now(),
    updated_at        timestamptz DEFAULT now(),
    CONSTRAINT unique_user_api_keys UNIQUE (user_id)
);
CREATE INDEX idx_user_api_keys_user_id ON public.user_api_keys (user_id);

CREATE TABLE public.user_progress (
    id                              uuid          PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id                         uuid          NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    total_descriptions              integer       DEFAULT 0,
    total_images                    integer       DEFAULT 0,
    total_questions_answered        integer       DEFAULT 0,
    total_vocabulary_learned        integer       DEFAULT 0,
    total_sessions                  integer       DEFAULT 0,
    total_time_spent_minutes        integer       DEFAULT 0,
    current_streak_days             integer       DEFAULT 0,
    longest_streak_days             integer       DEFAULT 0,
    total_points                    integer       DEFAULT 0,
    average_accuracy                numeric(5, 2) DEFAULT 0.0,
    average_completion_time_seconds integer       DEFAULT 0,
    mastered_words_count            integer       DEFAULT 0,
    learning_words_count            integer       DEFAULT 0,
    new_words_count                 integer       DEFAULT 0,
    last_activity_at                timestamptz,
    last_description_at             timestamptz,
    last_qa_session_at              timestamptz,
    last_vocabulary_practice_at     timestamptz,
    created_at                      timestamptz   DEFAULT now(),
    updated_at                      timestamptz   DEFAULT now(),
    CONSTRAINT unique_user_progress UNIQUE (user_id)
);
CREATE INDEX idx_user_progress_user_id ON public.user_progress (user_id);
CREATE INDEX idx_user_progress_last_activity ON public.user_progress (last_activity_at DESC);

CREATE TABLE public.export_history (
    id                      uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id                 uuid        NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    export_type             varchar(50) NOT NULL,
    export_format           varchar(20) NOT NULL,
    status                  varchar(20) DEFAULT 'pending',
    records_count           integer     DEFAULT 0,
    file_size_bytes         bigint,
    file_url                text,
    filters                 jsonb,
    data                    jsonb,
    error_message           text,
    retry_count             integer     DEFAULT 0,
    started_at              timestamptz,
    completed_at            timestamptz,
    processing_time_seconds integer,
    expires_at              timestamptz,
    created_at              timestamptz DEFAULT now(),
    updated_at              timestamptz DEFAULT now()
);
CREATE INDEX idx_export_history_user_id ON public.export_history (user_id);
CREATE INDEX idx_export_history_status ON public.export_history (status);
CREATE INDEX idx_export_history_created_at ON public.export_history (created_at DESC);
CREATE INDEX idx_export_history_export_type ON public.export_history (export_type);

-- What Supabase granted on every new table in public.
GRANT ALL ON TABLE public.user_api_keys, public.user_progress, public.export_history
    TO anon, authenticated, service_role;

ALTER TABLE public.user_api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.user_progress ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.export_history ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own API keys" ON public.user_api_keys
    FOR SELECT USING (auth.uid() = user_id);
CREATE POLICY "Users can insert their own API keys" ON public.user_api_keys
    FOR INSERT WITH CHECK (auth.uid() = user_id);
CREATE POLICY "Users can update their own API keys" ON public.user_api_keys
    FOR UPDATE USING (auth.uid() = user_id) WITH CHECK (auth.uid() = user_id);
CREATE POLICY "Users can delete their own API keys" ON public.user_api_keys
    FOR DELETE USING (auth.uid() = user_id);
CREATE POLICY "Users can view their own progress" ON public.user_progress
    FOR SELECT USING (auth.uid() = user_id);
CREATE POLICY "Users can insert their own progress" ON public.user_progress
    FOR INSERT WITH CHECK (auth.uid() = user_id);
CREATE POLICY "Users can update their own progress" ON public.user_progress
    FOR UPDATE USING (auth.uid() = user_id) WITH CHECK (auth.uid() = user_id);
CREATE POLICY "Users can view their own export history" ON public.export_history
    FOR SELECT USING (auth.uid() = user_id);
CREATE POLICY "Users can insert their own export history" ON public.export_history
    FOR INSERT WITH CHECK (auth.uid() = user_id);
CREATE POLICY "Users can update their own export history" ON public.export_history
    FOR UPDATE USING (auth.uid() = user_id) WITH CHECK (auth.uid() = user_id);

CREATE FUNCTION public.update_user_api_keys_updated_at() RETURNS trigger
    LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at = now(); RETURN NEW; END; $$;
CREATE FUNCTION public.update_user_progress_updated_at() RETURNS trigger
    LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at = now(); RETURN NEW; END; $$;
CREATE FUNCTION public.update_export_history_updated_at() RETURNS trigger
    LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at = now(); RETURN NEW; END; $$;
CREATE FUNCTION public.update_user_progress_from_session() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.ended_at IS NOT NULL THEN
        INSERT INTO public.user_progress (user_id, total_sessions, last_activity_at)
        VALUES (NEW.user_id, 1, NEW.ended_at)
        ON CONFLICT (user_id) DO UPDATE SET total_sessions = user_progress.total_sessions + 1;
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION public.update_user_progress_from_session() IS 'Counts ended sessions, again and again.';

CREATE TRIGGER trigger_user_api_keys_updated_at
    BEFORE UPDATE ON public.user_api_keys
    FOR EACH ROW EXECUTE FUNCTION public.update_user_api_keys_updated_at();
CREATE TRIGGER trigger_user_progress_updated_at
    BEFORE UPDATE ON public.user_progress
    FOR EACH ROW EXECUTE FUNCTION public.update_user_progress_updated_at();
CREATE TRIGGER trigger_export_history_updated_at
    BEFORE UPDATE ON public.export_history
    FOR EACH ROW EXECUTE FUNCTION public.update_export_history_updated_at();
CREATE TRIGGER trigger_update_user_progress_from_session
    AFTER INSERT OR UPDATE ON public.sessions
    FOR EACH ROW
    WHEN (NEW.user_id IS NOT NULL)
    EXECUTE FUNCTION public.update_user_progress_from_session();
COMMENT ON TRIGGER trigger_update_user_progress_from_session ON public.sessions IS 'As the application made it.';
