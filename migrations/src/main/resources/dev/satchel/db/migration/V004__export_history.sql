-- Exports: what was asked for, whose turn it is, who delivers it, and every object that was written to a store.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE TABLE public.export_history (
    id                      uuid        NOT NULL DEFAULT gen_random_uuid(),
    user_id                 uuid        NOT NULL,
    export_type             varchar(50) NOT NULL,
    export_format           varchar(20) NOT NULL,
    status                  varchar(20) NOT NULL DEFAULT 'pending',
    records_count           integer     NOT NULL DEFAULT 0,
    file_size_bytes         bigint,
    file_url                text,
    filters                 jsonb,
    data                    jsonb,
    error_message           text,
    retry_count             integer     NOT NULL DEFAULT 0,
    started_at              timestamptz,
    completed_at            timestamptz,
    processing_time_seconds integer,
    expires_at              timestamptz,
    created_at              timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now(),
    cancelled_at            timestamptz,
    CONSTRAINT export_history_pkey PRIMARY KEY (id),
    -- As text here and below, because a list of varchar is printed otherwise after a dump and restore.
    CONSTRAINT export_history_status_check CHECK (status::text IN ('pending', 'processing', 'completed', 'failed')),
    CONSTRAINT export_history_records_count_check CHECK (records_count >= 0),
    CONSTRAINT export_history_file_size_bytes_check CHECK (file_size_bytes >= 0),
    CONSTRAINT export_history_retry_count_check CHECK (retry_count >= 0),
    CONSTRAINT export_history_processing_time_seconds_check CHECK (processing_time_seconds >= 0),
    CONSTRAINT export_history_cancelled_at_check CHECK (cancelled_at IS NULL OR status::text = 'failed'),
    -- The size as text, which is the same on every server; that of the stored form depends on its compression.
    CONSTRAINT export_history_filters_size_check CHECK (octet_length(filters::text) <= 9000),
    -- Silent, because only an object has names.
    CONSTRAINT export_history_filters_names_check
        CHECK (jsonb_array_length(jsonb_path_query_array(filters, 'strict $.keyvalue()', '{}', true)) <= 10),
    -- Only while it is asked for: what has ended may have been adopted with any. A misspelt name must not lead to an
    -- unfiltered export.
    CONSTRAINT export_history_filters_shape_check
        CHECK (status::text IN ('completed', 'failed')
               OR filters IS NULL
               OR CASE jsonb_typeof(filters)
                      WHEN 'object' THEN filters - '{compress,difficulty,encrypt_to,from,phase,profile,to,zone}'::text[] = '{}'::jsonb
                                         AND NOT jsonb_path_exists(filters, 'strict $.* ? (@.type() != "string")', '{}', true)
                      ELSE false
                  END)
);

-- As text, because which table holds the users is known here only.
DO $block$
BEGIN
    EXECUTE format('ALTER TABLE public.export_history ADD CONSTRAINT export_history_user_id_fkey FOREIGN KEY (user_id) REFERENCES %s (id) ON DELETE CASCADE',
                   satchel.users_table());
END
$block$;

CREATE INDEX idx_export_history_user_id ON public.export_history (user_id, created_at DESC);
-- Workers look for the oldest active row; the finished ones, nearly all of the table, stay out of this index.
CREATE INDEX idx_export_history_status ON public.export_history (created_at)
    WHERE status::text IN ('pending', 'processing');
CREATE INDEX idx_export_history_created_at ON public.export_history (created_at DESC);
CREATE INDEX idx_export_history_export_type ON public.export_history (export_type);
CREATE INDEX idx_export_history_expires_at ON public.export_history (expires_at)
    WHERE file_url IS NOT NULL;
-- A request made twice is one export. Absent filters and empty ones ask for the same. The filters may be longer than
-- what an index holds, so it holds their SHA-256; decode() makes bytes of the text, as no function that is immutable does.
CREATE UNIQUE INDEX export_history_one_active_per_request
    ON public.export_history (user_id, export_type, export_format, sha256(decode(replace(coalesce(filters, '{}'::jsonb)::text, '\', '\\'), 'escape')))
    WHERE status::text IN ('pending', 'processing');

COMMENT ON TABLE public.export_history IS
    'Every export asked for. Expired and archived are facts about a completed row, not statuses.';
COMMENT ON COLUMN public.export_history.export_type IS 'The data: profile, sessions, vocabulary, …, all.';
COMMENT ON COLUMN public.export_history.export_format IS 'The file: csv, json, jsonl, archive.';
COMMENT ON COLUMN public.export_history.status IS
    'pending to processing or failed; processing to completed, failed or pending again. A trigger refuses the rest.';
COMMENT ON COLUMN public.export_history.records_count IS 'Records in the published file.';
COMMENT ON COLUMN public.export_history.file_size_bytes IS 'Bytes of the published file.';
COMMENT ON COLUMN public.export_history.file_url IS
    'Where the file is stored (s3://bucket/key or file:///path), never a signed link. NULL before it is published and '
    'after it is deleted. Nothing is read from there unless satchel.upload_journal has it for this export, as published.';
COMMENT ON COLUMN public.export_history.filters IS 'What was asked for: from, to, zone and the like. NULL: everything.';
COMMENT ON COLUMN public.export_history.data IS
    'The manifest: files, rows, bytes, checksums, snapshot time; expired_at once the file is gone.';
COMMENT ON COLUMN public.export_history.error_message IS 'A code and a sentence; never a user''s data.';
COMMENT ON COLUMN public.export_history.retry_count IS 'Attempts after the first.';
COMMENT ON COLUMN public.export_history.expires_at IS 'The file is deleted after this.';
COMMENT ON COLUMN public.export_history.cancelled_at IS
    'Set it to cancel an export that is pending or processing, your own through the API: a trigger makes it failed at once, and its '
    'worker stops.';

ALTER TABLE public.export_history ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own export history" ON public.export_history
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can insert their own export history" ON public.export_history
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can update their own export history" ON public.export_history
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can delete their own export history" ON public.export_history
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);
CREATE POLICY "Satchel works on export history" ON public.export_history
    FOR ALL TO satchel_exports
    USING (true)
    WITH CHECK (true);

-- Default privileges may have opened the new table to every API role.
REVOKE ALL ON TABLE public.export_history FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT, INSERT (user_id, export_type, export_format, filters), UPDATE (cancelled_at), DELETE
    ON TABLE public.export_history TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.export_history TO service_role;
-- Whose export it is and what was asked for stays as it was asked; where the file is, a trigger checks.
GRANT SELECT,
    INSERT (user_id, export_type, export_format, filters),
    UPDATE (status, records_count, file_size_bytes, file_url, data, error_message, retry_count, started_at, completed_at,
            processing_time_seconds, expires_at, cancelled_at)
    ON TABLE public.export_history TO satchel_exports;

CREATE TABLE satchel.export_lease (
    export_id    uuid    NOT NULL,
    attempt      integer NOT NULL,
    token        uuid,
    owner        text,
    heartbeat_at timestamptz,
    expires_at   timestamptz,
    run_after    timestamptz,
    CONSTRAINT export_lease_pkey PRIMARY KEY (export_id),
    CONSTRAINT export_lease_export_id_fkey
        FOREIGN KEY (export_id) REFERENCES public.export_history (id) ON DELETE CASCADE,
    CONSTRAINT export_lease_attempt_check CHECK (attempt >= 0),
    CONSTRAINT export_lease_held_or_free_check
        CHECK (num_nonnulls(token, owner, heartbeat_at, expires_at) IN (0, 4))
);

CREATE INDEX export_lease_expires_at_idx ON satchel.export_lease (expires_at)
    WHERE token IS NOT NULL;

COMMENT ON TABLE satchel.export_lease IS
    'Who delivers an export. Held while a worker delivers it; token NULL and run_after set while it waits for a retry.';
COMMENT ON COLUMN satchel.export_lease.attempt IS 'Counts the claims of this export, the first being 1.';
COMMENT ON COLUMN satchel.export_lease.token IS
    'Every write of the worker names it; another token, or none, fences that worker out.';
COMMENT ON COLUMN satchel.export_lease.owner IS 'The worker, for people to read; nothing is decided by it.';
COMMENT ON COLUMN satchel.export_lease.expires_at IS
    'By the database''s clock. A lease past it may be taken from its worker.';
COMMENT ON COLUMN satchel.export_lease.run_after IS 'Not to be claimed earlier.';

-- Default privileges may have opened the new table to every API role.
REVOKE ALL ON TABLE satchel.export_lease FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT,
    INSERT (export_id, attempt, token, owner, heartbeat_at, expires_at),
    UPDATE (attempt, token, owner, heartbeat_at, expires_at, run_after),
    DELETE
    ON TABLE satchel.export_lease TO satchel_exports;

CREATE TABLE satchel.store (
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    root       text        NOT NULL,
    -- Several stores may have had the same root, one after the other: the one of the last generation is expected there.
    generation integer     NOT NULL,
    address    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    marked_at  timestamptz,
    CONSTRAINT store_pkey PRIMARY KEY (id),
    -- Of all workers that use a store first, one adds it.
    CONSTRAINT store_root_generation_key UNIQUE (root, generation),
    CONSTRAINT store_root_check CHECK (root LIKE '%/'),
    CONSTRAINT store_generation_check CHECK (generation > 0)
);

COMMENT ON TABLE satchel.store IS
    'The stores that exports were written to. A store is recognised by a file in it whose name holds the id.';
COMMENT ON COLUMN satchel.store.root IS 'What the URL of every file in it begins with: s3://bucket/prefix/, file:///path/.';
COMMENT ON COLUMN satchel.store.address IS
    'Where it was reached when it was first used, for people who look for it: an endpoint with a bucket, or a directory.';
COMMENT ON COLUMN satchel.store.marked_at IS
    'When its mark was first seen in it. A store without the mark is another one since then.';

CREATE TABLE satchel.upload_journal (
    url           text        NOT NULL,
    -- No foreign key: the record must outlive the export, or a deleted account would leave its files behind.
    export_id     uuid        NOT NULL,
    token         uuid        NOT NULL,
    opened_at     timestamptz NOT NULL DEFAULT now(),
    published_at  timestamptz,
    store_id      uuid,
    unanswered_at timestamptz,
    CONSTRAINT upload_journal_pkey PRIMARY KEY (url),
    CONSTRAINT upload_journal_store_id_fkey FOREIGN KEY (store_id) REFERENCES satchel.store (id),
    -- A location as a URI: with a scheme, and a path of characters that need no escape, or escaped ones.
    CONSTRAINT upload_journal_url_check
        CHECK (url COLLATE "C" ~ '^[a-z][a-z0-9+.-]*://[A-Za-z0-9._~$&+,;=:@-]*/([A-Za-z0-9._~!$&''()*+,;=:@/-]|%[0-9A-Fa-f]{2})+$')
);

CREATE INDEX upload_journal_export_id_idx ON satchel.upload_journal (export_id);
CREATE INDEX upload_journal_store_id_idx ON satchel.upload_journal (store_id);

COMMENT ON TABLE satchel.upload_journal IS
    'Every object in the store. It is recorded here before its first byte is uploaded, so that whatever happens to '
    'the worker or to the export, the clean-up finds it.';
COMMENT ON COLUMN satchel.upload_journal.export_id IS 'The export, which may be gone by now.';
COMMENT ON COLUMN satchel.upload_journal.token IS 'The lease token of the attempt that opened it.';
COMMENT ON COLUMN satchel.upload_journal.published_at IS 'When export_history.file_url came to point here.';
COMMENT ON COLUMN satchel.upload_journal.store_id IS 'The store that it was written to. NULL until the store is marked.';
COMMENT ON COLUMN satchel.upload_journal.unanswered_at IS
    'When a request of the attempt was given up without an answer: until it can no longer be under way, it may write the '
    'object again.';

CREATE TABLE satchel.store_probe (
    url      text        NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT store_probe_pkey PRIMARY KEY (url)
);

COMMENT ON TABLE satchel.store_probe IS
    'The objects that workers write to try a store before they deliver to it, while they are there. The clean-up removes '
    'those of workers that died meanwhile.';

CREATE TABLE satchel.export_queue (
    export_id uuid        NOT NULL,
    user_id   uuid        NOT NULL,
    round     bigint      NOT NULL,
    asked_at  timestamptz NOT NULL,
    CONSTRAINT export_queue_pkey PRIMARY KEY (export_id),
    CONSTRAINT export_queue_export_id_fkey
        FOREIGN KEY (export_id) REFERENCES public.export_history (id) ON DELETE CASCADE
);

-- What waits longest in the lowest round is next.
CREATE INDEX export_queue_round_asked_at_idx ON satchel.export_queue (round, asked_at);
CREATE INDEX export_queue_user_id_round_idx ON satchel.export_queue (user_id, round);

COMMENT ON TABLE satchel.export_queue IS
    'The order in which workers take exports: one row while an export is pending or processing.';
COMMENT ON COLUMN satchel.export_queue.user_id IS 'The user of the export, for the limit and the rounds.';
COMMENT ON COLUMN satchel.export_queue.round IS
    'Workers serve each user once a round. A request joins the lowest round that is under way, or the one after its '
    'user''s last.';
COMMENT ON COLUMN satchel.export_queue.asked_at IS 'Within a round, the oldest request is served first.';

CREATE TABLE satchel.export_requester (
    user_id  uuid          NOT NULL,
    asked_at timestamptz   NOT NULL DEFAULT now(),
    requests timestamptz[] NOT NULL DEFAULT '{}',
    CONSTRAINT export_requester_pkey PRIMARY KEY (user_id)
);

DO $block$
BEGIN
    EXECUTE format('ALTER TABLE satchel.export_requester ADD CONSTRAINT export_requester_user_id_fkey FOREIGN KEY (user_id) REFERENCES %s (id) ON DELETE CASCADE',
                   satchel.users_table());
END
$block$;

COMMENT ON TABLE satchel.export_requester IS
    'The users who asked for an export before. Every request updates its user''s row, so that two of one user wait for each other '
    'and are counted one after the other.';

COMMENT ON COLUMN satchel.export_requester.requests IS
    'When the user asked during the hour before the last request. Deleting an export does not shorten it.';

CREATE TABLE satchel.export_limits (
    -- There is one row, or none.
    id     boolean NOT NULL DEFAULT true,
    active integer NOT NULL,
    hourly integer NOT NULL,
    CONSTRAINT export_limits_pkey PRIMARY KEY (id),
    CONSTRAINT export_limits_id_check CHECK (id),
    CONSTRAINT export_limits_active_check CHECK (active BETWEEN 1 AND 10000),
    CONSTRAINT export_limits_hourly_check CHECK (hourly BETWEEN 1 AND 1000)
);

COMMENT ON TABLE satchel.export_limits IS
    'The operator''s limits, which hold from the next request on. Without a row, those of the functions most_active_exports '
    'and most_hourly_exports.';
COMMENT ON COLUMN satchel.export_limits.active IS 'How many exports of one user may be pending or processing at a time.';
COMMENT ON COLUMN satchel.export_limits.hourly IS 'How many exports a user may ask for within an hour through the API.';

-- Default privileges may have opened the new tables to every API role.
REVOKE ALL
    ON TABLE satchel.export_limits, satchel.store, satchel.store_probe, satchel.upload_journal, satchel.export_queue, satchel.export_requester
    FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT, INSERT, UPDATE (generation, marked_at), DELETE ON TABLE satchel.store TO satchel_exports;
GRANT SELECT, INSERT, DELETE ON TABLE satchel.store_probe TO satchel_exports;
GRANT SELECT, INSERT, UPDATE (published_at, store_id, unanswered_at), DELETE
    ON TABLE satchel.upload_journal TO satchel_exports;
GRANT SELECT ON TABLE satchel.export_queue TO satchel_exports;

-- The export history of the application's legacy table, as far as it fits. Progress is computed from the sessions and keys
-- wait until they are sealed; whatever is not copied stays in the moved tables. Elsewhere this changes nothing.
DO $block$
BEGIN
    IF to_regclass('satchel.adopted_export_history') IS NULL THEN
        RETURN;
    END IF;

    -- As text, because the table is not there everywhere.
    EXECUTE $statement$
        WITH legacy AS (
            SELECT *,
                   coalesce(status, 'pending') AS status_or_default,
                   coalesce(status, 'pending') IN ('pending', 'processing') AS is_active,
                   -- As the constraint of the same name.
                   coalesce(jsonb_typeof(filters) <> 'object'
                            OR jsonb_path_exists(filters, 'strict $.* ? (@.type() != "string")', '{}', true)
                            OR EXISTS (SELECT
                                         FROM jsonb_path_query(filters, '$.keyvalue().key') AS name
                                        WHERE name #>> '{}' NOT IN ('compress', 'difficulty', 'encrypt_to', 'from', 'phase', 'profile', 'to', 'zone')),
                            false) AS has_other_filters,
                   coalesce(octet_length(filters::text) > 9000
                            OR jsonb_array_length(jsonb_path_query_array(filters, 'strict $.keyvalue()', '{}', true)) > 10,
                            false) AS has_large_filters
              FROM satchel.adopted_export_history
        ), ranked AS (
            SELECT *,
                   row_number() OVER (PARTITION BY user_id, export_type, export_format,
                                                   coalesce(filters, '{}'::jsonb), is_active
                                          ORDER BY created_at NULLS LAST, id) AS age
              FROM legacy
        ), judged AS (
            SELECT *,
                   CASE
                       WHEN status_or_default NOT IN ('pending', 'processing', 'completed', 'failed')
                           THEN 'adopted: the application had given it the status ' || quote_literal(status)
                       WHEN is_active AND has_large_filters
                           THEN 'adopted: its filters are larger than 9000 bytes or have more than 10 names'
                       WHEN is_active AND has_other_filters
                           THEN 'adopted: its filters are not an object of texts with the names compress, difficulty, encrypt_to, from, phase, profile, to and zone'
                       WHEN is_active AND age > 1 THEN 'adopted: an older request for the same is active'
                   END AS refusal
              FROM ranked
        )
        INSERT INTO public.export_history (id, user_id, export_type, export_format, status, records_count,
                                           file_size_bytes, filters, data, error_message, retry_count,
                                           started_at, completed_at, processing_time_seconds, expires_at, created_at,
                                           updated_at)
        SELECT id, user_id, export_type, export_format,
               CASE WHEN refusal IS NULL THEN status_or_default ELSE 'failed' END,
               greatest(records_count, 0),
               CASE WHEN file_size_bytes >= 0 THEN file_size_bytes END,
               -- Not emptied, because no filter means everything.
               CASE WHEN has_large_filters
                    THEN jsonb_build_object('removed', format('%s bytes of filters', octet_length(filters::text)))
                    ELSE filters END,
               data, coalesce(refusal, error_message),
               greatest(retry_count, 0),
               started_at, completed_at,
               CASE WHEN processing_time_seconds >= 0 THEN processing_time_seconds END,
               expires_at, coalesce(created_at, now()), coalesce(updated_at, now())
          -- Not file_url: what stood there may lead a reader to files that are not the user's.
          FROM judged
         WHERE export_type IS NOT NULL
           AND export_format IS NOT NULL
           -- A foreign key that was added later need not hold for every row.
           AND EXISTS (SELECT FROM satchel.users WHERE users.id = judged.user_id)
    $statement$;
END
$block$;
