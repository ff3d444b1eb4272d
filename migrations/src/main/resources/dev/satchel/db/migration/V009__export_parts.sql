-- Exports that several processes deliver together: the parts of a file, and the channel on which workers are asked for them.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE TABLE satchel.export_part (
    -- The token of the attempt's lease: with another token, or none, on the lease, the part is over.
    attempt       uuid    NOT NULL,
    number        integer NOT NULL,
    export_id     uuid    NOT NULL,
    dataset       text    NOT NULL,
    snapshot      text    NOT NULL,
    range_from    text[]  NOT NULL,
    range_to      text[]  NOT NULL,
    encoding      text    NOT NULL,
    url           text    NOT NULL,
    token         uuid,
    owner         text,
    heartbeat_at  timestamptz,
    finished_at   timestamptz,
    records       bigint,
    bytes         bigint,
    crc32c        bigint,
    settled       boolean,
    failure_code  text,
    failure       text,
    CONSTRAINT export_part_pkey PRIMARY KEY (attempt, number),
    CONSTRAINT export_part_token_key UNIQUE (token),
    -- With the lease, so that nothing of a user's keys stays behind an export that has ended or was deleted.
    CONSTRAINT export_part_export_id_fkey FOREIGN KEY (export_id) REFERENCES satchel.export_lease (export_id) ON DELETE CASCADE,
    CONSTRAINT export_part_number_check CHECK (number > 0),
    CONSTRAINT export_part_claimed_or_free_check CHECK (num_nonnulls(token, owner, heartbeat_at) IN (0, 3)),
    CONSTRAINT export_part_finished_check CHECK (num_nonnulls(finished_at, records, bytes, crc32c, settled) IN (0, 5)),
    CONSTRAINT export_part_failed_check CHECK (num_nonnulls(failure_code, failure) IN (0, 2)),
    CONSTRAINT export_part_counts_check CHECK (least(records, bytes) >= 0)
);

CREATE INDEX export_part_export_id_idx ON satchel.export_part (export_id);

COMMENT ON TABLE satchel.export_part IS
    'The parts of a large dataset, each of which one worker writes to an object of its own. They are there while the attempt '
    'joins them.';
COMMENT ON COLUMN satchel.export_part.snapshot IS 'The name under which the attempt exported its snapshot.';
COMMENT ON COLUMN satchel.export_part.range_from IS
    'The least key of the part, in the order of the file; empty for the first part of a dataset.';
COMMENT ON COLUMN satchel.export_part.range_to IS 'The least key after the part; empty for the last part of a dataset.';
COMMENT ON COLUMN satchel.export_part.encoding IS
    'A checksum of how the attempt reads and encodes records. A worker that would do it otherwise refuses the part.';
COMMENT ON COLUMN satchel.export_part.url IS 'The object, which is in satchel.upload_journal before its first byte.';
COMMENT ON COLUMN satchel.export_part.token IS 'Of the worker that claimed the part. A part is claimed once.';
COMMENT ON COLUMN satchel.export_part.crc32c IS 'Of the bytes that the worker sent, for the worker that reads them back.';
COMMENT ON COLUMN satchel.export_part.settled IS
    'Whether the store has answered every request for the object, so that its record may go with it.';
COMMENT ON COLUMN satchel.export_part.failure IS 'Why the worker could not deliver the part; never a user''s data.';

-- The channel of Spring Integration (version 7), for table prefix satchel.integration_, which fixes the names of its columns.
CREATE SEQUENCE satchel.integration_message_seq;

CREATE TABLE satchel.integration_channel_message (
    message_id       char(36)     NOT NULL,
    group_key        char(36)     NOT NULL,
    created_date     bigint       NOT NULL,
    message_priority bigint,
    message_sequence bigint       NOT NULL DEFAULT nextval('satchel.integration_message_seq'),
    message_content  bytea,
    region           varchar(100) NOT NULL,
    CONSTRAINT integration_channel_message_pkey PRIMARY KEY (region, group_key, created_date, message_sequence),
    -- A number and the name of a step: what the program would make objects of must not come from a row.
    CONSTRAINT integration_channel_message_content_check CHECK (octet_length(message_content) <= 200)
);

CREATE INDEX integration_channel_message_id_idx ON satchel.integration_channel_message (region, group_key, message_id);

COMMENT ON TABLE satchel.integration_channel_message IS
    'Spring Integration: requests to workers to deliver a part of an export. A request that comes twice, or late, has no effect.';

-- Default privileges may have opened what is new to every API role.
REVOKE ALL ON TABLE satchel.export_part, satchel.integration_channel_message FROM PUBLIC, anon, authenticated, service_role;
REVOKE ALL ON SEQUENCE satchel.integration_message_seq FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT,
    INSERT (attempt, number, export_id, dataset, snapshot, range_from, range_to, encoding, url),
    UPDATE (token, owner, heartbeat_at, finished_at, records, bytes, crc32c, settled, failure_code, failure),
    DELETE
    ON TABLE satchel.export_part TO satchel_exports;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE satchel.integration_channel_message TO satchel_exports;
GRANT USAGE ON SEQUENCE satchel.integration_message_seq TO satchel_exports;
