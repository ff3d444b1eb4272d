package dev.satchel.batchexport.cli.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A database that holds users and nothing else of the application that Satchel was made for. */
class UsersAloneIT {

    private static final String ANA = "aaaaaaaa-0000-4000-8000-000000000001";
    private static final String BO = "bbbbbbbb-0000-4000-8000-000000000002";

    private static final String NO_SESSIONS =
            "progress does not follow sessions: there is no table public.sessions; when"
                    + " this has changed, run: satchel migrate";
    private static final String NO_WORDS = "progress does not follow words: there is no table public.learning_progress;"
            + " when this has changed, run: satchel migrate";

    private static final String SESSIONS = """
            CREATE TABLE public.sessions (
                id                     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
                user_id                uuid REFERENCES %s (id) ON DELETE CASCADE,
                started_at             timestamptz,
                ended_at               timestamptz,
                images_processed       integer,
                descriptions_generated integer,
                qa_attempts            integer,
                qa_correct             integer,
                vocabulary_learned     integer
            );
            INSERT INTO public.sessions (user_id, started_at, ended_at, images_processed, descriptions_generated)
            VALUES ('%s', '2026-01-05 10:00Z', '2026-01-05 10:30Z', 3, 2);
            """;

    private static final String WORDS = """
            CREATE TABLE public.learning_progress (
                id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
                user_id        uuid REFERENCES %s (id) ON DELETE CASCADE,
                learning_phase text
            );
            INSERT INTO public.learning_progress (user_id, learning_phase) VALUES ('%s', 'mastered');
            """;

    @TempDir
    Path folder;

    @AutoClose
    private SampleDatabase database;

    @BeforeEach
    void open() {
        database = SampleDatabase.createEmpty();
    }

    private void users(String table) throws SQLException {
        Schemas.run(database.ownerDataSource(), "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        if (table.startsWith("auth.")) {
            Schemas.run(database.ownerDataSource(), "CREATE SCHEMA IF NOT EXISTS auth");
        }
        Schemas.run(
                database.ownerDataSource(),
                "CREATE TABLE %s (id uuid PRIMARY KEY, email text); INSERT INTO %s VALUES ('%s', 'ana@example.org'), ('%s', 'bo@example.org')"
                        .formatted(table, table, ANA, BO));
    }

    private Result satchel(Map<String, String> settings, String url, String command) {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("DATABASE_URL", url);
        environment.put("SATCHEL_STORE", "file://" + folder.resolve("exports"));
        return Installation.satchel(environment, command.split(" "));
    }

    private Result owner(String command) {
        return satchel(Map.of(), database.ownerUrl(), command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"public.users", "auth.users"})
    void areEnoughToMigrateVerifyAndExport(String table) throws SQLException, IOException {
        users(table);

        assertThat(owner("migrate --dry-run").succeeded())
                .contains("ok      table of users: " + table, NO_SESSIONS, NO_WORDS);
        assertThat(owner("migrate").succeeded()).contains(NO_SESSIONS, NO_WORDS, "counted the progress of 2 users");
        assertThat(owner("migrate").succeeded()).contains("nothing to do: the schema is at version ", NO_SESSIONS);
        assertThat(owner("migrate --dry-run").succeeded())
                .contains("ok      contract: the schema is what the migrations make");
        assertThat(owner("verify").succeeded())
                .contains(
                        "ok      table of users: " + table,
                        "notice  progress of sessions: " + NO_SESSIONS,
                        "notice  progress of words: " + NO_WORDS,
                        " 0 failed");
        assertThat(Schemas.value(
                        database.ownerDataSource(),
                        "SELECT string_agg(DISTINCT confrelid::regclass::text, ', ') FROM pg_constraint WHERE contype ="
                                + " 'f' AND conname LIKE '%user_id_fkey' AND connamespace = 'public'::regnamespace"))
                .isEqualTo(table.equals("public.users") ? "users" : table);

        database.ensureWorker();
        Schemas.run(
                database.ownerDataSource(),
                "GRANT USAGE ON SCHEMA public TO authenticated; GRANT SELECT ON " + table + " TO authenticated");
        Files.createDirectories(folder.resolve("exports"));
        satchel(Map.of(), database.workerUrl(), "store init").succeeded();
        satchel(Map.of(), database.workerUrl(), "export request --user " + ANA + " --type all --format json")
                .succeeded();
        assertThat(satchel(Map.of(), database.workerUrl(), "export run").succeeded())
                .startsWith("delivered 1 ");
    }

    @ParameterizedTest
    @CsvSource({"'', public.users", "public.users, public.users", "auth.users, auth.users"})
    void areWhereTheSettingSaysWhereBothTablesExist(String named, String table) throws SQLException {
        users("public.users");
        users("auth.users");
        Map<String, String> settings = named.isEmpty() ? Map.of() : Map.of("SATCHEL_USERS_TABLE", named);

        assertThat(satchel(settings, database.ownerUrl(), "migrate --dry-run").succeeded())
                .contains((named.isEmpty() ? "notice  table of users: " : "ok      table of users: ") + table);
        satchel(settings, database.ownerUrl(), "migrate").succeeded();

        assertThat(owner("verify").succeeded()).contains("ok      table of users: " + table, " 0 failed");
        var other = table.equals("public.users") ? "auth.users" : "public.users";
        assertThat(satchel(Map.of("SATCHEL_USERS_TABLE", other), database.ownerUrl(), "verify")
                        .succeeded())
                .contains("warning table of users: " + table + ", as the first migration decided, and not " + other);
        assertThat(satchel(Map.of("SATCHEL_USERS_TABLE", "app.accounts"), database.ownerUrl(), "migrate"))
                .isEqualTo(new Result(
                        2,
                        "",
                        "satchel: SATCHEL_USERS_TABLE must be one of public.users, auth.users, was 'app.accounts'"
                                + System.lineSeparator()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"public.users", "auth.users"})
    void areCountedOnceSessionsAndWordsAppear(String table) throws SQLException {
        users(table);
        owner("migrate").succeeded();
        Schemas.run(database.ownerDataSource(), SESSIONS.formatted(table, ANA));

        Result verified = owner("verify --quiet");
        assertThat(verified.exit()).isEqualTo(1);
        assertThat(verified.out())
                .contains("FAILED  trigger trigger_update_user_progress_from_session_insert on public.sessions");
        assertThat(owner("migrate --dry-run").succeeded())
                .contains(
                        "notice  trigger trigger_update_user_progress_from_session_insert on public.sessions: would be"
                                + " restored: ");
        assertThat(owner("migrate").succeeded())
                .contains(
                        "restored trigger trigger_update_user_progress_from_session_insert on public.sessions",
                        "counted the progress of 2 users",
                        NO_WORDS)
                .doesNotContain(NO_SESSIONS);
        Schemas.run(database.ownerDataSource(), WORDS.formatted(table, ANA));
        assertThat(owner("migrate").succeeded())
                .contains("restored trigger trigger_update_user_progress_from_words_insert on public.learning_progress")
                .doesNotContain("progress does not follow");

        assertThat(owner("verify").succeeded()).contains(" 0 failed");
        assertThat(Schemas.rows(database.ownerDataSource(), """
                        SELECT concat_ws(' ', total_sessions, total_images, total_descriptions, mastered_words_count)
                          FROM public.user_progress
                         ORDER BY user_id
                        """)).containsExactly("1 3 2 1", "0 0 0 0");
        Schemas.run(
                database.ownerDataSource(),
                "INSERT INTO public.sessions (user_id, started_at, ended_at) VALUES ('%s', now(), now())"
                        .formatted(BO));
        assertThat(Schemas.rows(
                        database.ownerDataSource(), "SELECT total_sessions FROM public.user_progress ORDER BY user_id"))
                .containsExactly("1", "1");
    }

    @Test
    void mustHaveAUuid() throws SQLException {
        Schemas.run(
                database.ownerDataSource(),
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE TABLE public.users (id bigint PRIMARY KEY)");

        assertThat(owner("migrate").err())
                .contains(
                        "public.users with id as bigint: the type of a user's id is fixed by the specification: uuid");
        Result verified = owner("verify --quiet");
        assertThat(verified.exit()).isEqualTo(1);
        assertThat(verified.out()).contains("fixed by the specification: uuid");
        assertThat(owner("migrate --dry-run").exit()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CREATE VIEW public.users AS SELECT 1 AS id | to which no foreign key can refer",
                "CREATE TABLE public.users (email text) | which has no column id",
                "CREATE TABLE public.users (id bigint PRIMARY KEY) | uuid",
                "CREATE TABLE public.users (id uuid) | to which foreign keys could refer"
            })
    void mayBeTheOtherTable(String instead, String refusal) throws SQLException {
        users("auth.users");
        Schemas.run(database.ownerDataSource(), instead);

        assertThat(owner("migrate").err())
                .contains(refusal + "; where the other table holds the users, name it in SATCHEL_USERS_TABLE");
    }

    @Test
    void mustBeThere() throws SQLException {
        Schemas.run(database.ownerDataSource(), "REVOKE CREATE ON SCHEMA public FROM PUBLIC");

        assertThat(owner("migrate").err())
                .contains(
                        "table of users: expected public.users or auth.users, with a unique column id of the type uuid,"
                                + " found neither");
    }

    @Test
    void aUserIdOfAnotherTypeIsNamedAndItsTableNotDrafted() throws SQLException {
        users("public.users");
        owner("migrate").succeeded();
        Schemas.run(database.ownerDataSource(), """
                CREATE TABLE public.points (id uuid PRIMARY KEY, user_id text NOT NULL, points integer);
                CREATE TABLE public.visits (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES public.users (id));
                CREATE TABLE public.sessions (id uuid PRIMARY KEY, user_id bigint NOT NULL, agent text);
                """);

        assertThat(owner("datasets propose").succeeded())
                .contains(
                        "- name: visits",
                        "# public.sessions.user_id (bigint) leads to users, but the type of a user's id is fixed by the"
                                + " specification: uuid.\n  - {name: sessions, remove: true}",
                        "# public.points.user_id (text) leads to users, but the type of a user's id is fixed by the"
                                + " specification: uuid. The table is not drafted.")
                .doesNotContain("- name: points");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pk bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL UNIQUE",
                "pk bigint DEFAULT 1, id uuid UNIQUE, PRIMARY KEY (pk, id)"
            })
    void mayHaveAnotherPrimaryKey(String columns) throws SQLException, IOException {
        Schemas.run(
                database.ownerDataSource(),
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE TABLE public.users (" + columns
                        + ", email text UNIQUE)");
        owner("migrate").succeeded();
        Schemas.run(
                database.ownerDataSource(),
                "CREATE TABLE public.todo (id int PRIMARY KEY, owner text REFERENCES public.users (email));"
                        + " CREATE INDEX ON public.todo (owner)");
        Path file = folder.resolve("datasets.yaml");
        Files.writeString(file, owner("datasets propose").succeeded());

        assertThat(Files.readString(file)).contains("table: public.users\n    owner: id\n", "- name: todo");
        assertThat(satchel(Map.of("SATCHEL_DATASETS", file.toString()), database.ownerUrl(), "datasets check")
                        .out()
                        .lines())
                .allMatch(line -> line.matches("(not_readable|row_security_off) +(profile|todo): .*|.* findings"));
    }

    @Test
    void ownTablesWithTheNameOfABuiltInDatasetByAnotherColumn() throws SQLException, IOException {
        users("public.users");
        owner("migrate").succeeded();
        Schemas.run(database.ownerDataSource(), """
                CREATE TABLE public.sessions (
                    id             uuid PRIMARY KEY,
                    "userId"       uuid NOT NULL REFERENCES public.users (id),
                    expires        timestamptz NOT NULL,
                    "sessionToken" text NOT NULL
                );
                CREATE INDEX ON public.sessions ("userId");
                CREATE TABLE public.learning_analytics (id uuid PRIMARY KEY, day date);
                CREATE TABLE public."of\nall" (id int PRIMARY KEY, who uuid REFERENCES public.users (id));
                CREATE TABLE public.invoices (
                    id         int PRIMARY KEY,
                    customer   int NOT NULL REFERENCES public."of\nall" (id) ON DELETE CASCADE,
                    created_by uuid REFERENCES public.users (id) ON DELETE SET NULL
                );
                CREATE INDEX ON public."of\nall" (who);
                CREATE INDEX ON public.invoices (created_by);
                """);
        Path file = folder.resolve("datasets.yaml");
        Files.writeString(file, owner("datasets propose").succeeded());

        assertThat(Files.readString(file))
                .contains(
                        "table: public.sessions\n    owner: userId\n",
                        "    # customer leads to users too, over public.of all (the row is deleted with it), and is not"
                                + " followed.\n    owner: created_by\n",
                        "# Nothing in public.learning_analytics leads to a user.\n  - {name: analytics, remove: true}");
        assertThat(satchel(Map.of("SATCHEL_DATASETS", file.toString()), database.ownerUrl(), "datasets check")
                        .out()
                        .lines())
                .allMatch(line -> line.matches("(not_readable|row_security_off) +(profile|sessions|of_all|invoices): .*"
                        + "|all\" .*|.* findings"));
    }

    // What 'datasets check' says of the built-in datasets is that their tables are absent, and nothing worse.
    @Test
    void getADraftThatRemovesTheDatasetsOfTheLearningTables() throws SQLException, IOException {
        users("public.users");
        owner("migrate").succeeded();
        assertThat(owner("datasets check").exit()).isEqualTo(1);
        Path file = folder.resolve("datasets.yaml");
        Files.writeString(file, owner("datasets propose").succeeded());

        Result checked = satchel(Map.of("SATCHEL_DATASETS", file.toString()), database.ownerUrl(), "datasets check");

        assertThat(Files.readString(file)).contains("{name: sessions, remove: true}");
        assertThat((checked.out() + checked.err()).lines())
                .allMatch(line -> line.matches("(not_readable|row_security_off) +profile: .*|3 findings"));
    }

    @Test
    void ofAShopAreServedWithoutTheLearningTables() throws SQLException, IOException {
        Schemas.run(database.ownerDataSource(), Schemas.resource("/dev/satchel/db/platform/V000__platform.sql"));
        users("public.users");
        Schemas.run(
                database.ownerDataSource(),
                "DELETE FROM public.users; ALTER TABLE public.users ALTER email TYPE varchar(255), ADD username text");
        try (InputStream sql = Installation.class.getResourceAsStream("datasets/shop.sql")) {
            Schemas.run(database.ownerDataSource(), new String(sql.readAllBytes(), StandardCharsets.UTF_8));
        }
        owner("migrate").succeeded();
        database.ensureWorker();
        Schemas.run(
                database.ownerDataSource(),
                "GRANT SELECT ON ALL TABLES IN SCHEMA public TO authenticated;"
                        + " ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;"
                        + " CREATE POLICY own ON public.users FOR SELECT TO authenticated USING (id = auth.uid())");
        Path file = folder.resolve("shop.yaml");
        Files.writeString(file, owner("datasets propose").succeeded());
        var settings = Map.of("SATCHEL_DATASETS", file.toString());

        Result checked = satchel(settings, database.ownerUrl(), "datasets check");
        assertThat(checked.succeeded()).isEqualTo("0 findings");
        Files.createDirectories(folder.resolve("exports"));
        satchel(settings, database.workerUrl(), "store init").succeeded();
        for (String format : List.of("json", "csv")) {
            satchel(settings, database.workerUrl(), "export request --user " + ANA + " --type all --format " + format)
                    .succeeded();
        }
        assertThat(satchel(settings, database.workerUrl(), "export run").succeeded())
                .startsWith("delivered 2 ");
        Path json;
        try (Stream<Path> files = Files.walk(folder.resolve("exports"))) {
            json = files.filter(path -> path.toString().endsWith(".json"))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(Files.readString(json))
                .contains("ana address 1", "ana order 3", "ana wish 3", "ana review")
                .doesNotContain("SECRET", "bo@", "bo review");
    }
}
