-- A zone is a region or UTC, as everywhere in Satchel. Whether the server knows it is asked when the row is written, by
-- a trigger: as a constraint, that would stop the restore of a dump on a server with other zones.
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

ALTER TABLE satchel.user_zone
    -- PostgreSQL reads UTC+2 and GMT+2 with the sign reversed, and CET without daylight saving.
    ADD CONSTRAINT user_zone_region_check
        CHECK (zone COLLATE "C" ~ '^(UTC|(?!Etc/|SystemV/)[A-Z][A-Za-z]+(/[A-Z][A-Za-z_-]*)+)$') NOT VALID,
    DROP CONSTRAINT user_zone_zone_check;

-- Rows from before stay as they are, because the days that were counted by them do; satchel verify names them.
DO $block$
BEGIN
    ALTER TABLE satchel.user_zone VALIDATE CONSTRAINT user_zone_region_check;
EXCEPTION
    WHEN check_violation THEN
        RAISE WARNING 'satchel.user_zone has zones that are neither a region nor UTC'
            USING HINT = 'Change each to a region such as Europe/Madrid, and run: ALTER TABLE satchel.user_zone '
                'VALIDATE CONSTRAINT user_zone_region_check;';
END
$block$;

COMMENT ON TABLE satchel.user_zone IS
    'The zone that a user''s days are counted in, from a moment on; UTC before the first, and where the server no longer '
    'knows the zone. A new row rewrites no day that was credited before.';
