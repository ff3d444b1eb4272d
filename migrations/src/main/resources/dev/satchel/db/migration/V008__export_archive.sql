-- The months of old exports that were moved from export_history to files in the store.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE TABLE satchel.export_archive (
    id          uuid        NOT NULL,
    month       date        NOT NULL,
    part        integer     NOT NULL,
    url         text        NOT NULL,
    exports     bigint      NOT NULL,
    bytes       bigint      NOT NULL,
    sha256      text        NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT now(),
    emptied_at  timestamptz,
    CONSTRAINT export_archive_pkey PRIMARY KEY (id),
    -- Of two that archive the same month at once, the second one finds the part taken.
    CONSTRAINT export_archive_month_part_key UNIQUE (month, part),
    CONSTRAINT export_archive_url_key UNIQUE (url),
    -- No clean-up can delete the record of a file that is part of the archive.
    CONSTRAINT export_archive_url_fkey FOREIGN KEY (url) REFERENCES satchel.upload_journal (url),
    CONSTRAINT export_archive_month_check CHECK (month = date_trunc('month', month::timestamp)),
    CONSTRAINT export_archive_counts_check CHECK (least(part, exports, bytes) > 0),
    CONSTRAINT export_archive_sha256_check CHECK (sha256 COLLATE "C" ~ '^[0-9a-f]{64}$')
);

COMMENT ON TABLE satchel.export_archive IS
    'Files in a store that hold rows of export_history as JSON Lines. Written, read back and compared before the first of '
    'their rows is deleted.';
COMMENT ON COLUMN satchel.export_archive.month IS 'The first day of the month, in UTC, in which the exports were requested.';
COMMENT ON COLUMN satchel.export_archive.part IS
    'The first file of a month is part 1. What of the same month was not over then comes into a later part.';
COMMENT ON COLUMN satchel.export_archive.url IS 'Where the file is, as in satchel.upload_journal.';
COMMENT ON COLUMN satchel.export_archive.exports IS 'Lines of the file.';
COMMENT ON COLUMN satchel.export_archive.emptied_at IS 'When all rows that the file holds had been deleted.';

-- Default privileges may have opened the new table to every API role.
REVOKE ALL ON TABLE satchel.export_archive FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT,
    INSERT (id, month, part, url, exports, bytes, sha256),
    UPDATE (emptied_at),
    DELETE
    ON TABLE satchel.export_archive TO satchel_exports;
