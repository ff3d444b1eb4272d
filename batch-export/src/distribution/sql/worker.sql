-- One login for all that Satchel does after 'migrate'. Run it as a role that may create roles, then give the login a
-- password (ALTER ROLE satchel_worker PASSWORD '…', or \password in psql, which keeps it out of the server's log).
CREATE ROLE satchel_worker
    LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    IN ROLE satchel_runtime;

COMMENT ON ROLE satchel_worker IS 'Satchel: delivers and removes exports, keeps API keys, checks progress';
