package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

/**
 * Who may do what to whose row: every way of writing a statement, for every kind of caller.
 *
 * <p>A cell holds the number of rows reached, or how the server refuses: {@code denied} is 42501 for want of a grant,
 * {@code policy} is 42501 from row security, {@code 0A000} is COPY FROM into a table whose row security binds the
 * caller. The tables were written from the promises made to the application, not from a database.
 *
 * <p>Amelia calls and Bruno is the other user; both have a row. Rows are inserted for, and moved to, Dora, who has none,
 * so that no cell is decided by a unique index. Whoever inserts their own row is Dora.
 *
 * <p>A statement that reads a column, be it in its WHERE, is bound by the policy for SELECT too, which hides a hole in its
 * own. The blind verbs read none; they go for all rows, which are others' where Dora calls.
 */
class IsolationMatrixIT {

    private static final String AS_GRANTED = """
            user_api_keys                 | SELECT LOCK   COPY_TO INSERT INSERT_RETURNING COPY_FROM UPSERT UPDATE UPDATE_RETURNING DELETE DELETE_RETURNING UPDATE_BLIND DELETE_BLIND
            anon                          | denied denied denied  denied denied           denied    denied denied denied           denied denied           denied       denied
            user, own row                 | 1      denied 1       denied denied           denied    denied denied denied           1      1                denied       1
            user, another's row           | 0      denied 0       denied denied           denied    denied denied denied           0      0                denied       0
            user, moving own row          | -      -      -       -      -                -         denied denied denied           -      -                denied       -
            no claims                     | 0      denied 0       denied denied           denied    denied denied denied           0      0                denied       0
            '' claims                     | 0      denied 0       denied denied           denied    denied denied denied           0      0                denied       0
            malformed claims              | 0      denied 0       denied denied           denied    denied denied denied           0      0                denied       0
            service_role                  | 0      0      0       policy policy           0A000     policy 0      0                0      0                0            0
            service_role, BYPASSRLS       | 1      1      1       1      1                1         1      1      1                1      1                2            2
            runtime                       | denied denied denied  denied denied           denied    denied denied denied           denied denied           denied       denied
            exports                       | denied denied denied  denied denied           denied    denied denied denied           denied denied           denied       denied
            vault                         | denied denied denied  denied denied           denied    denied denied denied           denied denied           denied       denied
            rotation                      | denied denied denied  denied denied           denied    denied denied denied           denied denied           denied       denied
            runtime, moving a row         | -      -      -       -      -                -         denied denied denied           -      -                denied       -
            runtime as user, own row      | 1      denied 1       denied denied           denied    denied denied denied           1      1                denied       1
            runtime as user, another's    | 0      denied 0       denied denied           denied    denied denied denied           0      0                denied       0
            runtime as user, moving       | -      -      -       -      -                -         denied denied denied           -      -                denied       -

            user_progress                 | SELECT LOCK   COPY_TO INSERT INSERT_RETURNING COPY_FROM UPSERT UPDATE UPDATE_RETURNING DELETE DELETE_RETURNING UPDATE_BLIND DELETE_BLIND
            anon                          | denied denied denied  denied denied           denied    denied denied denied           denied denied           denied       denied
            user, own row                 | 1      denied 1       denied denied           denied    denied denied denied           denied denied           denied       denied
            user, another's row           | 0      denied 0       denied denied           denied    denied denied denied           denied denied           denied       denied
            user, moving own row          | -      -      -       -      -                -         denied denied denied           -      -                denied       -
            no claims                     | 0      denied 0       denied denied           denied    denied denied denied           denied denied           denied       denied
            '' claims                     | 0      denied 0       denied denied           denied    denied denied denied           denied denied           denied       denied
            malformed claims              | 0      denied 0       denied denied           denied    denied denied denied           denied denied           denied       denied
            service_role                  | 0      0      0       policy policy           0A000     policy 0      0                0      0                0            0
            service_role, BYPASSRLS       | 1      1      1       1      1                1         1      1      1                1      1                2            2
            runtime                       | 1      denied 1       denied denied           denied    denied denied denied           denied denied           denied       denied
            exports                       | 1      denied 1       denied denied           denied    denied denied denied           denied denied           denied       denied
            vault                         | denied denied denied  denied denied           denied    denied denied denied           denied denied           denied       denied
            rotation                      | denied denied denied  denied denied           denied    denied denied denied           denied denied           denied       denied
            runtime, moving a row         | -      -      -       -      -                -         denied denied denied           -      -                denied       -
            runtime as user, own row      | 1      denied 1       denied denied           denied    denied denied denied           denied denied           denied       denied
            runtime as user, another's    | 0      denied 0       denied denied           denied    denied denied denied           denied denied           denied       denied
            runtime as user, moving       | -      -      -       -      -                -         denied denied denied           -      -                denied       -

            export_history                | SELECT LOCK   COPY_TO INSERT INSERT_RETURNING COPY_FROM UPSERT UPDATE UPDATE_RETURNING DELETE DELETE_RETURNING UPDATE_BLIND DELETE_BLIND
            anon                          | denied denied denied  denied denied           denied    denied denied denied           denied denied           denied       denied
            user, own row                 | 1      1      1       1      1                0A000     denied denied denied           1      1                denied       1
            user, another's row           | 0      0      0       policy policy           0A000     denied denied denied           0      0                denied       0
            user, moving own row          | -      -      -       -      -                -         denied denied denied           -      -                denied       -
            no claims                     | 0      0      0       policy policy           0A000     denied denied denied           0      0                denied       0
            '' claims                     | 0      0      0       policy policy           0A000     denied denied denied           0      0                denied       0
            malformed claims              | 0      0      0       policy policy           0A000     denied denied denied           0      0                denied       0
            service_role                  | 0      0      0       policy policy           0A000     policy 0      0                0      0                0            0
            service_role, BYPASSRLS       | 1      1      1       1      1                1         1      1      1                1      1                2            2
            runtime                       | 1      1      1       1      1                0A000     denied denied denied           denied denied           denied       denied
            exports                       | 1      1      1       1      1                0A000     denied denied denied           denied denied           denied       denied
            vault                         | denied denied denied  denied denied           denied    denied denied denied           denied denied           denied       denied
            rotation                      | denied denied denied  denied denied           denied    denied denied denied           denied denied           denied       denied
            runtime, moving a row         | -      -      -       -      -                -         denied denied denied           -      -                denied       -
            runtime as user, own row      | 1      1      1       1      1                0A000     denied denied denied           1      1                denied       1
            runtime as user, another's    | 0      0      0       policy policy           0A000     denied denied denied           0      0                denied       0
            runtime as user, moving       | -      -      -       -      -                -         denied denied denied           -      -                denied       -
            """;

    // With every verb granted only the policies are left, and they are the same for the three tables.
    private static final String WITH_EVERY_VERB_GRANTED = """
            %s                            | SELECT LOCK   COPY_TO INSERT INSERT_RETURNING COPY_FROM UPSERT UPDATE UPDATE_RETURNING DELETE DELETE_RETURNING UPDATE_BLIND DELETE_BLIND
            anon                          | 0      0      0       policy policy           0A000     policy 0      0                0      0                0            0
            user, own row                 | 1      1      1       1      1                0A000     1      1      1                1      1                1            1
            user, another's row           | 0      0      0       policy policy           0A000     policy 0      0                0      0                0            0
            user, moving own row          | -      -      -       -      -                -         policy policy policy           -      -                policy       -
            no claims                     | 0      0      0       policy policy           0A000     policy 0      0                0      0                0            0
            '' claims                     | 0      0      0       policy policy           0A000     policy 0      0                0      0                0            0
            malformed claims              | 0      0      0       policy policy           0A000     policy 0      0                0      0                0            0
            service_role                  | 0      0      0       policy policy           0A000     policy 0      0                0      0                0            0
            service_role, BYPASSRLS       | 1      1      1       1      1                1         1      1      1                1      1                2            2
            runtime as user, own row      | 1      1      1       1      1                0A000     1      1      1                1      1                1            1
            runtime as user, another's    | 0      0      0       policy policy           0A000     policy 0      0                0      0                0            0
            runtime as user, moving       | -      -      -       -      -                -         policy policy policy           -      -                policy       -
            """;

    private static final String AUTHENTICATOR =
            "satchel_authenticator_" + UUID.randomUUID().toString().substring(0, 8);
    private static final String PASSWORD = UUID.randomUUID().toString();

    private static SampleDatabase database;
    private static UUID amelia;
    private static UUID bruno;
    private static UUID dora;

    @BeforeAll
    static void addUsersAndTheLoginOfTheApi() throws SQLException {
        database = SampleDatabase.create();
        try (var owner = Session.open(database.ownerDataSource())) {
            amelia = owner.addUser();
            bruno = owner.addUser();
            dora = owner.addUser();
            // Dora has no row yet in any of the tables.
            owner.run("DELETE FROM public.user_progress WHERE user_id = ?", dora);
            for (var user : List.of(amelia, bruno)) {
                owner.run("INSERT INTO public.user_api_keys (user_id) VALUES (?)", user);
                owner.run(
                        "INSERT INTO public.export_history (user_id, export_type, export_format) VALUES (?, 'all', 'csv')",
                        user);
            }
        }
        try (var superuser = Session.open(database.superuserDataSource())) {
            superuser.run("CREATE ROLE " + AUTHENTICATOR + " LOGIN NOINHERIT PASSWORD '" + PASSWORD + "'");
            superuser.run("GRANT anon, authenticated, service_role TO " + AUTHENTICATOR);
        }
    }

    @AfterAll
    static void close() throws SQLException {
        try (var superuser = Session.open(database.superuserDataSource())) {
            superuser.run("DROP ROLE " + AUTHENTICATOR);
        }
        database.close();
    }

    static List<Cell> asGranted() {
        return Cell.read(AS_GRANTED);
    }

    static List<Cell> withEveryVerbGranted() {
        return Stream.of("user_api_keys", "user_progress", "export_history")
                .flatMap(table -> Cell.read(WITH_EVERY_VERB_GRANTED.formatted(table)).stream())
                .toList();
    }

    @Test
    void theMatrixIsWhole() {
        assertThat(asGranted()).doesNotHaveDuplicates().hasSize(3 * (14 * 13 + 4 + 4 + 4));
        assertThat(withEveryVerbGranted()).doesNotHaveDuplicates().hasSize(3 * (10 * 13 + 4 + 4));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("asGranted")
    void grantsAndPoliciesTogether(Cell cell) throws SQLException, IOException {
        // Whether service_role bypasses row security differs between servers; each cell says which it means.
        var source = switch (cell.caller.login) {
            case RUNTIME -> database.workerDataSource();
            case PART -> database.dataSourceOf("satchel_" + cell.caller.label);
            case API -> database.dataSource(AUTHENTICATOR, PASSWORD);
            case ALTERED_API -> database.superuserDataSource();
        };
        try (var connection = source.getConnection()) {
            connection.setAutoCommit(false);
            if (cell.caller.login == Login.ALTERED_API) {
                alterServiceRole(connection, cell.caller);
                execute(connection, "SET LOCAL SESSION AUTHORIZATION " + AUTHENTICATOR);
            }

            assertThat(cell.outcome(connection)).as("%s", cell).isEqualTo(cell.expected);

            connection.rollback();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("withEveryVerbGranted")
    void policiesAlone(Cell cell) throws SQLException, IOException {
        try (var connection = database.superuserDataSource().getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "GRANT ALL ON TABLE public." + cell.table + " TO anon, authenticated, service_role");
            alterServiceRole(connection, cell.caller);
            execute(
                    connection,
                    "SET LOCAL SESSION AUTHORIZATION "
                            + (cell.caller.login == Login.RUNTIME ? database.workerUser() : AUTHENTICATOR));

            assertThat(cell.outcome(connection)).as("%s", cell).isEqualTo(cell.expected);

            connection.rollback();
        }
    }

    private static void alterServiceRole(Connection connection, Caller caller) throws SQLException {
        if (caller.login == Login.ALTERED_API) {
            execute(
                    connection,
                    "ALTER ROLE service_role "
                            + (caller == Caller.SERVICE_ROLE_BYPASSING ? "BYPASSRLS" : "NOBYPASSRLS"));
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private enum Login {
        API,
        ALTERED_API,
        RUNTIME,
        PART
    }

    private enum Row {
        OWN,
        ANOTHERS,
        MOVING
    }

    private enum Caller {
        ANON("anon", Login.API, "anon", null, Row.ANOTHERS),
        USER_OWN("user, own row", Login.API, "authenticated", "user", Row.OWN),
        USER_ANOTHERS("user, another's row", Login.API, "authenticated", "user", Row.ANOTHERS),
        USER_MOVING("user, moving own row", Login.API, "authenticated", "user", Row.MOVING),
        NO_CLAIMS("no claims", Login.API, "authenticated", null, Row.ANOTHERS),
        EMPTY_CLAIMS("'' claims", Login.API, "authenticated", "", Row.ANOTHERS),
        MALFORMED_CLAIMS("malformed claims", Login.API, "authenticated", "{\"sub\": \"ame", Row.ANOTHERS),
        SERVICE_ROLE("service_role", Login.ALTERED_API, "service_role", null, Row.ANOTHERS),
        SERVICE_ROLE_BYPASSING("service_role, BYPASSRLS", Login.ALTERED_API, "service_role", null, Row.ANOTHERS),
        RUNTIME("runtime", Login.RUNTIME, null, null, Row.ANOTHERS),
        EXPORTS("exports", Login.PART, null, null, Row.ANOTHERS),
        VAULT("vault", Login.PART, null, null, Row.ANOTHERS),
        ROTATION("rotation", Login.PART, null, null, Row.ANOTHERS),
        RUNTIME_MOVING("runtime, moving a row", Login.RUNTIME, null, null, Row.MOVING),
        RUNTIME_AS_USER_OWN("runtime as user, own row", Login.RUNTIME, "authenticated", "user", Row.OWN),
        RUNTIME_AS_USER_ANOTHERS("runtime as user, another's", Login.RUNTIME, "authenticated", "user", Row.ANOTHERS),
        RUNTIME_AS_USER_MOVING("runtime as user, moving", Login.RUNTIME, "authenticated", "user", Row.MOVING);

        final String label;
        final Login login;
        final String role;
        final String claims;
        final Row row;

        Caller(String label, Login login, String role, String claims, Row row) {
            this.label = label;
            this.login = login;
            this.role = role;
            this.claims = claims;
            this.row = row;
        }

        static Caller labelled(String label) {
            return Arrays.stream(values())
                    .filter(caller -> caller.label.equals(label))
                    .findAny()
                    .orElseThrow(() -> new IllegalArgumentException("nobody is called " + label));
        }

        void become(Connection connection, UUID user) throws SQLException {
            if (claims != null) {
                var sent = claims.equals("user") ? "{\"sub\": \"" + user + "\", \"role\": \"" + role + "\"}" : claims;
                try (var setting = connection.prepareStatement("SELECT set_config('request.jwt.claims', ?, true)")) {
                    setting.setString(1, sent);
                    setting.execute();
                }
            }
            if (role != null) {
                execute(connection, "SET LOCAL ROLE " + role);
            }
        }
    }

    private enum Verb {
        SELECT("SELECT id FROM public.%1$s WHERE user_id = '%4$s'"),
        LOCK("SELECT id FROM public.%1$s WHERE user_id = '%4$s' FOR UPDATE"),
        COPY_TO("COPY public.%1$s (id, user_id) TO STDOUT"),
        INSERT("INSERT INTO public.%1$s (user_id%2$s) VALUES ('%5$s'%3$s)"),
        INSERT_RETURNING("INSERT INTO public.%1$s (user_id%2$s) VALUES ('%5$s'%3$s) RETURNING id"),
        COPY_FROM("COPY public.%1$s (user_id%2$s) FROM STDIN (FORMAT csv, QUOTE '''')"),
        UPSERT("INSERT INTO public.%1$s (user_id%2$s) VALUES ('%4$s'%3$s) ON CONFLICT %7$s DO UPDATE SET %6$s"),
        UPDATE("UPDATE public.%1$s SET %6$s WHERE user_id = '%4$s'"),
        UPDATE_RETURNING("UPDATE public.%1$s SET %6$s WHERE user_id = '%4$s' RETURNING id"),
        DELETE("DELETE FROM public.%1$s WHERE user_id = '%4$s'"),
        DELETE_RETURNING("DELETE FROM public.%1$s WHERE user_id = '%4$s' RETURNING id"),
        UPDATE_BLIND("UPDATE public.%1$s SET %6$s"),
        DELETE_BLIND("DELETE FROM public.%1$s");

        private static final String CONFLICTING_EXPORT =
                "(user_id, export_type, export_format, sha256(decode(replace(coalesce(filters, '{}'::jsonb)::text, '\\', '\\\\'), 'escape')))"
                        + " WHERE status IN ('pending', 'processing')";

        final String sql;

        Verb(String sql) {
            this.sql = sql;
        }

        boolean adds() {
            return this == INSERT || this == INSERT_RETURNING || this == COPY_FROM;
        }

        boolean isBlind() {
            return this == UPDATE_BLIND || this == DELETE_BLIND;
        }

        String on(String table, UUID existing, boolean moves) {
            var isExport = table.equals("export_history");
            return sql.formatted(
                    table,
                    isExport ? ", export_type, export_format" : "",
                    isExport ? ", 'all', 'csv'" : "",
                    existing,
                    dora,
                    moves ? "user_id = '" + dora + "'" : "updated_at = now()",
                    isExport ? CONFLICTING_EXPORT : "(user_id)");
        }
    }

    record Cell(String table, Caller caller, Verb verb, String expected) {

        static List<Cell> read(String matrix) {
            return Stream.of(matrix.split("\n\n"))
                    .flatMap(part -> readTable(part.lines().toList()))
                    .toList();
        }

        private static Stream<Cell> readTable(List<String> lines) {
            var table = lines.get(0).split("\\|")[0].strip();
            var verbs = lines.get(0).split("\\|")[1].strip().split(" +");
            return lines.stream().skip(1).flatMap(line -> {
                var caller = Caller.labelled(line.split("\\|")[0].strip());
                var cells = line.split("\\|")[1].strip().split(" +");
                assertThat(cells).as(line).hasSameSizeAs(verbs);
                return Stream.iterate(0, column -> column < verbs.length, column -> column + 1)
                        .filter(column -> !cells[column].equals("-"))
                        .map(column -> new Cell(table, caller, Verb.valueOf(verbs[column]), cells[column]));
            });
        }

        String outcome(Connection connection) throws SQLException, IOException {
            var callsAsDora = (verb.adds() && caller.row == Row.OWN) || (verb.isBlind() && caller.row == Row.ANOTHERS);
            var user = callsAsDora ? dora : amelia;
            var existing = caller.row == Row.ANOTHERS ? bruno : amelia;
            caller.become(connection, user);
            try {
                return Long.toString(
                        rowsReached(connection, verb.on(table, existing, caller.row == Row.MOVING), existing));
            } catch (PSQLException refusal) {
                return nameOf(refusal);
            }
        }

        private long rowsReached(Connection connection, String sql, UUID existing) throws SQLException, IOException {
            var copies = connection.unwrap(PGConnection.class).getCopyAPI();
            switch (verb) {
                case COPY_TO:
                    // The whole table is asked for; row security decides which lines come.
                    var lines = new ByteArrayOutputStream();
                    copies.copyOut(sql, lines);
                    return lines.toString(StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> line.endsWith(existing.toString()))
                            .count();
                case COPY_FROM:
                    return copies.copyIn(
                            sql, new StringReader(dora + (table.equals("export_history") ? ",all,csv\n" : "\n")));
                default:
                    try (var statement = connection.prepareStatement(sql)) {
                        return statement.execute() ? count(statement) : statement.getUpdateCount();
                    }
            }
        }

        private static long count(PreparedStatement statement) throws SQLException {
            try (var rows = statement.getResultSet()) {
                var count = 0;
                while (rows.next()) {
                    count++;
                }
                return count;
            }
        }

        private static String nameOf(PSQLException refusal) {
            var message =
                    Objects.requireNonNull(refusal.getServerErrorMessage()).getMessage();
            var state = refusal.getSQLState();
            if (state.equals("42501") && message.contains("violates row-level security policy")) {
                return "policy";
            }
            return state.equals("42501") && message.startsWith("permission denied for table") ? "denied" : state;
        }

        @Override
        public String toString() {
            return table + ", " + caller.label + ": " + verb + " gives " + expected;
        }
    }
}
