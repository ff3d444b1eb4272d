-- When 'satchel serve' runs which job next: the table of db-scheduler (version 16), which fixes the names of its columns.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE TABLE satchel.scheduled_tasks (
    task_name            text        NOT NULL,
    task_instance        text        NOT NULL,
    task_data            bytea,
    execution_time       timestamptz NOT NULL,
    picked               boolean     NOT NULL,
    picked_by            text,
    last_success         timestamptz,
    last_failure         timestamptz,
    consecutive_failures integer,
    last_heartbeat       timestamptz,
    version              bigint      NOT NULL,
    priority             smallint,
    CONSTRAINT scheduled_tasks_pkey PRIMARY KEY (task_name, task_instance),
    -- A job of Satchel's has no data, and what the program would make objects of must not come from a row.
    CONSTRAINT scheduled_tasks_task_data_check CHECK (task_data IS NULL)
);

COMMENT ON TABLE satchel.scheduled_tasks IS
    'db-scheduler: one row per job of ''satchel serve'', with its next tick and who runs it at this moment.';
COMMENT ON COLUMN satchel.scheduled_tasks.execution_time IS 'The next tick, or the one that runs, by the database''s clock.';
COMMENT ON COLUMN satchel.scheduled_tasks.last_heartbeat IS
    'When the program that runs the job last said so. One that is silent for as long as a lease counts as dead.';

-- Default privileges may have opened what is new to every API role.
REVOKE ALL ON TABLE satchel.scheduled_tasks FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE satchel.scheduled_tasks TO satchel_exports;
