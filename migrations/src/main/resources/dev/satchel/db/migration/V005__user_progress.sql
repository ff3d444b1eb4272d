-- Users' totals, the contributions of sessions that they are the sums of, and the zones that days are counted in.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

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
    -- A constraint and its index share one name, and this is the name the application checks.
    CONSTRAINT idx_user_progress_user_id UNIQUE (user_id),
    -- Together, because PostgreSQL reads and prepares each constraint of a table again in every statement that writes to it.
    -- The longest streak is at least the current one, and that is at least 0.
    CONSTRAINT user_progress_counts_check
        CHECK (least(total_descriptions, total_images, total_questions_answered, total_vocabulary_learned, total_sessions,
                     total_time_spent_minutes, total_points, current_streak_days,
                     longest_streak_days - current_streak_days, mastered_words_count, learning_words_count,
                     new_words_count) >= 0),
    CONSTRAINT user_progress_average_accuracy_check CHECK (average_accuracy BETWEEN 0 AND 100)
);

-- As text, because which table holds the users is known here only.
DO $block$
BEGIN
    EXECUTE format('ALTER TABLE public.user_progress ADD CONSTRAINT user_progress_user_id_fkey FOREIGN KEY (user_id) REFERENCES %s (id) ON DELETE CASCADE',
                   satchel.users_table());
END
$block$;

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
    FOR SELECT TO satchel_exports
    USING (true);

-- Default privileges may have opened the new table to every API role.
REVOKE ALL ON TABLE public.user_progress FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON TABLE public.user_progress TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.user_progress TO service_role;
-- Triggers write progress, and the functions that repair it.
GRANT SELECT ON TABLE public.user_progress TO satchel_exports;

CREATE TABLE satchel.session_contribution (
    session_id   uuid        NOT NULL,
    -- No foreign key: with one, ending a session while the account is deleted is a deadlock.
    user_id      uuid        NOT NULL,
    day          date        NOT NULL,
    started_at   timestamptz,
    ended_at     timestamptz NOT NULL,
    descriptions integer     NOT NULL,
    images       integer     NOT NULL,
    qa_attempts  integer     NOT NULL,
    qa_correct   integer     NOT NULL,
    vocabulary   integer     NOT NULL,
    seconds      numeric(20, 6) NOT NULL,
    points       bigint      NOT NULL,
    CONSTRAINT session_contribution_pkey PRIMARY KEY (session_id)
);

CREATE INDEX session_contribution_user_id_day_idx ON satchel.session_contribution (user_id, day);

COMMENT ON TABLE satchel.session_contribution IS
    'What each counted session last contributed to its user''s progress. A session counts when it has ended and has a '
    'user. Kept when the session is deleted: totals are for life. Goes with the user_progress row.';
COMMENT ON COLUMN satchel.session_contribution.day IS
    'The day of ended_at in the zone that was then in force for the user; fixed until the end or the user changes.';
COMMENT ON COLUMN satchel.session_contribution.descriptions IS 'A counter of a session that is NULL or negative is 0.';
COMMENT ON COLUMN satchel.session_contribution.seconds IS 'From start to end, never below 0; 0 without a start.';
COMMENT ON COLUMN satchel.session_contribution.points IS
    'By satchel.points(), as it was when this was written: a change of that rule applies from then on.';

CREATE TABLE satchel.progress_total (
    user_id      uuid    NOT NULL,
    sessions     bigint  NOT NULL DEFAULT 0,
    descriptions bigint  NOT NULL DEFAULT 0,
    images       bigint  NOT NULL DEFAULT 0,
    qa_attempts  bigint  NOT NULL DEFAULT 0,
    qa_correct   bigint  NOT NULL DEFAULT 0,
    vocabulary   bigint  NOT NULL DEFAULT 0,
    seconds      numeric NOT NULL DEFAULT 0,
    points       bigint  NOT NULL DEFAULT 0,
    run_from     date,
    run_to       date,
    CONSTRAINT progress_total_pkey PRIMARY KEY (user_id)
-- Room for the next version of a row on its page, so that no index needs an entry for it.
) WITH (fillfactor = 80);

COMMENT ON TABLE satchel.progress_total IS
    'The exact sums of a user''s contributions, of which user_progress shows minutes, a percentage and capped integers. A '
    'user without a row here still waits for the backfill.';
COMMENT ON COLUMN satchel.progress_total.run_from IS
    'First of the consecutive days with a counted session of which run_to is the user''s last such day.';

CREATE TYPE satchel.progress_difference AS (
    user_id      uuid,
    sessions     bigint,
    descriptions bigint,
    images       bigint,
    qa_attempts  bigint,
    qa_correct   bigint,
    vocabulary   bigint,
    seconds      numeric,
    points       bigint,
    last_end     timestamptz,
    first_gained date,
    last_gained  date,
    loses_days   boolean
);

COMMENT ON TYPE satchel.progress_difference IS
    'What a statement adds to a user''s sums, and the days that it lets the user gain or lose.';

CREATE TABLE satchel.user_zone (
    user_id uuid        NOT NULL,
    since   timestamptz NOT NULL,
    zone    text        NOT NULL,
    CONSTRAINT user_zone_pkey PRIMARY KEY (user_id, since),
    -- A region or UTC, as everywhere in Satchel: PostgreSQL reads UTC+2 and GMT+2 with the sign reversed, and CET without
    -- daylight saving. Whether the server knows it is asked when the row is written, by a trigger: as a constraint, that
    -- would stop the restore of a dump on a server with other zones.
    CONSTRAINT user_zone_region_check
        CHECK (zone COLLATE "C" ~ '^(UTC|(?!Etc/|SystemV/)[A-Z][A-Za-z]+(/[A-Z][A-Za-z_-]*)+)$')
);

COMMENT ON TABLE satchel.user_zone IS
    'The zone that a user''s days are counted in, from a moment on; UTC before the first, and where the server no longer '
    'knows the zone. A new row rewrites no day that was counted before.';

-- A migrator who may not see every user gets an error, not fewer rows.
SET LOCAL row_security = off;
-- The row's lock is what triggers and backfill queue on, and only a statement that holds the user may make it.
INSERT INTO public.user_progress (user_id)
SELECT id FROM satchel.users ORDER BY id
    ON CONFLICT (user_id) DO NOTHING;
SET LOCAL row_security TO DEFAULT;

-- Default privileges may have opened the new tables to every API role.
REVOKE ALL ON TABLE satchel.session_contribution, satchel.progress_total, satchel.user_zone
    FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON TABLE satchel.session_contribution TO satchel_exports;
GRANT SELECT, INSERT ON TABLE satchel.user_zone TO satchel_exports;
