-- Each part refuses a schema of another version, and so reads which version that is.
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

DO $block$
BEGIN
    -- Absent where the files are run without Flyway.
    IF to_regclass('satchel.flyway_schema_history') IS NOT NULL THEN
        GRANT SELECT ON satchel.flyway_schema_history TO satchel_vault, satchel_rotation;
    END IF;
END
$block$;
