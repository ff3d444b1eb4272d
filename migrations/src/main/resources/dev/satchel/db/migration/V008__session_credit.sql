SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;
-- A migrator who may not see every user gets an error, not fewer rows.
SET LOCAL row_security = off;

CREATE TABLE satchel.session_credit (
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
    seconds      numeric(20, 6) GENERATED ALWAYS AS (
        -- Not the difference of the two, which an interval cannot hold for all that a timestamp can.
        CASE WHEN isfinite(started_at)
             THEN greatest(extract(epoch FROM ended_at AT TIME ZONE 'UTC')
                               - extract(epoch FROM started_at AT TIME ZONE 'UTC'), 0)
             ELSE 0 END) STORED,
    points       bigint GENERATED ALWAYS AS (
        10::bigint * qa_correct + 5::bigint * greatest(qa_attempts - qa_correct, 0)
            + 10::bigint * vocabulary + 2::bigint * descriptions) STORED,
    CONSTRAINT session_credit_pkey PRIMARY KEY (session_id)
);

CREATE INDEX session_credit_user_id_day_idx ON satchel.session_credit (user_id, day);

COMMENT ON TABLE satchel.session_credit IS
    'What each counted session last contributed to its user''s progress. A session counts when it has ended and has a '
    'user. Kept when the session is deleted: totals are for life. Goes with the user_progress row.';
COMMENT ON COLUMN satchel.session_credit.day IS
    'The day of ended_at in the zone that was then in force for the user; fixed until the end or the user changes.';
COMMENT ON COLUMN satchel.session_credit.descriptions IS 'A counter of a session that is NULL or negative is 0.';
COMMENT ON COLUMN satchel.session_credit.seconds IS 'From start to end, never below 0; 0 without a start.';
COMMENT ON COLUMN satchel.session_credit.points IS
    '10 per correct answer, 5 per other attempt, 10 per vocabulary item learned, 2 per description.';

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
    CONSTRAINT progress_total_pkey PRIMARY KEY (user_id),
    CONSTRAINT progress_total_run_check CHECK ((run_from IS NULL) = (run_to IS NULL) AND run_from <= run_to)
);

COMMENT ON TABLE satchel.progress_total IS
    'The exact sums of a user''s credits, of which user_progress shows minutes, a percentage and capped integers. A '
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
    -- A name that the server does not know is an error of the function itself.
    CONSTRAINT user_zone_zone_check CHECK (timezone(zone, since) IS NOT NULL)
);

COMMENT ON TABLE satchel.user_zone IS
    'The zone that a user''s days are counted in, from a moment on; UTC before the first. A new row rewrites no day '
    'that was credited before.';

-- The row's lock is what triggers and backfill queue on, and only a statement that holds the user may make it.
INSERT INTO public.user_progress (user_id)
SELECT id FROM public.users ORDER BY id
    ON CONFLICT (user_id) DO NOTHING;

-- Default privileges may have opened the new tables to every API role.
REVOKE ALL ON TABLE satchel.session_credit, satchel.progress_total, satchel.user_zone
    FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE satchel.session_credit, satchel.progress_total, satchel.user_zone
    TO satchel_runtime;
SET LOCAL row_security TO DEFAULT;
