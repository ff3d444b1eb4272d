-- Spring Batch's job repository (version 6), for table prefix satchel.BATCH_. Batch fixes the names of tables, columns
-- and sequences; the primary key of the parameters and the indexes under the foreign keys are Satchel's.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE TABLE satchel.batch_job_instance (
    job_instance_id bigint       NOT NULL,
    version         bigint,
    job_name        varchar(100) NOT NULL,
    job_key         varchar(32)  NOT NULL,
    CONSTRAINT batch_job_instance_pkey PRIMARY KEY (job_instance_id),
    CONSTRAINT batch_job_instance_job_name_job_key_key UNIQUE (job_name, job_key)
);

CREATE TABLE satchel.batch_job_execution (
    job_execution_id bigint    NOT NULL,
    version          bigint,
    job_instance_id  bigint    NOT NULL,
    create_time      timestamp NOT NULL,
    start_time       timestamp,
    end_time         timestamp,
    status           varchar(10),
    exit_code        varchar(2500),
    exit_message     varchar(2500),
    last_updated     timestamp,
    CONSTRAINT batch_job_execution_pkey PRIMARY KEY (job_execution_id),
    CONSTRAINT batch_job_execution_job_instance_id_fkey
        FOREIGN KEY (job_instance_id) REFERENCES satchel.batch_job_instance (job_instance_id)
);

CREATE TABLE satchel.batch_job_execution_params (
    job_execution_id bigint       NOT NULL,
    parameter_name   varchar(100) NOT NULL,
    parameter_type   varchar(100) NOT NULL,
    parameter_value  varchar(2500),
    identifying      char(1)      NOT NULL,
    -- Batch holds the parameters of an execution as a set by name.
    CONSTRAINT batch_job_execution_params_pkey PRIMARY KEY (job_execution_id, parameter_name),
    CONSTRAINT batch_job_execution_params_job_execution_id_fkey
        FOREIGN KEY (job_execution_id) REFERENCES satchel.batch_job_execution (job_execution_id)
);

CREATE TABLE satchel.batch_step_execution (
    step_execution_id  bigint       NOT NULL,
    version            bigint       NOT NULL,
    step_name          varchar(100) NOT NULL,
    job_execution_id   bigint       NOT NULL,
    create_time        timestamp    NOT NULL,
    start_time         timestamp,
    end_time           timestamp,
    status             varchar(10),
    commit_count       bigint,
    read_count         bigint,
    filter_count       bigint,
    write_count        bigint,
    read_skip_count    bigint,
    write_skip_count   bigint,
    process_skip_count bigint,
    rollback_count     bigint,
    exit_code          varchar(2500),
    exit_message       varchar(2500),
    last_updated       timestamp,
    CONSTRAINT batch_step_execution_pkey PRIMARY KEY (step_execution_id),
    CONSTRAINT batch_step_execution_job_execution_id_fkey
        FOREIGN KEY (job_execution_id) REFERENCES satchel.batch_job_execution (job_execution_id)
);

CREATE TABLE satchel.batch_step_execution_context (
    step_execution_id  bigint        NOT NULL,
    short_context      varchar(2500) NOT NULL,
    serialized_context text,
    CONSTRAINT batch_step_execution_context_pkey PRIMARY KEY (step_execution_id),
    CONSTRAINT batch_step_execution_context_step_execution_id_fkey
        FOREIGN KEY (step_execution_id) REFERENCES satchel.batch_step_execution (step_execution_id)
);

CREATE TABLE satchel.batch_job_execution_context (
    job_execution_id   bigint        NOT NULL,
    short_context      varchar(2500) NOT NULL,
    serialized_context text,
    CONSTRAINT batch_job_execution_context_pkey PRIMARY KEY (job_execution_id),
    CONSTRAINT batch_job_execution_context_job_execution_id_fkey
        FOREIGN KEY (job_execution_id) REFERENCES satchel.batch_job_execution (job_execution_id)
);

CREATE SEQUENCE satchel.batch_job_instance_seq;
CREATE SEQUENCE satchel.batch_job_execution_seq;
CREATE SEQUENCE satchel.batch_step_execution_seq;

CREATE INDEX batch_job_execution_job_instance_id_idx ON satchel.batch_job_execution (job_instance_id);
CREATE INDEX batch_step_execution_job_execution_id_idx ON satchel.batch_step_execution (job_execution_id);

COMMENT ON TABLE satchel.batch_job_instance IS 'Spring Batch: one row per job and its identifying parameters.';
COMMENT ON TABLE satchel.batch_job_execution IS
    'Spring Batch: one row per start of a job. Its times have no zone; they are those of the worker''s JVM.';
COMMENT ON TABLE satchel.batch_job_execution_params IS 'Spring Batch: what a job was started with.';
COMMENT ON TABLE satchel.batch_step_execution IS 'Spring Batch: one row per step of an execution, with its counts.';
COMMENT ON TABLE satchel.batch_step_execution_context IS 'Spring Batch: what a step keeps for a restart.';
COMMENT ON TABLE satchel.batch_job_execution_context IS 'Spring Batch: what a job keeps for a restart.';

-- Default privileges may have opened what is new to every API role.
REVOKE ALL
    ON TABLE satchel.batch_job_instance, satchel.batch_job_execution, satchel.batch_job_execution_params,
        satchel.batch_step_execution, satchel.batch_step_execution_context, satchel.batch_job_execution_context
    FROM PUBLIC, anon, authenticated, service_role;
REVOKE ALL
    ON SEQUENCE satchel.batch_job_instance_seq, satchel.batch_job_execution_seq, satchel.batch_step_execution_seq
    FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT, INSERT, UPDATE, DELETE
    ON TABLE satchel.batch_job_instance, satchel.batch_job_execution, satchel.batch_job_execution_params,
        satchel.batch_step_execution, satchel.batch_step_execution_context, satchel.batch_job_execution_context
    TO satchel_exports;
GRANT USAGE
    ON SEQUENCE satchel.batch_job_instance_seq, satchel.batch_job_execution_seq, satchel.batch_step_execution_seq
    TO satchel_exports;
