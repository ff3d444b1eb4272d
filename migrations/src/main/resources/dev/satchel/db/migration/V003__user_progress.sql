SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE TABLE public.user_progress (
    id                       uuid          NOT NULL DEFAULT gen_random_uuid(),
    user_id                  uuid          NOT NULL,
    total_descriptions       integer       NOT NULL DEFAULT 0,
    total_images             integer       NOT NULL DEFAULT 0,
    total_questions_answered integer       NOT NULL DEFAULT 0,
    total_vocabulary_learned integer       NOT NULL DEFAULT 0,
    total_sessions           integer       NOT NULL DEFAULT 0,
    total_time_spent_minutes integer       NOT NULL DEFAULT 0,
    current_streak_days      integer       NOT NULL DEFAULT 0,
    longest_streak_days      integer       NOT NULL DEFAULT 0,
    total_points             integer       NOT NULL DEFAULT 0,
    average_accuracy         numeric(5, 2) NOT NULL DEFAULT 0,
    mastered_words_count     integer       NOT NULL DEFAULT 0,
    learning_words_count     integer       NOT NULL DEFAULT 0,
    new_words_count          integer       NOT NULL DEFAULT 0,
    last_activity_at         timestamptz,
    created_at               timestamptz   NOT NULL DEFAULT now(),
    updated_at               timestamptz   NOT NULL DEFAULT now(),
    CONSTRAINT user_progress_pkey PRIMARY KEY (id),
    CONSTRAINT user_progress_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE,
    -- A constraint and its index share one name, and this is the name the application checks.
    CONSTRAINT idx_user_progress_user_id UNIQUE (user_id),
    CONSTRAINT user_progress_total_descriptions_check CHECK (total_descriptions >= 0),
    CONSTRAINT user_progress_total_images_check CHECK (total_images >= 0),
    CONSTRAINT user_progress_total_questions_answered_check CHECK (total_questions_answered >= 0),
    CONSTRAINT user_progress_total_vocabulary_learned_check CHECK (total_vocabulary_learned >= 0),
    CONSTRAINT user_progress_total_sessions_check CHECK (total_sessions >= 0),
    CONSTRAINT user_progress_total_time_spent_minutes_check CHECK (total_time_spent_minutes >= 0),
    CONSTRAINT user_progress_current_streak_days_check CHECK (current_streak_days >= 0),
    CONSTRAINT user_progress_longest_streak_days_check CHECK (longest_streak_days >= 0),
    CONSTRAINT user_progress_total_points_check CHECK (total_points >= 0),
    CONSTRAINT user_progress_average_accuracy_check CHECK (average_accuracy BETWEEN 0 AND 100),
    CONSTRAINT user_progress_mastered_words_count_check CHECK (mastered_words_count >= 0),
    CONSTRAINT user_progress_learning_words_count_check CHECK (learning_words_count >= 0),
    CONSTRAINT user_progress_new_words_count_check CHECK (new_words_count >= 0),
    CONSTRAINT user_progress_streaks_check CHECK (longest_streak_days >= current_streak_days)
);

CREATE INDEX idx_user_progress_last_activity ON public.user_progress (last_activity_at DESC);

COMMENT ON TABLE public.user_progress IS
    'A user''s totals, at most one row per user. Users read them; only Satchel writes them.';
COMMENT ON COLUMN public.user_progress.average_accuracy IS 'Per cent, 0 to 100.';

ALTER TABLE public.user_progress ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own progress" ON public.user_progress
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can insert their own progress" ON public.user_progress
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can update their own progress" ON public.user_progress
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can delete their own progress" ON public.user_progress
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);
CREATE POLICY "Satchel works on progress" ON public.user_progress
    FOR ALL TO satchel_runtime
    USING (true)
    WITH CHECK (true);

-- Default privileges may have opened the new table to every API role.
REVOKE ALL ON TABLE public.user_progress FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON TABLE public.user_progress TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.user_progress TO service_role, satchel_runtime;
