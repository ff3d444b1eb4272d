-- The rules of progress, each once: what a session contributes, how sums are shown, and in which zone days are counted.
--
-- Most are functions in the standard's form. What they name is bound when they are made, so that they need no search_path
-- and PostgreSQL can put them in line, which makes them as fast as if they were written out. Those of several rows are
-- made in a block, because JDBC's driver does not find the end of their bodies.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE OR REPLACE FUNCTION satchel.points(qa_correct bigint, qa_attempts bigint, vocabulary bigint, descriptions bigint)
    RETURNS bigint
    LANGUAGE sql
    IMMUTABLE
    RETURN 10 * qa_correct + 5 * greatest(qa_attempts - qa_correct, 0) + 10 * vocabulary + 2 * descriptions;

COMMENT ON FUNCTION satchel.points(bigint, bigint, bigint, bigint) IS
    'The points of a session: 10 per correct answer, 5 per other attempt, 10 per vocabulary item learned, 2 per '
    'description. Written with each contribution: a change applies to what is written from then on.';

CREATE OR REPLACE FUNCTION satchel.counted(counter integer) RETURNS integer
    LANGUAGE sql
    IMMUTABLE
    -- greatest() passes over NULL.
    RETURN greatest(counter, 0);

COMMENT ON FUNCTION satchel.counted(integer) IS 'A counter of a session: one that is NULL or negative is 0.';

CREATE OR REPLACE FUNCTION satchel.seconds(started_at timestamptz, ended_at timestamptz) RETURNS numeric
    LANGUAGE sql
    STABLE
    -- Not the difference of the two, which an interval cannot hold for all that a timestamp can.
    RETURN CASE WHEN isfinite(started_at)
                THEN greatest(extract(epoch FROM ended_at) - extract(epoch FROM started_at), 0.000000)
                ELSE 0.000000 END;

COMMENT ON FUNCTION satchel.seconds(timestamptz, timestamptz) IS
    'The length of a session that has ended, never below 0; 0 without a start.';

CREATE OR REPLACE FUNCTION satchel.shown(total bigint) RETURNS integer
    LANGUAGE sql
    IMMUTABLE
    RETURN least(total, 2147483647)::integer;

COMMENT ON FUNCTION satchel.shown(bigint) IS 'A sum as user_progress shows it, which is at most the largest integer.';

CREATE OR REPLACE FUNCTION satchel.minutes(seconds numeric) RETURNS integer
    LANGUAGE sql
    IMMUTABLE
    RETURN least(floor(seconds / 60), 2147483647)::integer;

COMMENT ON FUNCTION satchel.minutes(numeric) IS 'The sum of seconds / 60, rounded down.';

-- Half up, as round() of a numeric does for what is not negative. No error of a counter may keep a session from ending, so
-- more correct answers than attempts are 100.
CREATE OR REPLACE FUNCTION satchel.accuracy(qa_correct bigint, qa_attempts bigint) RETURNS numeric
    LANGUAGE sql
    IMMUTABLE
    RETURN CASE WHEN qa_attempts = 0 THEN 0 ELSE least(round(100.0 * qa_correct / qa_attempts, 2), 100) END;

COMMENT ON FUNCTION satchel.accuracy(bigint, bigint) IS
    'Per cent: 100 × correct / attempts, two decimals, half up, 0 without attempts.';

CREATE OR REPLACE FUNCTION satchel.word_group(phase text) RETURNS text
    LANGUAGE sql
    IMMUTABLE
    RETURN CASE WHEN phase = 'mastered' THEN 'mastered'
                WHEN phase = 'learning' OR phase = 'review' THEN 'learning'
                WHEN phase = 'new' THEN 'new' END;

COMMENT ON FUNCTION satchel.word_group(text) IS
    'Which of the three counts a word belongs to by its phase: mastered; learning and review are learning; new.';

CREATE OR REPLACE FUNCTION satchel.day_in_zone(at timestamptz, zone text) RETURNS date
    LANGUAGE plpgsql
    STABLE
    -- Not called at all for the many users without a zone.
    STRICT
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN (at AT TIME ZONE zone)::date;
EXCEPTION
    -- A zone that the server has lost, with an update of its zones or by a move. It stops no session from ending.
    WHEN invalid_parameter_value THEN
        RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.day_in_zone(timestamptz, text) IS
    'The day of a moment in a zone; NULL without one, and where the server does not know it.';

DO $block$
BEGIN
    CREATE OR REPLACE FUNCTION satchel.user_day(of_user uuid, at timestamptz) RETURNS SETOF date
        LANGUAGE sql
        STABLE
        ROWS 1
    BEGIN ATOMIC
        SELECT coalesce(satchel.day_in_zone(at, (SELECT user_zone.zone
                                                   FROM satchel.user_zone
                                                  WHERE user_zone.user_id = of_user
                                                    AND user_zone.since <= at
                                                  ORDER BY user_zone.since DESC
                                                  LIMIT 1)),
                        (at AT TIME ZONE 'UTC')::date);
    END;
END
$block$;

COMMENT ON FUNCTION satchel.user_day(uuid, timestamptz) IS
    'The day of a moment in the zone that was then in force for the user, UTC where none was or the server does not know '
    'it. One row.';

DO $block$
BEGIN
    CREATE OR REPLACE FUNCTION satchel.contribution(of_user uuid, started_at timestamptz, ended_at timestamptz,
                                                    descriptions_generated integer, images_processed integer,
                                                    attempts integer, correct integer, vocabulary_learned integer)
        RETURNS TABLE (day date, descriptions integer, images integer, qa_attempts integer, qa_correct integer,
                       vocabulary integer, seconds numeric, points bigint)
        LANGUAGE sql
        STABLE
        ROWS 1
    BEGIN ATOMIC
        SELECT counting.day,
               satchel.counted(descriptions_generated),
               satchel.counted(images_processed),
               satchel.counted(attempts),
               satchel.counted(correct),
               satchel.counted(vocabulary_learned),
               satchel.seconds(started_at, ended_at),
               satchel.points(satchel.counted(correct), satchel.counted(attempts), satchel.counted(vocabulary_learned),
                              satchel.counted(descriptions_generated))
          FROM satchel.user_day(of_user, ended_at) AS counting (day)
         WHERE isfinite(ended_at)
           AND of_user IS NOT NULL;
    END;
END
$block$;

COMMENT ON FUNCTION satchel.contribution(uuid, timestamptz, timestamptz, integer, integer, integer, integer, integer) IS
    'What a session contributes: one row where it has ended and has a user, and none otherwise. An end at infinity is '
    'none.';

CREATE OR REPLACE FUNCTION satchel.follows(of_table text) RETURNS boolean
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    relation constant regclass := to_regclass(of_table);
BEGIN
    RETURN EXISTS (SELECT FROM pg_class WHERE oid = relation AND relkind IN ('r', 'p'))
       AND NOT EXISTS (SELECT
                         FROM (VALUES ('public.sessions', 'id', 'uuid'::regtype),
                                      ('public.sessions', 'user_id', 'uuid'),
                                      ('public.sessions', 'started_at', 'timestamptz'),
                                      ('public.sessions', 'ended_at', 'timestamptz'),
                                      ('public.sessions', 'images_processed', 'integer'),
                                      ('public.sessions', 'descriptions_generated', 'integer'),
                                      ('public.sessions', 'qa_attempts', 'integer'),
                                      ('public.sessions', 'qa_correct', 'integer'),
                                      ('public.sessions', 'vocabulary_learned', 'integer'),
                                      ('public.learning_progress', 'id', 'uuid'),
                                      ('public.learning_progress', 'user_id', 'uuid'),
                                      -- An enum of the application's, or text.
                                      ('public.learning_progress', 'learning_phase', NULL))
                                  AS needed (table_name, column_name, type)
                        WHERE needed.table_name = of_table
                          AND NOT EXISTS (SELECT
                                            FROM pg_attribute
                                           WHERE attrelid = relation
                                             AND attname = needed.column_name
                                             AND atttypid = coalesce(needed.type, atttypid)
                                             AND NOT attisdropped));
END
$function$;

COMMENT ON FUNCTION satchel.follows(text) IS
    'Whether progress follows the table, public.sessions or public.learning_progress: it is there, with every column that '
    'progress reads.';

CREATE OR REPLACE FUNCTION satchel.check_zone() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF satchel.day_in_zone(NEW.since, NEW.zone) IS NULL THEN
        RAISE EXCEPTION 'the server knows no time zone %', quote_literal(NEW.zone)
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = 'satchel', TABLE = 'user_zone', COLUMN = 'zone',
                HINT = 'Name a region such as Europe/Madrid, or UTC.';
    END IF;
    RETURN NEW;
END
$function$;

COMMENT ON FUNCTION satchel.check_zone() IS 'Refuses a zone that the server does not know.';

REVOKE ALL
    ON FUNCTION satchel.points(bigint, bigint, bigint, bigint), satchel.counted(integer), satchel.seconds(timestamptz, timestamptz), satchel.shown(bigint),
        satchel.minutes(numeric), satchel.accuracy(bigint, bigint), satchel.word_group(text),
        satchel.day_in_zone(timestamptz, text), satchel.user_day(uuid, timestamptz),
        satchel.contribution(uuid, timestamptz, timestamptz, integer, integer, integer, integer, integer), satchel.follows(text),
        satchel.check_zone()
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION satchel.day_in_zone(timestamptz, text), satchel.user_day(uuid, timestamptz) TO satchel_exports;

CREATE OR REPLACE TRIGGER trigger_user_zone_known
    BEFORE INSERT OR UPDATE OF zone, since ON satchel.user_zone
    FOR EACH ROW EXECUTE FUNCTION satchel.check_zone();
