-- Roles belong to the server and are in no dump of a database, so that a restored one finds none on another server, whose
-- history says that V001 and V014 have run. This makes them what those files make them, and changes nothing that is so.
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

DO $block$
DECLARE
    ours record;
BEGIN
    FOR ours IN
        SELECT *
          FROM (VALUES ('satchel_runtime', 'What Satchel''s workers and embedding services log in through. Owns nothing.'),
                       ('satchel_exports', 'Delivers exports, cleans up and keeps progress; may become authenticated, to '
                                           'read as a user. Owns nothing.'),
                       ('satchel_vault', 'Sets, lists, opens and removes users'' keys, each through a function that '
                                         'records it. Owns nothing.'),
                       ('satchel_rotation', 'Re-wraps data keys, and reads no sealed key. Owns nothing.'))
               AS roles (name, purpose)
         WHERE to_regrole(name) IS NULL
    LOOP
        BEGIN
            -- Up to PostgreSQL 15 the attribute is what keeps the rights of authenticated out of those of satchel_exports,
            -- and what lets satchel_runtime have the rights of the other three.
            EXECUTE format('CREATE ROLE %I NOLOGIN %s', ours.name,
                           CASE WHEN ours.name = 'satchel_runtime'
                                     AND current_setting('server_version_num')::integer < 160000
                                THEN 'INHERIT' ELSE 'NOINHERIT' END);
            EXECUTE format('COMMENT ON ROLE %I IS %L', ours.name, ours.purpose);
        EXCEPTION
            -- A migration of another database was faster.
            WHEN duplicate_object OR unique_violation THEN
                NULL;
        END;
    END LOOP;
END
$block$;

DO $block$
DECLARE
    part text;
BEGIN
    IF current_setting('server_version_num')::integer < 160000 THEN
        IF NOT pg_has_role('satchel_exports', 'authenticated', 'MEMBER') THEN
            GRANT authenticated TO satchel_exports;
        END IF;
        FOREACH part IN ARRAY ARRAY ['satchel_exports', 'satchel_vault', 'satchel_rotation'] LOOP
            IF NOT pg_has_role('satchel_runtime', part, 'MEMBER') THEN
                EXECUTE format('GRANT %I TO satchel_runtime', part);
            END IF;
        END LOOP;
    ELSE
        -- As text, because older servers cannot parse the options.
        IF NOT pg_has_role('satchel_exports', 'authenticated', 'SET')
            OR pg_has_role('satchel_exports', 'authenticated', 'USAGE') THEN
            EXECUTE 'GRANT authenticated TO satchel_exports WITH INHERIT FALSE, SET TRUE';
        END IF;
        FOREACH part IN ARRAY ARRAY ['satchel_exports', 'satchel_vault', 'satchel_rotation'] LOOP
            IF NOT pg_has_role('satchel_runtime', part, 'SET') OR NOT pg_has_role('satchel_runtime', part, 'USAGE') THEN
                EXECUTE format('GRANT %I TO satchel_runtime WITH INHERIT TRUE, SET TRUE', part);
            END IF;
        END LOOP;
    END IF;
END
$block$;
