package dev.satchel.batchexport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.migrations.SampleDatabase;
import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever text a command meets, it shows all of it, and lets it neither control the terminal nor forge a line. */
class HostileTextIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";
    private static final String EXPORT = "22222222-2222-4222-8222-222222222222";

    private static final String FORGED = "satchel: forged";

    /** Clears the screen, turns the direction, hides itself, overwrites its line and begins others. */
    private static final String EVIL = "evil\u001B[2J\u009B31m\u007F\u0007\u202E\u2066\u200B\uFEFF\u2028" + FORGED
            + "\r\n" + FORGED + "\r" + FORGED;

    /** The same in as many bytes as a name may have. */
    private static final String NAME = "e\u001B[2J\u009B\u202E\uFEFF\r\n" + FORGED;

    private static final String SHORT = "\u001Bc\u009B\u202E\r\nforged";

    @TempDir
    Path folder;

    @AutoClose
    private SampleDatabase database;

    @BeforeEach
    void open() {
        database = SampleDatabase.createWithLearners();
    }

    @Test
    void exportsOfAnotherProgram() throws SQLException {
        superuser("INSERT INTO export_history"
                + " (id, user_id, export_type, export_format, status, error_message, filters, data) VALUES ('" + EXPORT
                + "', '" + LEARNER + "', " + literal(NAME) + ", " + literal(SHORT) + ", 'failed', " + literal(EVIL)
                + ", " + json() + ", " + json() + ")");

        isHarmless(worker("export", "list"), 0);
        isHarmless(worker("export", "show", EXPORT), 0);
        JsonNode listed = json(worker("export", "list", "--json")).get(0);
        JsonNode shown = json(worker("export", "show", EXPORT, "--json"));

        for (JsonNode entry : List.of(listed, shown)) {
            assertThat(entry.get("export_type").stringValue()).isEqualTo(NAME);
            assertThat(entry.get("export_format").stringValue()).isEqualTo(SHORT);
            assertThat(Stream.of("/error_message", "/filters/evil", "/data/evil")
                            .map(field -> entry.at(field).stringValue()))
                    .containsOnly(EVIL);
        }
    }

    @Test
    void namesOfKeyEncryptionKeys() throws SQLException {
        worker("keys", "init").succeeded();
        set("openai", "sk-proj-hostilehostile0123456789").succeeded();
        set("unsplash", "hostile-hostile-0123456789").succeeded();
        superuser("UPDATE satchel.data_key SET kek_id = " + literal(EVIL) + " WHERE provider = 'openai'");

        isHarmless(worker("keys", "list", "--user", LEARNER), 1);
        isHarmless(worker("keys", "rotate", "--dry-run"), 0);
        isHarmless(worker("keys", "rotate"), 1);
        isHarmless(worker("keys", "validate", "--user", LEARNER), 1);
        worker("keys", "remove", "--user", LEARNER, "--provider", "unsplash").succeeded();
        isHarmless(worker("keys", "rotate"), 1);
        isHarmless(set("unsplash", "hostile-hostile-0123456789"), 1);
        worker("keys", "remove", "--user", LEARNER, "--provider", "openai").succeeded();
        isHarmless(set("openai", "sk-proj-hostilehostile0123456789"), 0);
        json(worker("keys", "list", "--user", LEARNER, "--json"));
    }

    @Test
    void namesOfTablesAndPolicies() throws SQLException {
        superuser("CREATE TABLE public." + identifier() + " (id uuid PRIMARY KEY,"
                + " user_id uuid REFERENCES public.users (id), " + identifier() + " text)");
        superuser("CREATE POLICY " + identifier() + " ON public.export_history TO authenticated USING (true)");
        superuser("CREATE VIEW public.\"view " + NAME + "\" AS SELECT id FROM public.export_history");

        isHarmless(owner("verify"), 1);
        isHarmless(owner("types", "typescript"), 0);
        isHarmless(owner("diagram"), 0);
        isHarmless(owner("migrate", "--dry-run"), 1);
        Result rolledBack = owner("rollback");
        isHarmless(rolledBack, 1);
        assertThat(rolledBack.err().lines().skip(1)).allMatch(line -> line.startsWith("  "));
        assertThat(json(owner("verify", "--json"))
                        .valueStream()
                        .map(check -> check.get("subject").stringValue()
                                + check.get("found").stringValue()))
                .anyMatch(check -> check.contains(NAME));
    }

    @Test
    void columnsOfATableInTheWay() throws SQLException {
        try (SampleDatabase unmigrated = SampleDatabase.createUnmigrated()) {
            execute(
                    unmigrated.ownerDataSource().getConnection(),
                    "CREATE TABLE public.export_history (" + identifier() + " text)");
            Map<String, String> environment = Map.of("DATABASE_URL", unmigrated.ownerUrl());

            isHarmless(Installation.satchel(environment, "migrate"), 1);
            isHarmless(Installation.satchel(environment, "migrate", "--dry-run"), 1);
        }
    }

    @Test
    void aRoleThatLacksRights() throws SQLException {
        superuser("CREATE ROLE " + identifier() + " LOGIN PASSWORD 'evil'");
        try {
            Map<String, String> environment = environment();
            environment.put(
                    "DATABASE_URL",
                    database.ownerUrl()
                            .replaceFirst("//[^@]+@", "//" + encoded(NAME).replace("$", "\\$") + ":evil@"));

            for (List<String> command : List.of(
                    List.of("export", "list"),
                    List.of("migrate"),
                    List.of("migrate", "--dry-run"),
                    List.of("verify"),
                    List.of("rollback"))) {
                // No login is tried with such a name.
                isHarmless(Installation.satchel(environment, command.toArray(String[]::new)), 2);
            }
        } finally {
            superuser("DROP ROLE " + identifier());
        }
    }

    @Test
    void whatTheServerSays() {
        Map<String, String> environment = environment();
        environment.put("DATABASE_URL", database.ownerUrl() + encoded(NAME));

        for (List<String> command :
                List.of(List.of("export", "list"), List.of("export", "list", "--stacktrace"), List.of("migrate"))) {
            Result result = Installation.satchel(environment, command.toArray(String[]::new));

            isHarmless(result, result.exit());
            assertThat(result.exit()).isNotZero();
        }
    }

    static Stream<Arguments> wrongCalls() {
        return Stream.of(
                        List.of(EVIL),
                        List.of("export", EVIL),
                        List.of("--" + EVIL),
                        List.of("export", "list", "--" + EVIL),
                        List.of("export", "list", "--limit", EVIL),
                        List.of("export", "list", "--status", EVIL),
                        List.of("export", "list", "--user", EVIL),
                        List.of("export", "list", "--json=" + EVIL),
                        List.of("export", "show", EVIL),
                        List.of("export", "link", EVIL),
                        List.of("export", "run", "--concurrency", EVIL),
                        request("--user", EVIL),
                        request("--users", EVIL),
                        request("--users", "/" + EVIL),
                        request("--user", LEARNER, "--from", EVIL),
                        request("--user", LEARNER, "--zone", EVIL),
                        request("--user", LEARNER, "--difficulty", EVIL),
                        List.of("export", "request", "--user", LEARNER, "--type", EVIL, "--format", "csv"),
                        List.of("export", "request", "--user", LEARNER, "--type", "all", "--format", EVIL),
                        List.of("keys", "set", "--user", LEARNER, "--provider", EVIL),
                        List.of("keys", "validate", "--user", LEARNER, "--provider", EVIL),
                        List.of("progress", "show", "--user", LEARNER, "--at", EVIL),
                        List.of("types", EVIL),
                        List.of("@" + EVIL),
                        List.of("rollback", "--archive", "--" + EVIL))
                .map(arguments -> Arguments.of(arguments));
    }

    private static List<String> request(String... options) {
        return Stream.concat(Stream.of("export", "request", "--type", "all", "--format", "csv"), Stream.of(options))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("wrongCalls")
    void wrongArguments(List<String> arguments) {
        Result result = worker(arguments.toArray(String[]::new));

        isHarmless(result, 2);
        assertThat(result.err()).startsWith("satchel: ");
    }

    @Test
    void wrongSettings() {
        for (String name : List.of(
                "DATABASE_URL",
                "SATCHEL_STORE",
                "SATCHEL_S3_ENDPOINT",
                "SATCHEL_S3_CHECKSUMS",
                "SATCHEL_S3_PATH_STYLE",
                "SATCHEL_EXPORT_RETENTION",
                "SATCHEL_EXPORT_ATTEMPTS",
                "SATCHEL_CSV_BOM")) {
            Map<String, String> environment = environment();
            environment.put("SATCHEL_STORE", "s3://bucket/exports");
            environment.put(name, EVIL);

            isHarmless(Installation.satchel(environment, "export", "run"), 2);
        }
        Map<String, String> environment = environment();
        environment.put("SATCHEL_KEK", EVIL);
        isHarmless(Installation.satchel(environment, "keys", "list", "--user", LEARNER), 2);
        environment.put("SATCHEL_KEK", "file:/no/" + EVIL);
        isHarmless(Installation.satchel(environment, "keys", "list", "--user", LEARNER), 1);
    }

    @Test
    void logsOfAWorker() throws Exception {
        superuser("CREATE FUNCTION public.evil() RETURNS boolean LANGUAGE plpgsql AS $evil$ BEGIN RAISE EXCEPTION '%', "
                + literal(EVIL) + "; END $evil$");
        superuser("CREATE POLICY evil ON public.sessions AS RESTRICTIVE FOR SELECT TO authenticated"
                + " USING (public.evil())");
        worker("export", "request", "--user", LEARNER, "--type", "sessions", "--format", "csv")
                .succeeded();
        Path output = folder.resolve("log");
        Map<String, String> settings = environment();
        settings.put("SATCHEL_STORE", "file://" + Files.createDirectory(folder.resolve("store")));
        settings.put("SATCHEL_LOG_LEVEL", "DEBUG");

        try (Installation installation = Installation.in(folder.resolve("s3"))) {
            Installation.ended(installation.start(settings, List.of(), output, "export", "run"));
        }

        String log = Files.readString(output);
        isHarmless(log);
        assertThat(log)
                .contains("evil\\u001B[2J\\u009B31m\\u007F\\u0007\\u202E\\u2066\\u200B\\uFEFF\\u2028" + FORGED
                        + "\\r\\n" + FORGED + "\\r" + FORGED)
                .contains("\n\tat ");
    }

    private static void isHarmless(Result result, int exit) {
        assertThat(result.exit()).as(result.out() + result.err()).isEqualTo(exit);
        isHarmless(result.out());
        isHarmless(result.err());
        assertThat(result.out() + result.err()).isNotBlank();
    }

    private static void isHarmless(String text) {
        assertThat(text.lines()).noneMatch(line -> line.startsWith(FORGED));
        assertThat(text.replace("\n\tat ", "\nat ").replace("\n\t...", "\n...").codePoints())
                .noneMatch(point -> point != '\n' && Character.isISOControl(point)
                        || Character.getType(point) == Character.FORMAT
                        || point == 0x2028);
    }

    /** What a command printed as JSON. */
    private static JsonNode json(Result result) {
        isHarmless(result.out());
        return JsonMapper.shared().readTree(result.out());
    }

    private Result worker(String... arguments) {
        return Installation.satchel(environment(), arguments);
    }

    private Result owner(String... arguments) {
        return Installation.satchel(Map.of("DATABASE_URL", database.ownerUrl()), arguments);
    }

    private Result set(String provider, String key) {
        return Installation.satchel(
                environment(),
                new ByteArrayInputStream(key.getBytes(StandardCharsets.US_ASCII)),
                "keys",
                "set",
                "--user",
                LEARNER,
                "--provider",
                provider);
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new java.util.HashMap<>();
        environment.put("DATABASE_URL", database.workerUrl());
        environment.put("SATCHEL_KEK", "file:" + folder.resolve("kek.json"));
        return environment;
    }

    private static String json() {
        return literal(JsonMapper.shared().writeValueAsString(Map.of("evil", EVIL))) + "::jsonb";
    }

    private static String literal(String text) {
        return "'" + text + "'";
    }

    private static String identifier() {
        return "\"" + NAME + "\"";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private void superuser(String sql) throws SQLException {
        execute(database.superuserDataSource().getConnection(), sql);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (connection;
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
