-- How many exports of one user may be under way, how many it may ask for in an hour, and the order in which workers serve
-- users.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

CREATE OR REPLACE FUNCTION satchel.most_active_exports() RETURNS integer
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT coalesce((SELECT active FROM satchel.export_limits), 50)
$function$;

COMMENT ON FUNCTION satchel.most_active_exports() IS
    'How many exports of one user may be pending or processing at a time; unless the operator says otherwise, room for every '
    'type in every format.';

CREATE OR REPLACE FUNCTION satchel.most_hourly_exports() RETURNS integer
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT coalesce((SELECT hourly FROM satchel.export_limits), 100)
$function$;

COMMENT ON FUNCTION satchel.most_hourly_exports() IS
    'How many exports a user may ask for within an hour through the API; unless the operator says otherwise, every type in '
    'every format twice.';

CREATE OR REPLACE FUNCTION satchel.active_exports(of_user uuid, OUT exports bigint, OUT next_round bigint)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- A plan that was made while the queue was short would be kept while a statement makes it long.
    SET enable_seqscan = off
AS $function$
BEGIN
    SELECT count(*), max(round) + 1
      INTO exports, next_round
      FROM satchel.export_queue
     WHERE user_id = of_user;
    next_round := greatest((SELECT min(round) FROM satchel.export_queue), next_round, 0);
END
$function$;

COMMENT ON FUNCTION satchel.active_exports(uuid) IS
    'How many exports of the user are under way, and the round that the next one joins.';

CREATE OR REPLACE FUNCTION satchel.hold_requests(of_user uuid) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    -- Always a write and not a lock alone: a transaction that reads an older snapshot, and so would miss what another
    -- has added, then fails to serialize.
    INSERT INTO satchel.export_requester (user_id) VALUES (of_user)
    ON CONFLICT (user_id) DO UPDATE SET asked_at = excluded.asked_at;
END
$function$;

COMMENT ON FUNCTION satchel.hold_requests(uuid) IS 'Until the transaction ends, no other adds an export of the user.';

CREATE OR REPLACE FUNCTION satchel.admit_exports(of_user uuid, added bigint) RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    most constant integer := satchel.most_active_exports();
    active record;
BEGIN
    PERFORM satchel.hold_requests(of_user);
    SELECT * INTO active FROM satchel.active_exports(of_user);
    IF active.exports + added > most THEN
        RAISE EXCEPTION 'user % would have % exports under way, and at most % are allowed',
            of_user, active.exports + added, most
            -- PostgREST answers it with 429, Too Many Requests.
            USING ERRCODE = 'PT429', SCHEMA = 'public', TABLE = 'export_history',
                CONSTRAINT = 'export_history_most_active',
                HINT = 'Wait until one is delivered, or cancel one, and ask again.';
    END IF;
    RETURN active.next_round;
END
$function$;

COMMENT ON FUNCTION satchel.admit_exports(uuid, bigint) IS
    'Refuses more active exports of the user than the limit, in whatever role and however many at once they are asked for; returns the round '
    'that the first of the added ones joins.';

CREATE OR REPLACE FUNCTION satchel.count_requests(of_user uuid, added bigint) RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    most constant integer := satchel.most_hourly_exports();
    -- Not that of the statement, which may have waited for another request of the user.
    this_moment constant timestamptz := clock_timestamp();
    recent timestamptz[];
    next_at timestamptz;
BEGIN
    SELECT ARRAY(SELECT asked FROM unnest(requests) AS asked WHERE asked > this_moment - interval '1 hour' ORDER BY asked)
      INTO recent
      FROM satchel.export_requester
     WHERE user_id = of_user;
    IF cardinality(recent) + added > most THEN
        -- As many of the oldest must be an hour old as are too many. Rounded up, so that it is possible then.
        next_at := date_trunc('second', recent[cardinality(recent) + added - most] + interval '1 hour 1 second');
        RAISE EXCEPTION 'user % would have asked for % exports within an hour, and at most % are allowed',
            of_user, cardinality(recent) + added, most
            USING ERRCODE = 'PT429', SCHEMA = 'public', TABLE = 'export_history',
                CONSTRAINT = 'export_history_most_hourly',
                HINT = CASE
                           WHEN added > most THEN format('Ask for at most %s at once.', most)
                           ELSE format('Ask again at %s.',
                                       to_char(next_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                       END;
    END IF;
    UPDATE satchel.export_requester
       SET requests = recent || array_fill(this_moment, ARRAY[added::integer])
     WHERE user_id = of_user;
END
$function$;

COMMENT ON FUNCTION satchel.count_requests(uuid, bigint) IS
    'Refuses more requests of the user within an hour than the limit, and says when the next is possible. After '
    'hold_requests, whose row it counts in.';

CREATE OR REPLACE FUNCTION satchel.admit_added_exports() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    -- Who asks, also from inside a function that has other rights.
    asker constant text := CASE current_setting('role')
                               WHEN 'none' THEN session_user::text
                               ELSE current_setting('role')
                           END;
    -- Neither the owner of the tables, whose rights this function has, nor a program of Satchel's.
    is_counted constant boolean := NOT pg_has_role(asker, current_user, 'MEMBER')
                                   AND NOT pg_has_role(asker, 'satchel_exports', 'MEMBER');
    export record;
    first_round bigint;
BEGIN
    -- The users in one order, which no two statements can cross.
    FOR export IN
        SELECT id, user_id, created_at,
               row_number() OVER (PARTITION BY user_id ORDER BY created_at, id) AS position,
               count(*) OVER (PARTITION BY user_id) AS exports
          FROM added
         WHERE status IN ('pending', 'processing')
         ORDER BY user_id, created_at, id
    LOOP
        IF export.position = 1 THEN
            first_round := satchel.admit_exports(export.user_id, export.exports);
            IF is_counted THEN
                PERFORM satchel.count_requests(export.user_id, export.exports);
            END IF;
        END IF;
        INSERT INTO satchel.export_queue (export_id, user_id, round, asked_at)
        VALUES (export.id, export.user_id, first_round + export.position - 1, export.created_at);
    END LOOP;
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.admit_added_exports() IS 'Admits the exports that a statement adds, all or none.';

CREATE OR REPLACE FUNCTION satchel.admit_changed_export() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    DELETE FROM satchel.export_queue WHERE export_id IN (OLD.id, NEW.id);
    INSERT INTO satchel.export_queue (export_id, user_id, round, asked_at)
    VALUES (NEW.id, NEW.user_id, satchel.admit_exports(NEW.user_id, 1), NEW.created_at);
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.admit_changed_export() IS 'Admits an export that is given to a user or asked for again.';

CREATE OR REPLACE FUNCTION satchel.forget_ended_export() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    DELETE FROM satchel.export_lease WHERE export_id = NEW.id;
    DELETE FROM satchel.export_queue WHERE export_id = NEW.id;
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION satchel.forget_ended_export() IS
    'Takes an export that has ended out of the queue, and from its worker where somebody else has ended it.';

CREATE OR REPLACE FUNCTION satchel.users_with_room() RETURNS SETOF uuid
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    most constant integer := satchel.most_active_exports();
    of_user uuid;
BEGIN
    FOR of_user IN SELECT satchel.user_ids() LOOP
        -- Or one of them could reach the limit before the caller's statement does, and stop it for all.
        PERFORM satchel.hold_requests(of_user);
        IF (SELECT exports FROM satchel.active_exports(of_user)) < most THEN
            RETURN NEXT of_user;
        END IF;
    END LOOP;
END
$function$;

COMMENT ON FUNCTION satchel.users_with_room() IS
    'Every user who may have one more active export, for a request of all: one user''s many do not stop the others.';

CREATE OR REPLACE FUNCTION satchel.queue_the_rest() RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- A definer who may not see every export gets an error, not a shorter queue.
    SET row_security = off
AS $function$
DECLARE
    export record;
    first_round bigint;
    queued integer := 0;
BEGIN
    FOR export IN
        SELECT history.id, history.user_id, history.created_at,
               row_number() OVER (PARTITION BY history.user_id ORDER BY history.created_at, history.id) AS position
          FROM public.export_history AS history
         WHERE history.status IN ('pending', 'processing')
           AND NOT EXISTS (SELECT FROM satchel.export_queue AS place WHERE place.export_id = history.id)
         ORDER BY history.user_id, history.created_at, history.id
    LOOP
        IF export.position = 1 THEN
            first_round := (SELECT next_round FROM satchel.active_exports(export.user_id));
        END IF;
        INSERT INTO satchel.export_queue (export_id, user_id, round, asked_at)
        VALUES (export.id, export.user_id, first_round + export.position - 1, export.created_at)
        ON CONFLICT (export_id) DO NOTHING;
        queued := queued + 1;
    END LOOP;
    RETURN queued;
END
$function$;

COMMENT ON FUNCTION satchel.queue_the_rest() IS
    'Queues the active exports that were written while the triggers were off, and returns how many.';

REVOKE ALL ON FUNCTION satchel.most_active_exports(), satchel.most_hourly_exports(), satchel.count_requests(uuid, bigint), satchel.active_exports(uuid), satchel.hold_requests(uuid),
    satchel.admit_exports(uuid, bigint), satchel.admit_added_exports(), satchel.admit_changed_export(), satchel.forget_ended_export(), satchel.users_with_room(),
    satchel.queue_the_rest()
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION satchel.most_active_exports(), satchel.users_with_room(), satchel.queue_the_rest() TO satchel_exports;

CREATE OR REPLACE TRIGGER trigger_export_history_admit_added
    AFTER INSERT ON public.export_history
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION satchel.admit_added_exports();

CREATE OR REPLACE TRIGGER trigger_export_history_admit_changed
    AFTER UPDATE ON public.export_history
    FOR EACH ROW
    -- As text, because a list of varchar is spelt otherwise after a dump and restore.
    WHEN (NEW.status::text IN ('pending', 'processing')
          AND (OLD.status::text NOT IN ('pending', 'processing') OR OLD.user_id <> NEW.user_id OR OLD.id <> NEW.id))
    EXECUTE FUNCTION satchel.admit_changed_export();

CREATE OR REPLACE TRIGGER trigger_export_history_forget_ended
    AFTER UPDATE ON public.export_history
    FOR EACH ROW
    WHEN (OLD.status::text IN ('pending', 'processing') AND NEW.status::text NOT IN ('pending', 'processing'))
    EXECUTE FUNCTION satchel.forget_ended_export();

-- What was asked for before there was a queue.
DO $block$
BEGIN
    PERFORM satchel.queue_the_rest();
END
$block$;
