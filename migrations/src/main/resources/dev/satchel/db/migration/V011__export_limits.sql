-- What one user can ask of the workers: filters of a bounded size, and a place in a queue that serves users in turn.
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

-- At once in the mode that the constraint needs: a lock that grows later could meet another's in a deadlock.
LOCK TABLE public.export_history IN ACCESS EXCLUSIVE MODE;

-- Filters that are too large ask for nothing that exists, so such a request fails. They are not left under a constraint
-- that is NOT VALID: no later update of their row would pass, and a file that expired could never be taken off it. Nor
-- are they emptied, because no filter means everything.
UPDATE public.export_history
   SET status = CASE WHEN status IN ('pending', 'processing') THEN 'failed' ELSE status END,
       error_message = CASE WHEN status IN ('pending', 'processing')
                            THEN 'invalid_request: the filters are larger than 1000 bytes or have more than 10 names'
                            ELSE error_message END,
       filters = jsonb_build_object('removed', format('%s bytes of filters', octet_length(filters::text)))
 WHERE octet_length(filters::text) > 1000
    OR jsonb_array_length(jsonb_path_query_array(filters, 'strict $.keyvalue()', '{}', true)) > 10;

ALTER TABLE public.export_history
    -- The size as text, which is the same on every server; that of the stored form depends on its compression.
    ADD CONSTRAINT export_history_filters_size_check CHECK (octet_length(filters::text) <= 1000),
    -- Silent, because only an object has names.
    ADD CONSTRAINT export_history_filters_names_check
        CHECK (jsonb_array_length(jsonb_path_query_array(filters, 'strict $.keyvalue()', '{}', true)) <= 10);

-- Those of exports that somebody ended by hand.
DELETE FROM satchel.export_lease AS lease
 USING public.export_history AS export
 WHERE export.id = lease.export_id
   AND export.status NOT IN ('pending', 'processing');

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
    user_id  uuid        NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT export_requester_pkey PRIMARY KEY (user_id),
    CONSTRAINT export_requester_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON DELETE CASCADE
);

COMMENT ON TABLE satchel.export_requester IS
    'Who asked for an export before. Every request updates its user''s row, so that two of one user wait for each other '
    'and are counted one after the other.';

-- Default privileges may have opened the new tables to every API role.
REVOKE ALL ON TABLE satchel.export_queue, satchel.export_requester FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON TABLE satchel.export_queue TO satchel_runtime;
