package dev.satchel.batchexport.attack;

import dev.satchel.batchexport.schema.Platform;
import dev.satchel.batchexport.schema.PostgresServer;
import dev.satchel.batchexport.schema.migrate.Backfill;
import dev.satchel.batchexport.schema.migrate.Migration;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A migrated database with learners, keys and exports, on a server of its own, and those who attack it. */
final class Target implements AutoCloseable {

    static final String DATABASE = "project";
    static final String OWNER = "migrator";
    static final String SUPERUSER = "postgres";

    /** In the form that a row of keys takes, and nothing that opens. */
    static final String SEALED_KEY = "dk1.5a7c4e10-0000-4000-8000-000000000001." + "A".repeat(84);

    private static final String LOGINS = """
            CREATE ROLE api LOGIN NOINHERIT;
            GRANT anon, authenticated, service_role TO api;
            CREATE ROLE worker LOGIN IN ROLE satchel_runtime;
            CREATE ROLE stranger LOGIN;
            -- A backend of the application with rights on all of its tables, and none on Satchel's.
            CREATE ROLE backend LOGIN BYPASSRLS;
            ALTER ROLE service_role BYPASSRLS;
            """;

    private static final String RIGHTS = """
            GRANT USAGE ON SCHEMA public TO stranger, backend;
            GRANT SELECT, INSERT, UPDATE, DELETE ON public.users, public.sessions, public.learning_progress TO backend
            """;

    // Each attempt is made on all rows that its role sees, and there are thousands of attempts.
    private static final String FEW_USERS = """
            DELETE FROM public.users
             WHERE id NOT IN (SELECT user_id
                                FROM public.sessions
                               WHERE user_id IN (SELECT user_id FROM public.learning_progress)
                               GROUP BY user_id
                               ORDER BY count(*), user_id
                               LIMIT 2);
            DELETE FROM public.vocabulary_items
             WHERE id NOT IN (SELECT vocabulary_item_id FROM public.learning_progress ORDER BY 1 LIMIT 3);
            DELETE FROM public.sessions WHERE user_id IS NULL;
            """;

    private static final String ROWS = """
            INSERT INTO public.user_api_keys (user_id, openai_api_key)
            SELECT id, '%s' FROM public.users;
            INSERT INTO satchel.data_key (id, user_id, provider, kek_id, wrapped)
            SELECT gen_random_uuid(), id, 'openai', 'kek', decode(repeat('00', 32), 'hex') FROM public.users;
            INSERT INTO public.export_history (user_id, export_type, export_format)
            SELECT id, 'all', 'csv' FROM public.users;
            """.formatted(SEALED_KEY);

    private final PostgresServer server;

    private Target(PostgresServer server) {
        this.server = server;
    }

    static Target on(PostgresServer.Version version) throws SQLException, IOException {
        var target = new Target(version.start());
        try {
            var owner = Platform.PLAIN.prepare(target.server);
            target.server.runFile(OWNER, DATABASE, "/db/sample/learners.sql");
            target.run(OWNER, FEW_USERS);
            new Migration(owner).migrate();
            new Backfill(owner).run(waiting -> {});
            target.run(SUPERUSER, LOGINS);
            target.run(OWNER, RIGHTS);
            target.run(OWNER, ROWS);
            return target;
        } catch (SQLException | IOException | RuntimeException failure) {
            target.close();
            throw failure;
        }
    }

    /**
     * Somebody who may log in.
     *
     * @param role which the login becomes, or the login itself
     */
    record Attacker(String login, String role) {

        @Override
        public String toString() {
            return login.equals(role) ? login : login + " as " + role;
        }
    }

    static List<Attacker> attackers() {
        return List.of(
                new Attacker("api", "anon"),
                new Attacker("api", "authenticated"),
                new Attacker("api", "service_role"),
                new Attacker("worker", "worker"),
                new Attacker("worker", "authenticated"),
                new Attacker("backend", "backend"),
                new Attacker("stranger", "stranger"));
    }

    /** A user with sessions, words, keys and exports. */
    String user() throws SQLException {
        return rows("SELECT user_id FROM public.sessions WHERE user_id IN (SELECT user_id FROM public.learning_progress) ORDER BY user_id LIMIT 1")
                .get(0);
    }

    /** A connection of the attacker's, who speaks for the user where the role is that of users. */
    Connection connect(Attacker attacker) throws SQLException {
        var connection = server.login(attacker.login(), DATABASE).getConnection();
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT set_config('request.jwt.claims', '{\"sub\": \"%s\"}', false)".formatted(user()));
            if (!attacker.role().equals(attacker.login())) {
                statement.execute("SET ROLE " + attacker.role());
            }
        }
        connection.setAutoCommit(false);
        return connection;
    }

    void run(String login, String sql) throws SQLException {
        server.run(login, DATABASE, sql);
    }

    /** The first column of each row, read as the superuser. */
    List<String> rows(String sql) throws SQLException {
        try (var connection = server.login(SUPERUSER, DATABASE).getConnection();
                var statement = connection.createStatement()) {
            // Names come with their schema.
            statement.execute("SET search_path = pg_catalog, pg_temp");
            try (var result = statement.executeQuery(sql)) {
                var rows = new ArrayList<String>();
                while (result.next()) {
                    rows.add(result.getString(1));
                }
                return rows;
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
