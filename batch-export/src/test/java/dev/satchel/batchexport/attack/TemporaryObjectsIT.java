package dev.satchel.batchexport.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.attack.Target.Attacker;
import dev.satchel.batchexport.schema.PostgresServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing that somebody makes in their temporary schema runs with the rights of another, whatever they then call or set
 * off: types, domains, casts, operators, functions, tables and views, of every name that Satchel's functions use.
 *
 * <p>All attackers try everything at once. Each type alone, which takes most of the time, is tried by a user or by the
 * application's backend, who sets off the triggers, in turns, as a domain or as a type with a cast, in turns; under {@code
 * -Pmatrix} by all, as both.
 */
class TemporaryObjectsIT {

    private static final String EVIL = """
            CREATE FUNCTION pg_temp.evil(x anyelement) RETURNS boolean LANGUAGE plpgsql AS $$
            BEGIN
                IF current_user <> '%s' THEN
                    RAISE WARNING 'ran as %%', current_user;
                END IF;
                RETURN true;
            END $$
            """;

    // Those that occur in a function, in whichever sense: more than those that are used as a type.
    private static final String USED_TYPES = """
            SELECT typname
              FROM pg_type
             WHERE typnamespace = 'pg_catalog'::regnamespace
               AND typtype IN ('b', 'r')
               AND typcategory <> 'A'
               AND typname NOT LIKE 'pg\\_%'
               AND EXISTS (SELECT
                             FROM pg_proc
                            WHERE pronamespace IN ('satchel'::regnamespace, 'auth'::regnamespace)
                              AND position(typname IN prosrc) > 0)
             ORDER BY typname
            """;

    private static final String ALL_TYPES = """
            SELECT format('CREATE DOMAIN pg_temp.%1$I AS pg_catalog.%1$I CHECK (pg_temp.evil(VALUE))', typname)
              FROM pg_type
             WHERE typnamespace = 'pg_catalog'::regnamespace
               AND typtype IN ('b', 'r', 'm')
               AND typcategory <> 'A'
               AND typname NOT LIKE 'pg\\_%'
             UNION ALL
            SELECT 'CREATE DOMAIN pg_temp.progress_difference AS pg_catalog.text CHECK (pg_temp.evil(VALUE))'
            """;

    private static final String VIEWS = """
            SELECT format('CREATE TEMPORARY VIEW %I AS SELECT * FROM pg_catalog.pg_am WHERE pg_temp.evil(amname)', relname)
              FROM (SELECT relname
                      FROM pg_class
                     WHERE relnamespace IN ('pg_catalog'::regnamespace, 'public'::regnamespace, 'satchel'::regnamespace)
                       AND relkind IN ('r', 'v')
                     UNION
                    SELECT unnest(ARRAY ['new_rows', 'old_rows'])) AS named
            """;

    private static final String FUNCTIONS = """
            SELECT format('CREATE FUNCTION pg_temp.%I(%s) RETURNS %s LANGUAGE plpgsql'
                          ' AS ''BEGIN PERFORM pg_temp.evil(1); RETURN NULL; END''', proname,
                          (SELECT string_agg(format_type(type, NULL), ', ' ORDER BY position)
                             FROM unnest(proargtypes) WITH ORDINALITY AS argument (type, position)),
                          prorettype::regtype)
              FROM pg_proc
             WHERE pronamespace = 'pg_catalog'::regnamespace
               AND prokind = 'f'
               AND NOT proretset
               AND NOT EXISTS (SELECT
                                 FROM unnest(proargtypes || prorettype) AS used (type)
                                 JOIN pg_type ON pg_type.oid = type
                                WHERE typtype = 'p')
               AND EXISTS (SELECT
                             FROM pg_proc AS caller
                            WHERE caller.pronamespace IN ('satchel'::regnamespace, 'auth'::regnamespace)
                              AND position(pg_proc.proname || '(' IN caller.prosrc) > 0)
            """;

    private static final String OPERATORS = """
            SELECT format('CREATE FUNCTION pg_temp.evil_%1$s(%2$s, %2$s) RETURNS boolean LANGUAGE plpgsql'
                          ' AS ''BEGIN RETURN pg_temp.evil(1); END'';'
                          ' CREATE OPERATOR pg_temp.%3$s (FUNCTION = pg_temp.evil_%1$s, LEFTARG = %2$s, RIGHTARG = %2$s)',
                          row_number() OVER (), type, name)
              FROM unnest(ARRAY ['uuid', 'text', 'varchar', 'timestamptz', 'date', 'integer', 'bigint', 'numeric',
                                 'jsonb', 'boolean', 'uuid[]']) AS type
             CROSS JOIN unnest(ARRAY ['=', '<>', '<', '>', '<=', '>=', '||', '+', '-', '*', '/', '~', '->>']) AS name
            """;

    private static final String CALLS = """
            SELECT format('SELECT * FROM %s(%s)', proc.oid::regproc,
                          (SELECT string_agg(CASE type::regtype::text
                                                 WHEN 'uuid' THEN '''%1$s'''
                                                 WHEN 'uuid[]' THEN '''{%1$s}'''
                                                 WHEN 'integer' THEN '10'
                                                 WHEN 'timestamp with time zone' THEN '''2026-01-01'''
                                                 ELSE '''{}''' END, ', ' ORDER BY position)
                             FROM unnest(proargtypes) WITH ORDINALITY AS argument (type, position)))
              FROM pg_proc AS proc
             WHERE pronamespace = 'satchel'::regnamespace
               AND prorettype <> 'trigger'::regtype
             UNION ALL
            -- Any function of a trigger can be set off by a table of one's own.
            SELECT format('CREATE TEMPORARY TABLE own (id uuid, user_id uuid, ended_at timestamptz, updated_at timestamptz);'
                          ' CREATE TRIGGER own AFTER INSERT ON own REFERENCING NEW TABLE AS new_rows'
                          ' FOR EACH STATEMENT EXECUTE FUNCTION %s(); INSERT INTO own (id) VALUES (NULL)', proc.oid::regproc)
              FROM pg_proc AS proc
             WHERE pronamespace = 'satchel'::regnamespace
               AND prorettype = 'trigger'::regtype
             UNION ALL
            SELECT format('SELECT * FROM %s', class.oid::regclass)
              FROM pg_class AS class
             WHERE relnamespace IN ('public'::regnamespace, 'satchel'::regnamespace)
               AND relkind IN ('r', 'v')
             UNION ALL
            SELECT format('%s %s', verb, class.oid::regclass)
              FROM pg_class AS class
             CROSS JOIN unnest(ARRAY ['DELETE FROM', 'TRUNCATE']) AS verb
             WHERE EXISTS (SELECT
                             FROM pg_trigger
                             JOIN pg_proc ON pg_proc.oid = tgfoid
                            WHERE tgrelid = class.oid
                              AND pronamespace = 'satchel'::regnamespace)
            """;

    private static final List<String> CHANGES = List.of(
            "SELECT auth.uid()",
            "INSERT INTO public.users (id, email) VALUES (gen_random_uuid(), 'new@example.org')",
            "UPDATE public.users SET email = email",
            "INSERT INTO public.sessions (user_id, session_type, started_at, ended_at)"
                    + " VALUES ('%1$s', 'qa', '2026-01-01', '2026-01-01 01:00')",
            "UPDATE public.sessions SET ended_at = started_at WHERE ended_at IS NULL",
            "UPDATE public.sessions SET ended_at = NULL",
            "UPDATE public.sessions SET ended_at = '2026-02-02', qa_correct = 3, qa_attempts = 2",
            "UPDATE public.sessions SET id = gen_random_uuid()",
            "UPDATE public.sessions SET user_id = NULL",
            "UPDATE public.learning_progress SET learning_phase = 'mastered'",
            "UPDATE public.learning_progress SET learning_phase = 'new'",
            "INSERT INTO public.learning_progress (user_id, vocabulary_item_id)"
                    + " SELECT '%1$s', id FROM public.vocabulary_items",
            "UPDATE public.user_progress SET total_points = 1000000",
            "INSERT INTO public.user_progress (user_id) VALUES ('%1$s')",
            "INSERT INTO public.user_api_keys (user_id) VALUES ('%1$s')",
            "UPDATE public.user_api_keys SET is_active = false",
            "UPDATE public.user_api_keys SET openai_api_key = NULL",
            "UPDATE public.user_api_keys SET unsplash_api_key = '" + Target.SEALED_KEY + "'",
            "INSERT INTO public.export_history (user_id, export_type, export_format, filters)"
                    + " VALUES ('%1$s', 'all', 'json', '{\"from\": \"2026-01-01\"}')",
            "UPDATE public.export_history SET status = 'processing'",
            "UPDATE public.export_history SET status = 'completed'",
            "INSERT INTO satchel.user_zone (user_id, since, zone) VALUES ('%1$s', '2026-01-01', 'Europe/Madrid')",
            "INSERT INTO satchel.upload_journal (url, export_id, token) VALUES ('s3://a/b', '%1$s', '%1$s')",
            "INSERT INTO satchel.key_audit (user_id, provider, action, purpose, data_key_id)"
                    + " VALUES ('%1$s', 'openai', 'open', 'describe image', '%1$s')",
            "UPDATE satchel.key_audit SET provider = 'openai'",
            "UPDATE satchel.data_key SET kek_id = 'mine'");

    private static final Attacker USER = new Attacker("api", "authenticated");
    private static final Attacker BACKEND = new Attacker("backend", "backend");
    private static final List<Attacker> EACH_TYPE = List.of(USER, BACKEND);
    private static final boolean ALL = System.getProperty("satchel.test.matrix") != null;

    private int tries;

    static Stream<PostgresServer.Version> versions() {
        return PostgresServer.versions();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void nothingOfThemRunsWithTheRightsOfAnother(PostgresServer.Version version) throws SQLException, IOException {
        try (var target = Target.on(version)) {
            var hits = new ArrayList<String>();
            for (var attacker : Target.attackers()) {
                for (var objects : objects(target, attacker)) {
                    hits.addAll(attempt(target, attacker, objects));
                }
            }
            System.out.printf("Temporary objects on %s: %d tries, %d unexpected%n", version, tries, hits.size());

            assertThat(hits).isEmpty();
            assertThat(tries).isGreaterThan(5_000);

            // The attempts bite: with the path that the functions had once, they succeed.
            target.run(Target.OWNER, "ALTER FUNCTION auth.claimed_user() SET search_path = ''");
            assertThat(succeeds(target, USER)).isTrue();
            target.run(Target.OWNER, "ALTER FUNCTION auth.claimed_user() SET search_path = pg_catalog, pg_temp");
            target.run(Target.OWNER, "ALTER FUNCTION satchel.follow_sessions() SET search_path = ''");
            assertThat(succeeds(target, BACKEND)).isTrue();
        }
    }

    private boolean succeeds(Target target, Attacker attacker) throws SQLException {
        for (var objects : objects(target, attacker)) {
            if (!attempt(target, attacker, objects).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** What the attacker makes before each attempt. */
    private static List<List<String>> objects(Target target, Attacker attacker) throws SQLException {
        var attempts = new ArrayList<List<String>>();
        for (var several : List.of(ALL_TYPES, VIEWS, FUNCTIONS, OPERATORS)) {
            attempts.add(target.rows(several));
        }
        var alone = typesAlone(target.rows(USED_TYPES), attacker);
        for (int i = 0; i < alone.size(); i++) {
            var type = alone.get(i);
            var domain = List.of("""
                    CREATE DOMAIN pg_temp."%1$s" AS pg_catalog."%1$s" CHECK (pg_temp.evil(VALUE))
                    """.formatted(type));
            var cast = List.of("""
                    CREATE TYPE pg_temp."%1$s" AS (value integer);
                    CREATE FUNCTION pg_temp.evil_cast(x pg_catalog.text) RETURNS pg_temp."%1$s" LANGUAGE plpgsql
                        AS 'BEGIN PERFORM pg_temp.evil(1); RETURN NULL; END';
                    CREATE CAST (pg_catalog.text AS pg_temp."%1$s")
                        WITH FUNCTION pg_temp.evil_cast(pg_catalog.text) AS IMPLICIT;
                    """.formatted(type));
            if (ALL || i % 2 == 0) {
                attempts.add(domain);
            }
            if (ALL || i % 2 == 1) {
                attempts.add(cast);
            }
        }
        return attempts;
    }

    private static List<String> typesAlone(List<String> types, Attacker attacker) {
        if (ALL) {
            return types;
        }
        int share = EACH_TYPE.indexOf(attacker);
        return IntStream.range(0, types.size())
                .filter(index -> index % EACH_TYPE.size() == share)
                .mapToObj(types::get)
                .toList();
    }

    private List<String> attempt(Target target, Attacker attacker, List<String> objects) throws SQLException {
        var actions = new ArrayList<String>();
        var user = target.user();
        target.rows(CALLS.replace("%1$s", user)).forEach(actions::add);
        CHANGES.forEach(change -> actions.add(change.formatted(user)));
        var hits = new ArrayList<String>();
        try (var connection = target.connect(attacker)) {
            run(connection, EVIL.formatted(attacker.role()));
            for (var object : objects) {
                run(connection, object);
            }
            connection.commit();
            for (var action : actions) {
                tries++;
                for (var warning : warningsOf(connection, action)) {
                    hits.add(attacker + ": " + action + " with " + objects.get(0) + ": " + warning);
                }
            }
        }
        return hits;
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    // Whether the statement was allowed is not the question here.
    private static List<String> warningsOf(Connection connection, String action) throws SQLException {
        var warnings = new ArrayList<String>();
        try (var statement = connection.createStatement()) {
            try {
                statement.execute(action);
            } catch (SQLException refused) {
                assertThat(refused.getSQLState())
                        .as(action + ": " + refused.getMessage())
                        .doesNotStartWith("08");
            }
            for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
                warnings.add(warning.getMessage());
            }
        }
        connection.rollback();
        return warnings.stream()
                .filter(warning -> warning.startsWith("ran as "))
                .toList();
    }
}
