SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

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
    CONSTRAINT export_history_pkey PRIMARY KEY (id),
    CONSTRAINT export_history_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE,
    CONSTRAINT export_history_status_check CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    CONSTRAINT export_history_records_count_check CHECK (records_count >= 0),
    CONSTRAINT export_history_file_size_bytes_check CHECK (file_size_bytes >= 0),
    CONSTRAINT export_history_retry_count_check CHECK (retry_count >= 0),
    CONSTRAINT export_history_processing_time_seconds_check CHECK (processing_time_seconds >= 0)
);

CREATE INDEX idx_export_history_user_id ON public.export_history (user_id, created_at DESC);
-- Workers look for the oldest active row; the finished ones, nearly all of the table, stay out of this index.
CREATE INDEX idx_export_history_status ON public.export_history (created_at)
    WHERE status IN ('pending', 'processing');
CREATE INDEX idx_export_history_created_at ON public.export_history (created_at DESC);
CREATE INDEX idx_export_history_export_type ON public.export_history (export_type);
CREATE INDEX idx_export_history_expires_at ON public.export_history (expires_at)
    WHERE file_url IS NOT NULL;
-- A request made twice is one export. Absent filters and empty ones ask for the same.
CREATE UNIQUE INDEX export_history_one_active_per_request
    ON public.export_history (user_id, export_type, export_format, coalesce(filters, '{}'::jsonb))
    WHERE status IN ('pending', 'processing');

COMMENT ON TABLE public.export_history IS
    'Every export asked for. Expired and archived are facts about a completed row, not statuses.';
COMMENT ON COLUMN public.export_history.export_type IS 'The data: profile, sessions, vocabulary, …, all.';
COMMENT ON COLUMN public.export_history.export_format IS 'The file: csv, json, jsonl.';
COMMENT ON COLUMN public.export_history.status IS
    'pending to processing or failed; processing to completed, failed or pending again. A trigger refuses the rest.';
COMMENT ON COLUMN public.export_history.records_count IS 'Records in the published file.';
COMMENT ON COLUMN public.export_history.file_size_bytes IS 'Bytes of the published file.';
COMMENT ON COLUMN public.export_history.file_url IS
    'Where the file is stored (s3://bucket/key or file:///path), never a signed link. NULL before it is published and '
    'after it is deleted.';
COMMENT ON COLUMN public.export_history.filters IS 'What was asked for: from, to, zone and the like. NULL: everything.';
COMMENT ON COLUMN public.export_history.data IS
    'The manifest: files, rows, bytes, checksums, snapshot time; expired_at once the file is gone.';
COMMENT ON COLUMN public.export_history.error_message IS 'A code and a sentence; never a user''s data.';
COMMENT ON COLUMN public.export_history.retry_count IS 'Attempts after the first.';
COMMENT ON COLUMN public.export_history.expires_at IS 'The file is deleted after this.';

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
    FOR ALL TO satchel_runtime
    USING (true)
    WITH CHECK (true);

-- Default privileges may have opened the new table to every API role.
REVOKE ALL ON TABLE public.export_history FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT, INSERT (user_id, export_type, export_format, filters), DELETE
    ON TABLE public.export_history TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.export_history TO service_role, satchel_runtime;
