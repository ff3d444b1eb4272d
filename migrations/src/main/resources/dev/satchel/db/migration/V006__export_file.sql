SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE TABLE satchel.export_file (
    url          text        NOT NULL,
    -- No foreign key: the record must outlive the export, or a deleted account would leave its files behind.
    export_id    uuid        NOT NULL,
    token        uuid        NOT NULL,
    opened_at    timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    CONSTRAINT export_file_pkey PRIMARY KEY (url)
);

CREATE INDEX export_file_export_id_idx ON satchel.export_file (export_id);

COMMENT ON TABLE satchel.export_file IS
    'Every object in the store. It is recorded here before its first byte is uploaded, so that whatever happens to '
    'the worker or to the export, the clean-up finds it.';
COMMENT ON COLUMN satchel.export_file.export_id IS 'The export, which may be gone by now.';
COMMENT ON COLUMN satchel.export_file.token IS 'The lease token of the attempt that opened it.';
COMMENT ON COLUMN satchel.export_file.published_at IS 'When export_history.file_url came to point here.';

-- Default privileges may have opened the new table to every API role.
REVOKE ALL ON TABLE satchel.export_file FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE satchel.export_file TO satchel_runtime;
