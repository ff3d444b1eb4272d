SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE TABLE satchel.export_lease (
    export_id           uuid    NOT NULL,
    attempt             integer NOT NULL,
    token               uuid,
    owner               text,
    heartbeat_at        timestamptz,
    expires_at          timestamptz,
    run_after           timestamptz,
    cancel_requested_at timestamptz,
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
COMMENT ON COLUMN satchel.export_lease.cancel_requested_at IS 'The worker stops at its next heartbeat.';

-- Default privileges may have opened the new table to every API role.
REVOKE ALL ON TABLE satchel.export_lease FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE satchel.export_lease TO satchel_runtime;
