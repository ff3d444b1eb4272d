package dev.satchel.batchexport.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.attack.Target.Attacker;
import dev.satchel.batchexport.schema.PostgresServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each verb on each of Satchel's objects, and on each column, does what the contract grants to the role and no more. */
class VerbMatrixIT {

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static final String RELATIONS = """
            SELECT oid::regclass::text
              FROM pg_class
             WHERE (relnamespace = 'satchel'::regnamespace
                    OR oid IN ('public.user_api_keys'::regclass, 'public.user_progress'::regclass,
                               'public.export_history'::regclass, 'public.user_api_keys_status'::regclass))
               AND relkind IN ('r', 'v')
            """;

    private static final String COLUMNS = """
            SELECT attrelid::regclass || '.' || attname
              FROM pg_attribute
              JOIN pg_class ON pg_class.oid = attrelid
             WHERE (relnamespace = 'satchel'::regnamespace
                    OR attrelid IN ('public.user_api_keys'::regclass, 'public.user_progress'::regclass,
                                    'public.export_history'::regclass))
               AND relkind = 'r'
               AND attnum > 0
               AND NOT attisdropped
               AND attgenerated = ''
            """;

    private static final String SEQUENCES = """
            SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'satchel'::regnamespace AND relkind = 'S'
            """;

    // As the contract calls it, and with arguments of no effect.
    private static final String FUNCTIONS = """
            SELECT format('satchel.%I(%s)', proname, pg_get_function_identity_arguments(pg_proc.oid)) || '|'
                || format('satchel.%I(%s)', proname,
                          (SELECT string_agg(format('NULL::%s', type::regtype), ', ' ORDER BY position)
                             FROM unnest(proargtypes) WITH ORDINALITY AS argument (type, position)))
              FROM pg_proc
             WHERE pronamespace = 'satchel'::regnamespace
            """;

    /** @param privileges any of which is enough; with none, only the owner may */
    private record Attempt(String sql, String object, List<String> privileges) {}

    private final ContractedRights rights = new ContractedRights();
    private int tries;

    static Stream<PostgresServer.Version> versions() {
        return PostgresServer.versions();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void everybodyMayDoWhatTheContractSays(PostgresServer.Version version) throws SQLException, IOException {
        try (var target = Target.on(version)) {
            var attempts = attempts(target);
            var unexpected = new ArrayList<String>();
            for (var attacker : Target.attackers()) {
                try (var connection = target.connect(attacker)) {
                    for (var attempt : attempts) {
                        unexpected.addAll(outcome(connection, attacker, attempt));
                    }
                    unexpected.addAll(roles(target, connection, attacker));
                }
            }
            System.out.printf("Verbs by role on %s: %d tries, %d unexpected%n", version, tries, unexpected.size());

            assertThat(unexpected).isEmpty();
            assertThat(tries).isGreaterThan(5_000);
        }
    }

    private static List<Attempt> attempts(Target target) throws SQLException {
        var attempts = new ArrayList<Attempt>();
        for (var relation : target.rows(RELATIONS)) {
            onRelation(relation, attempts);
        }
        for (var column : target.rows(COLUMNS)) {
            onColumn(column, attempts);
        }
        for (var sequence : target.rows(SEQUENCES)) {
            attempts.add(new Attempt("SELECT nextval('" + sequence + "')", sequence, List.of("USAGE", "UPDATE")));
            attempts.add(new Attempt("SELECT setval('" + sequence + "', 7)", sequence, List.of("UPDATE")));
            attempts.add(new Attempt("SELECT last_value FROM " + sequence, sequence, List.of("SELECT")));
            attempts.add(new Attempt("ALTER SEQUENCE " + sequence + " RESTART", sequence, List.of()));
            attempts.add(new Attempt("DROP SEQUENCE " + sequence, sequence, List.of()));
        }
        for (var function : target.rows(FUNCTIONS)) {
            var names = function.split("\\|");
            attempts.add(new Attempt("SELECT " + names[1], names[0], List.of("EXECUTE")));
            attempts.add(new Attempt("ALTER FUNCTION " + names[0] + " SET search_path = ''", names[0], List.of()));
            attempts.add(new Attempt("ALTER FUNCTION " + names[0] + " SECURITY DEFINER", names[0], List.of()));
            attempts.add(new Attempt("DROP FUNCTION " + names[0] + " CASCADE", names[0], List.of()));
            attempts.add(new Attempt("GRANT EXECUTE ON FUNCTION " + names[0] + " TO PUBLIC", names[0], List.of()));
        }
        for (var schema : List.of("satchel", "public", "auth")) {
            attempts.add(new Attempt("CREATE TABLE " + schema + ".mine ()", schema, List.of("CREATE")));
            attempts.add(new Attempt(
                    "CREATE FUNCTION " + schema + ".mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
                    schema,
                    List.of("CREATE")));
            attempts.add(new Attempt("DROP SCHEMA " + schema + " CASCADE", schema, List.of()));
            attempts.add(new Attempt("ALTER SCHEMA " + schema + " RENAME TO mine", schema, List.of()));
            attempts.add(new Attempt("GRANT CREATE ON SCHEMA " + schema + " TO PUBLIC", schema, List.of()));
        }
        attempts.add(new Attempt("CREATE SCHEMA mine", "the database", List.of()));
        attempts.add(new Attempt("CREATE EXTENSION pg_trgm", "the database", List.of()));
        attempts.add(new Attempt("ALTER FUNCTION auth.uid() SET search_path = ''", "auth.uid()", List.of()));
        return attempts;
    }

    // Conditions that no row meets, so that nothing but the right decides.
    private static void onRelation(String relation, List<Attempt> attempts) {
        attempts.add(new Attempt("DELETE FROM " + relation + " WHERE false", relation, List.of("DELETE")));
        attempts.add(new Attempt("TRUNCATE " + relation, relation, List.of("TRUNCATE")));
        attempts.add(new Attempt(
                "LOCK TABLE ONLY " + relation + " IN ACCESS EXCLUSIVE MODE NOWAIT",
                relation,
                List.of("UPDATE", "DELETE", "TRUNCATE")));
        attempts.add(new Attempt(
                "CREATE TRIGGER mine AFTER INSERT ON " + relation
                        + " FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                relation,
                List.of("TRIGGER")));
        for (var change : List.of(
                "ALTER TABLE %s ADD COLUMN mine integer",
                "ALTER TABLE %s DISABLE ROW LEVEL SECURITY",
                "ALTER TABLE %s DISABLE TRIGGER ALL",
                "ALTER TABLE %s OWNER TO CURRENT_USER",
                "ALTER TABLE %s RENAME TO mine",
                "ALTER TABLE %s SET SCHEMA pg_temp",
                "CREATE INDEX ON %s ((1))",
                "CREATE POLICY mine ON %s USING (true)",
                "CREATE RULE mine AS ON INSERT TO %s DO INSTEAD NOTHING",
                "CREATE TEMPORARY TABLE mine () INHERITS (%s)",
                "COMMENT ON TABLE %s IS 'mine'",
                "GRANT SELECT ON %s TO PUBLIC",
                "DROP TABLE %s CASCADE")) {
            attempts.add(new Attempt(change.formatted(relation), relation, List.of()));
        }
    }

    private static void onColumn(String column, List<Attempt> attempts) {
        var dot = column.lastIndexOf('.');
        var relation = column.substring(0, dot);
        var name = column.substring(dot + 1);
        attempts.add(new Attempt("SELECT " + name + " FROM " + relation + " LIMIT 0", column, List.of("SELECT")));
        attempts.add(new Attempt(
                "INSERT INTO " + relation + " (" + name + ") SELECT (NULL::" + relation + ")." + name + " WHERE false",
                column,
                List.of("INSERT")));
        attempts.add(new Attempt(
                "UPDATE " + relation + " SET " + name + " = DEFAULT WHERE false", column, List.of("UPDATE")));
        attempts.add(new Attempt("COPY " + relation + " (" + name + ") TO PROGRAM 'true'", column, List.of()));
    }

    private List<String> outcome(Connection connection, Attacker attacker, Attempt attempt) throws SQLException {
        var object = attempt.object();
        var dot = object.lastIndexOf('.');
        var granted = rights.allow(attacker.role(), attempt.privileges(), object)
                // A right on a table is one on each of its columns.
                || (object.indexOf('.') != dot
                        && rights.allow(attacker.role(), attempt.privileges(), object.substring(0, dot)));
        var reached = !object.startsWith("satchel.") || rights.allow(attacker.role(), List.of("USAGE"), "satchel");
        return outcome(connection, attacker, attempt.sql(), granted && reached);
    }

    private List<String> outcome(Connection connection, Attacker attacker, String sql, boolean allowed)
            throws SQLException {
        tries++;
        String found;
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
            // Who has some right on an object, and none to grant it, is only warned.
            found = statement.getWarnings() == null ? "done" : INSUFFICIENT_PRIVILEGE;
        } catch (SQLException refused) {
            found = refused.getSQLState();
        } finally {
            connection.rollback();
        }
        var asExpected = allowed ? !found.equals(INSUFFICIENT_PRIVILEGE) : isRefusal(found);
        return asExpected ? List.of() : List.of(attacker + ": " + sql + ": " + found);
    }

    // Insufficient privilege, and what a view cannot be asked for at all.
    private static boolean isRefusal(String state) {
        return List.of(INSUFFICIENT_PRIVILEGE, "42809", "55000").contains(state);
    }

    private List<String> roles(Target target, Connection connection, Attacker attacker) throws SQLException {
        var unexpected = new ArrayList<String>();
        for (var role : target.rows("SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%'")) {
            var isMember = role.equals(attacker.login())
                    || switch (attacker.login()) {
                        case "api" ->
                            List.of("anon", "authenticated", "service_role").contains(role);
                        case "worker" -> role.equals("authenticated") || role.startsWith("satchel_");
                        default -> false;
                    };
            unexpected.addAll(outcome(connection, attacker, "SET LOCAL ROLE " + role, isMember));
            unexpected.addAll(outcome(
                    connection, attacker, "SET LOCAL SESSION AUTHORIZATION " + role, role.equals(attacker.login())));
            unexpected.addAll(outcome(connection, attacker, "ALTER ROLE " + role + " CREATEROLE", false));
            // Up to PostgreSQL 14 every login may grant its own role to others, and nothing takes that from it.
            if (!role.equals(attacker.login())) {
                unexpected.addAll(outcome(connection, attacker, "GRANT " + role + " TO stranger", false));
            }
        }
        return unexpected;
    }
}
