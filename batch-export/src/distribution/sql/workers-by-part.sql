-- A login for each part of Satchel, where the parts run apart and each may do only what it needs. Run it after 'migrate'
-- as a role that may create roles, then give each login a password of its own.
CREATE ROLE satchel_exports_worker
    LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    IN ROLE satchel_exports;

COMMENT ON ROLE satchel_exports_worker IS 'Satchel: delivers and removes exports, and checks progress';

CREATE ROLE satchel_vault_worker
    LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    IN ROLE satchel_vault;

COMMENT ON ROLE satchel_vault_worker IS 'Satchel: seals, opens and checks API keys';

CREATE ROLE satchel_rotation_worker
    LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    IN ROLE satchel_rotation;

COMMENT ON ROLE satchel_rotation_worker IS 'Satchel: rotates key-encryption keys';
