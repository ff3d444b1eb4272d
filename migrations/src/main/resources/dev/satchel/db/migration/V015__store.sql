SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

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

ALTER TABLE satchel.export_file
    ADD COLUMN store_id uuid,
    ADD COLUMN unanswered_at timestamptz,
    ADD CONSTRAINT export_file_store_id_fkey FOREIGN KEY (store_id) REFERENCES satchel.store (id);

CREATE INDEX export_file_store_id_idx ON satchel.export_file (store_id);

COMMENT ON COLUMN satchel.export_file.store_id IS
    'The store that it was written to. NULL in records from before stores were known, until the store is marked.';
COMMENT ON COLUMN satchel.export_file.unanswered_at IS
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

-- Default privileges may have opened the new tables to every API role.
REVOKE ALL ON TABLE satchel.store, satchel.store_probe FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT, INSERT, UPDATE (generation, marked_at), DELETE ON TABLE satchel.store TO satchel_exports;
GRANT SELECT, INSERT, DELETE ON TABLE satchel.store_probe TO satchel_exports;
GRANT UPDATE (store_id, unanswered_at) ON TABLE satchel.export_file TO satchel_exports;
