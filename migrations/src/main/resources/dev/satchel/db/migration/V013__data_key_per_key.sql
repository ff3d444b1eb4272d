-- One data key per sealed key instead of one per user. A sealed key names its data key, and the data key goes whenever
-- its cell changes: what stood in the cell before, and is put back, names a data key that is gone.
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;
-- A migrator who may not see every row gets an error, not lost data keys.
SET LOCAL row_security = off;

ALTER TABLE satchel.data_key
    DROP CONSTRAINT data_key_pkey,
    DROP CONSTRAINT data_key_user_id_key,
    ADD COLUMN provider text;

-- What is sealed already stays as it is: the data key of a user is copied to each cell that names it. The copies have one
-- id, which is part of the sealed text and of what the wrapping is bound to, until each cell is set again.
INSERT INTO satchel.data_key (id, user_id, provider, kek_id, wrapped, created_at, wrapped_at)
SELECT shared.id, shared.user_id, cell.provider, shared.kek_id, shared.wrapped, shared.created_at, shared.wrapped_at
  FROM satchel.data_key AS shared
  JOIN public.user_api_keys AS keys ON keys.user_id = shared.user_id
 CROSS JOIN LATERAL (VALUES ('openai', keys.openai_api_key),
                            ('unsplash', keys.unsplash_api_key),
                            ('anthropic', keys.anthropic_api_key)) AS cell (provider, sealed)
 WHERE split_part(cell.sealed, '.', 2) = shared.id::text;
DELETE FROM satchel.data_key WHERE provider IS NULL;

ALTER TABLE satchel.data_key
    ALTER COLUMN provider SET NOT NULL,
    ADD CONSTRAINT data_key_pkey PRIMARY KEY (user_id, provider),
    ADD CONSTRAINT data_key_provider_check CHECK (provider IN ('openai', 'unsplash', 'anthropic'));

-- A rotation counts by the first column and takes what it has left to do in the order of all three.
DROP INDEX satchel.data_key_kek_id_idx;
CREATE INDEX data_key_kek_id_idx ON satchel.data_key (kek_id, id, provider);

COMMENT ON TABLE satchel.data_key IS
    'One data key per sealed key, wrapped by a key-encryption key that the database never sees. It goes when its key is '
    'set again or removed, and what it sealed is unreadable from then on; a backup that holds it can open that as long '
    'as its key-encryption key exists.';
COMMENT ON COLUMN satchel.data_key.id IS
    'Part of the text that it seals. Several providers'' keys of one user may have the same until they are set again: '
    'those that were sealed before each had a data key of its own.';

-- Which transaction recorded an opening: a sealed key is handed out only once its record is committed.
ALTER TABLE satchel.key_audit
    ADD COLUMN recorded_in xid8 NOT NULL DEFAULT pg_current_xact_id();

COMMENT ON COLUMN satchel.key_audit.recorded_in IS
    'The transaction that recorded it. A sealed key is handed out in a later one only.';

-- A data key is used for one sealed key, and never again.
CREATE INDEX key_audit_set_data_key_id_idx ON satchel.key_audit (data_key_id) WHERE action = 'set';
SET LOCAL row_security TO DEFAULT;
