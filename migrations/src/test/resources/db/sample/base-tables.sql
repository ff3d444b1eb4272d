-- The tables of the application that Satchel lands on, for tests and the demo: the columns, types, defaults, keys and
-- row security as a live database of it. Runs after db/platform, as the role that will migrate.

-- The application's ids default to this function of an extension that some servers lack.
DO $block$
BEGIN
    CREATE EXTENSION "uuid-ossp" WITH SCHEMA public;
EXCEPTION
    WHEN OTHERS THEN
        CREATE FUNCTION public.uuid_generate_v4() RETURNS uuid
            LANGUAGE sql
            VOLATILE
            AS 'SELECT gen_random_uuid()';
END
$block$;

CREATE TYPE public.spanish_level AS ENUM ('beginner', 'intermediate', 'advanced');
CREATE TYPE public.session_type AS ENUM ('description', 'qa', 'vocabulary', 'mixed');
CREATE TYPE public.description_style AS ENUM (
    'narrativo', 'poetico', 'academico', 'conversacional', 'infantil', 'creativo', 'tecnico'
);
CREATE TYPE public.part_of_speech AS ENUM (
    'noun', 'verb', 'adjective', 'adverb', 'preposition', 'article', 'pronoun', 'conjunction', 'interjection', 'other'
);
CREATE TYPE public.difficulty_level AS ENUM ('beginner', 'intermediate', 'advanced');
CREATE TYPE public.learning_phase AS ENUM ('new', 'learning', 'review', 'mastered');
CREATE TYPE public.qa_difficulty AS ENUM ('facil', 'medio', 'dificil');
CREATE TYPE public.vocabulary_category AS ENUM ('basic', 'intermediate', 'advanced', 'custom', 'thematic');
CREATE TYPE public.spanish_gender AS ENUM ('masculino', 'femenino', 'neutro');
CREATE TYPE public.theme_preference AS ENUM ('light', 'dark', 'auto');
CREATE TYPE public.language_preference AS ENUM ('en', 'es');
CREATE TYPE public.export_format AS ENUM ('json', 'csv', 'pdf');

CREATE TABLE public.users (
    id                        uuid                       NOT NULL DEFAULT public.uuid_generate_v4(),
    email                     varchar(255)               NOT NULL,
    username                  varchar(50),
    full_name                 varchar(255),
    avatar_url                text,
    spanish_level             public.spanish_level       NOT NULL DEFAULT 'beginner',
    is_authenticated          boolean                    DEFAULT false,
    profile_completed         boolean                    DEFAULT false,
    theme                     public.theme_preference    DEFAULT 'light',
    language                  public.language_preference DEFAULT 'en',
    default_description_style public.description_style   DEFAULT 'conversacional',
    target_words_per_day      integer                    DEFAULT 10,
    preferred_difficulty      public.difficulty_level    DEFAULT 'beginner',
    enable_notifications      boolean                    DEFAULT true,
    created_at                timestamptz                DEFAULT CURRENT_TIMESTAMP,
    updated_at                timestamptz                DEFAULT CURRENT_TIMESTAMP,
    last_login                timestamptz,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_username_key UNIQUE (username)
);

CREATE TABLE public.user_settings (
    id                        uuid                       NOT NULL DEFAULT public.uuid_generate_v4(),
    user_id                   uuid                       NOT NULL,
    theme                     public.theme_preference    DEFAULT 'light',
    language                  public.language_preference DEFAULT 'en',
    font_size                 varchar(20)                DEFAULT 'medium',
    high_contrast             boolean                    DEFAULT false,
    reduced_motion            boolean                    DEFAULT false,
    default_description_style public.description_style   DEFAULT 'conversacional',
    auto_save_descriptions    boolean                    DEFAULT true,
    auto_save_vocabulary      boolean                    DEFAULT true,
    auto_generate_qa          boolean                    DEFAULT true,
    enable_notifications      boolean                    DEFAULT true,
    email_notifications       boolean                    DEFAULT false,
    push_notifications        boolean                    DEFAULT true,
    reminder_frequency        varchar(20)                DEFAULT 'daily',
    reminder_time             time without time zone     DEFAULT '09:00:00',
    profile_public            boolean                    DEFAULT false,
    share_progress            boolean                    DEFAULT false,
    data_collection           boolean                    DEFAULT true,
    default_export_format     public.export_format       DEFAULT 'json',
    max_history_items         integer                    DEFAULT 100,
    auto_backup               boolean                    DEFAULT true,
    backup_frequency          varchar(20)                DEFAULT 'weekly',
    daily_word_goal           integer                    DEFAULT 10,
    weekly_session_goal       integer                    DEFAULT 5,
    preferred_session_length  integer                    DEFAULT 20,
    enable_experimental       boolean                    DEFAULT false,
    enable_ai_suggestions     boolean                    DEFAULT true,
    voice_enabled             boolean                    DEFAULT false,
    offline_mode              boolean                    DEFAULT false,
    settings_version          integer                    DEFAULT 1,
    last_modified_by          varchar(50)                DEFAULT 'user',
    created_at                timestamptz                DEFAULT CURRENT_TIMESTAMP,
    updated_at                timestamptz                DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT user_settings_pkey PRIMARY KEY (id),
    CONSTRAINT user_settings_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE,
    CONSTRAINT user_settings_user_id_key UNIQUE (user_id)
);

CREATE TABLE public.sessions (
    id                     uuid                NOT NULL DEFAULT public.uuid_generate_v4(),
    user_id                uuid,
    session_type           public.session_type NOT NULL,
    started_at             timestamptz         DEFAULT CURRENT_TIMESTAMP,
    ended_at               timestamptz,
    duration_minutes       integer,
    images_processed       integer             DEFAULT 0,
    descriptions_generated integer             DEFAULT 0,
    qa_attempts            integer             DEFAULT 0,
    qa_correct             integer             DEFAULT 0,
    vocabulary_learned     integer             DEFAULT 0,
    phrases_saved          integer             DEFAULT 0,
    session_data           jsonb               DEFAULT '{}',
    user_agent             text,
    ip_address             inet,
    device_type            varchar(50),
    engagement_score       numeric(3,2)        DEFAULT 0.0,
    completion_rate        numeric(3,2)        DEFAULT 0.0,
    created_at             timestamptz         DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE
);

CREATE TABLE public.vocabulary_lists (
    id               uuid                       NOT NULL DEFAULT public.uuid_generate_v4(),
    name             varchar(255)               NOT NULL,
    description      text,
    category         public.vocabulary_category NOT NULL DEFAULT 'custom',
    difficulty_level integer                    DEFAULT 1,
    total_words      integer                    DEFAULT 0,
    is_active        boolean                    DEFAULT true,
    is_public        boolean                    DEFAULT false,
    created_by       uuid,
    shared_with      uuid[],
    completion_rate  numeric(5,2)               DEFAULT 0.0,
    average_mastery  numeric(5,2)               DEFAULT 0.0,
    tags             text[],
    source_url       text,
    language_pair    varchar(10)                DEFAULT 'es-en',
    created_at       timestamptz                DEFAULT CURRENT_TIMESTAMP,
    updated_at       timestamptz                DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT vocabulary_lists_pkey PRIMARY KEY (id),
    CONSTRAINT vocabulary_lists_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES public.users (id) ON DELETE SET NULL
);

CREATE TABLE public.vocabulary_items (
    id                       uuid                    NOT NULL DEFAULT public.uuid_generate_v4(),
    vocabulary_list_id       uuid,
    spanish_text             varchar(500)            NOT NULL,
    english_translation      varchar(500)            NOT NULL,
    part_of_speech           public.part_of_speech   NOT NULL DEFAULT 'other',
    difficulty_level         public.difficulty_level DEFAULT 'beginner',
    gender                   public.spanish_gender,
    article                  varchar(10),
    plural_form              varchar(500),
    conjugation_info         jsonb,
    category                 varchar(100),
    subcategory              varchar(100),
    context_sentence_spanish text,
    context_sentence_english text,
    pronunciation_ipa        varchar(255),
    pronunciation_audio_url  text,
    syllable_count           integer,
    stress_pattern           varchar(50),
    usage_notes              text,
    frequency_score          integer                 DEFAULT 1,
    commonality_rank         integer,
    register                 varchar(50)             DEFAULT 'neutral',
    synonyms                 text[],
    antonyms                 text[],
    related_words            text[],
    word_family              text[],
    memory_hints             text[],
    cultural_notes           text,
    false_friends            text[],
    associated_image_urls    text[],
    emoji_representation     varchar(50),
    created_at               timestamptz             DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT vocabulary_items_pkey PRIMARY KEY (id),
    CONSTRAINT vocabulary_items_vocabulary_list_id_fkey
        FOREIGN KEY (vocabulary_list_id) REFERENCES public.vocabulary_lists (id) ON DELETE CASCADE
);

CREATE TABLE public.learning_progress (
    id                    uuid                  NOT NULL DEFAULT public.uuid_generate_v4(),
    user_id               uuid                  NOT NULL,
    vocabulary_item_id    uuid                  NOT NULL,
    session_id            uuid,
    mastery_level         integer               DEFAULT 0,
    review_count          integer               DEFAULT 0,
    correct_count         integer               DEFAULT 0,
    incorrect_count       integer               DEFAULT 0,
    streak_count          integer               DEFAULT 0,
    last_reviewed         timestamptz,
    next_review           timestamptz,
    first_learned         timestamptz           DEFAULT CURRENT_TIMESTAMP,
    difficulty_adjustment numeric(3,2)          DEFAULT 0.0,
    learning_phase        public.learning_phase DEFAULT 'new',
    confidence_score      numeric(3,2)          DEFAULT 0.0,
    average_response_time integer,
    error_patterns        jsonb                 DEFAULT '{}',
    learning_velocity     numeric(5,2)          DEFAULT 1.0,
    ease_factor           numeric(3,2)          DEFAULT 2.5,
    interval_days         integer               DEFAULT 1,
    created_at            timestamptz           DEFAULT CURRENT_TIMESTAMP,
    updated_at            timestamptz           DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT learning_progress_pkey PRIMARY KEY (id),
    CONSTRAINT learning_progress_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE,
    CONSTRAINT learning_progress_vocabulary_item_id_fkey
        FOREIGN KEY (vocabulary_item_id) REFERENCES public.vocabulary_items (id) ON DELETE CASCADE,
    CONSTRAINT learning_progress_session_id_fkey
        FOREIGN KEY (session_id) REFERENCES public.sessions (id) ON DELETE SET NULL,
    CONSTRAINT learning_progress_user_id_vocabulary_item_id_key UNIQUE (user_id, vocabulary_item_id)
);

CREATE TABLE public.images (
    id                       uuid         NOT NULL DEFAULT public.uuid_generate_v4(),
    unsplash_id              varchar(255),
    url                      text         NOT NULL,
    thumbnail_url            text,
    description              text,
    alt_description          text,
    width                    integer,
    height                   integer,
    color                    varchar(10),
    aspect_ratio             numeric(5,3),
    photographer_name        varchar(255),
    photographer_username    varchar(255),
    photographer_url         text,
    usage_count              integer      DEFAULT 0,
    last_used                timestamptz,
    is_suitable_for_learning boolean      DEFAULT true,
    content_rating           varchar(10)  DEFAULT 'safe',
    created_at               timestamptz  DEFAULT CURRENT_TIMESTAMP,
    updated_at               timestamptz  DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT images_pkey PRIMARY KEY (id),
    CONSTRAINT images_unsplash_id_key UNIQUE (unsplash_id)
);

CREATE TABLE public.saved_descriptions (
    id                   uuid                     NOT NULL DEFAULT public.uuid_generate_v4(),
    user_id              uuid,
    session_id           uuid,
    image_id             uuid,
    english_description  text                     NOT NULL,
    spanish_description  text                     NOT NULL,
    description_style    public.description_style NOT NULL,
    word_count_english   integer,
    word_count_spanish   integer,
    complexity_score     numeric(3,2),
    readability_score    numeric(3,2),
    generated_vocabulary jsonb                    DEFAULT '[]',
    qa_pairs             jsonb                    DEFAULT '[]',
    extracted_phrases    jsonb                    DEFAULT '[]',
    is_favorite          boolean                  DEFAULT false,
    tags                 text[]                   DEFAULT '{}',
    personal_notes       text,
    user_rating          integer,
    is_public            boolean                  DEFAULT false,
    reported_issues      jsonb                    DEFAULT '[]',
    model_version        varchar(50),
    generation_params    jsonb                    DEFAULT '{}',
    generation_time_ms   integer,
    created_at           timestamptz              DEFAULT CURRENT_TIMESTAMP,
    updated_at           timestamptz              DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT saved_descriptions_pkey PRIMARY KEY (id),
    CONSTRAINT saved_descriptions_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE SET NULL,
    CONSTRAINT saved_descriptions_session_id_fkey
        FOREIGN KEY (session_id) REFERENCES public.sessions (id) ON DELETE SET NULL,
    CONSTRAINT saved_descriptions_image_id_fkey
        FOREIGN KEY (image_id) REFERENCES public.images (id) ON DELETE CASCADE
);

CREATE TABLE public.qa_responses (
    id                      uuid                 NOT NULL DEFAULT public.uuid_generate_v4(),
    user_id                 uuid,
    session_id              uuid,
    image_id                uuid,
    description_id          uuid,
    question                text                 NOT NULL,
    correct_answer          text                 NOT NULL,
    user_answer             text,
    is_correct              boolean,
    similarity_score        numeric(3,2),
    confidence_level        numeric(3,2),
    difficulty              public.qa_difficulty DEFAULT 'medio',
    question_type           varchar(50),
    language_focus          varchar(100),
    response_time_seconds   integer,
    hint_used               boolean              DEFAULT false,
    attempts_count          integer              DEFAULT 1,
    vocabulary_items_tested uuid[],
    grammar_concepts        text[],
    cultural_elements       text[],
    explanation             text,
    feedback_positive       text,
    feedback_improvement    text,
    additional_resources    text[],
    question_generated_by   varchar(50)          DEFAULT 'ai',
    model_version           varchar(50),
    generation_confidence   numeric(3,2),
    created_at              timestamptz          DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT qa_responses_pkey PRIMARY KEY (id),
    CONSTRAINT qa_responses_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE SET NULL,
    CONSTRAINT qa_responses_session_id_fkey
        FOREIGN KEY (session_id) REFERENCES public.sessions (id) ON DELETE SET NULL,
    CONSTRAINT qa_responses_image_id_fkey FOREIGN KEY (image_id) REFERENCES public.images (id) ON DELETE CASCADE,
    CONSTRAINT qa_responses_description_id_fkey
        FOREIGN KEY (description_id) REFERENCES public.saved_descriptions (id) ON DELETE SET NULL
);

CREATE TABLE public.user_interactions (
    id               uuid         NOT NULL DEFAULT public.uuid_generate_v4(),
    user_id          uuid,
    session_id       uuid,
    interaction_type varchar(100) NOT NULL,
    component        varchar(100),
    action           varchar(100) NOT NULL,
    target_id        uuid,
    page_url         text,
    referrer         text,
    user_agent       text,
    timestamp        timestamptz  DEFAULT CURRENT_TIMESTAMP,
    duration_ms      integer,
    metadata         jsonb        DEFAULT '{}',
    CONSTRAINT user_interactions_pkey PRIMARY KEY (id),
    CONSTRAINT user_interactions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE SET NULL,
    CONSTRAINT user_interactions_session_id_fkey
        FOREIGN KEY (session_id) REFERENCES public.sessions (id) ON DELETE SET NULL
);

CREATE TABLE public.learning_analytics (
    id                     uuid         NOT NULL DEFAULT public.uuid_generate_v4(),
    user_id                uuid,
    date_recorded          date         NOT NULL,
    period_type            varchar(20)  DEFAULT 'daily',
    vocabulary_learned     integer      DEFAULT 0,
    vocabulary_reviewed    integer      DEFAULT 0,
    qa_correct             integer      DEFAULT 0,
    qa_total               integer      DEFAULT 0,
    sessions_count         integer      DEFAULT 0,
    total_study_time       integer      DEFAULT 0,
    descriptions_generated integer      DEFAULT 0,
    average_accuracy       numeric(5,2) DEFAULT 0.0,
    improvement_rate       numeric(5,2) DEFAULT 0.0,
    consistency_score      numeric(3,2) DEFAULT 0.0,
    daily_goal_met         boolean      DEFAULT false,
    weekly_goal_met        boolean      DEFAULT false,
    streak_days            integer      DEFAULT 0,
    created_at             timestamptz  DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT learning_analytics_pkey PRIMARY KEY (id),
    CONSTRAINT learning_analytics_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE,
    CONSTRAINT learning_analytics_user_id_date_recorded_period_type_key UNIQUE (user_id, date_recorded, period_type)
);

CREATE INDEX idx_sessions_user_id ON public.sessions (user_id);
CREATE INDEX idx_vocabulary_lists_created_by ON public.vocabulary_lists (created_by);
CREATE INDEX idx_vocabulary_items_list_id ON public.vocabulary_items (vocabulary_list_id);
CREATE INDEX idx_learning_progress_user_id ON public.learning_progress (user_id);
CREATE INDEX idx_saved_descriptions_user_id ON public.saved_descriptions (user_id);
CREATE INDEX idx_qa_responses_user_id ON public.qa_responses (user_id);
CREATE INDEX idx_user_interactions_user_id ON public.user_interactions (user_id);

CREATE FUNCTION public.calculate_session_duration() RETURNS trigger
    LANGUAGE plpgsql
AS $function$
BEGIN
    IF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN
        NEW.duration_minutes := extract(epoch FROM NEW.ended_at - NEW.started_at) / 60;
    END IF;
    RETURN NEW;
END
$function$;

CREATE TRIGGER trigger_calculate_session_duration
    BEFORE UPDATE ON public.sessions
    FOR EACH ROW EXECUTE FUNCTION public.calculate_session_duration();

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.user_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.vocabulary_lists ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.vocabulary_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.learning_progress ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.images ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.saved_descriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.qa_responses ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.user_interactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.learning_analytics ENABLE ROW LEVEL SECURITY;

-- As in the application: not scoped TO a role, auth.uid() asked per row, and rows whose owner is gone open to everyone.
CREATE POLICY "Own profile" ON public.users
    USING (auth.uid() = id)
    WITH CHECK (auth.uid() = id);
CREATE POLICY "Own settings" ON public.user_settings
    USING (auth.uid() = user_id)
    WITH CHECK (auth.uid() = user_id);
CREATE POLICY "Own sessions" ON public.sessions
    USING (auth.uid() = user_id)
    WITH CHECK (auth.uid() = user_id);
CREATE POLICY "Own learning progress" ON public.learning_progress
    USING (auth.uid() = user_id)
    WITH CHECK (auth.uid() = user_id);
CREATE POLICY "Own analytics" ON public.learning_analytics
    USING (auth.uid() = user_id)
    WITH CHECK (auth.uid() = user_id);

CREATE POLICY "Own, public and shared lists" ON public.vocabulary_lists
    FOR SELECT
    USING (auth.uid() = created_by OR created_by IS NULL OR is_public OR auth.uid() = ANY (shared_with));
CREATE POLICY "Write own lists" ON public.vocabulary_lists
    USING (auth.uid() = created_by)
    WITH CHECK (auth.uid() = created_by);
-- The subquery is under the row security of the lists.
CREATE POLICY "Items of visible lists" ON public.vocabulary_items
    FOR SELECT
    USING (EXISTS (SELECT FROM public.vocabulary_lists AS list WHERE list.id = vocabulary_list_id));
CREATE POLICY "Write items of own lists" ON public.vocabulary_items
    USING (EXISTS (SELECT
                     FROM public.vocabulary_lists AS list
                    WHERE list.id = vocabulary_list_id
                      AND list.created_by = auth.uid()))
    WITH CHECK (EXISTS (SELECT
                          FROM public.vocabulary_lists AS list
                         WHERE list.id = vocabulary_list_id
                           AND list.created_by = auth.uid()));

CREATE POLICY "Everyone sees images" ON public.images
    FOR SELECT
    USING (true);
CREATE POLICY "Signed-in users add images" ON public.images
    FOR INSERT
    WITH CHECK (auth.uid() IS NOT NULL);
CREATE POLICY "Own, public and ownerless descriptions" ON public.saved_descriptions
    FOR SELECT
    USING (auth.uid() = user_id OR user_id IS NULL OR is_public);
CREATE POLICY "Write own descriptions" ON public.saved_descriptions
    USING (auth.uid() = user_id)
    WITH CHECK (auth.uid() = user_id);
CREATE POLICY "Own and ownerless answers" ON public.qa_responses
    FOR SELECT
    USING (auth.uid() = user_id OR user_id IS NULL);
CREATE POLICY "Write own answers" ON public.qa_responses
    USING (auth.uid() = user_id)
    WITH CHECK (auth.uid() = user_id);
CREATE POLICY "Own and ownerless interactions" ON public.user_interactions
    FOR SELECT
    USING (auth.uid() = user_id OR user_id IS NULL);
CREATE POLICY "Write own interactions" ON public.user_interactions
    USING (auth.uid() = user_id)
    WITH CHECK (auth.uid() = user_id);

GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
GRANT SELECT, INSERT, UPDATE, DELETE
    ON TABLE public.users, public.user_settings, public.sessions, public.vocabulary_lists,
        public.vocabulary_items, public.learning_progress, public.images, public.saved_descriptions,
        public.qa_responses, public.user_interactions, public.learning_analytics
    TO authenticated, service_role;
