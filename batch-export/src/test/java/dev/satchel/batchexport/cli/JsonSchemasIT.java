package dev.satchel.batchexport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What each option {@code --json} prints is what its schema in {@code docs/schema} says. */
class JsonSchemasIT {

    private static final Path SCHEMAS =
            Path.of("../docs/schema").toAbsolutePath().normalize();
    private static final String SUFFIX = ".schema.json";
    private static final String BASE = "urn:satchel:schema:1:";
    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    @TempDir
    static Path folder;

    private static Installation satchel;
    private static Map<String, String> worker;

    @BeforeAll
    static void fillTheDatabase() throws IOException {
        satchel = Installation.withLearnersIn(folder);
        worker = satchel.environment();
        worker.put("SATCHEL_KEK", "file:" + folder.toRealPath().resolve("kek.json"));
        run("keys", "init").succeeded();
        Installation.satchel(
                        worker,
                        new ByteArrayInputStream("sk-proj-schemaschema0123456789\n".getBytes(StandardCharsets.UTF_8)),
                        "keys",
                        "set",
                        "--user",
                        LEARNER,
                        "--provider",
                        "openai")
                .succeeded();
        run("export", "request", "--user", LEARNER, "--type", "all", "--format", "json", "--from", "2024-01-01")
                .succeeded();
        run("export", "run").succeeded();
        run("export", "request", "--user", LEARNER, "--type", "profile", "--format", "csv")
                .succeeded();
        satchel.sql(
                "INSERT INTO export_history (user_id, export_type, export_format, status, error_message, created_at)"
                        + " VALUES ('" + LEARNER + "', 'nonsense', 'csv', 'pending', NULL, now())");
        run("export", "run");
    }

    @AfterAll
    static void stop() {
        satchel.close();
    }

    @Test
    void describesExports() {
        JsonNode listed = valid("export-list", run("export", "list", "--json"));

        assertThat(listed.valueStream().map(export -> export.path("status").asString()))
                .contains("completed", "failed");
        for (JsonNode export : listed) {
            assertThat(valid(
                            "export-show",
                            run("export", "show", export.path("id").asString(), "--json")))
                    .isEqualTo(export);
        }
    }

    @Test
    void describesVerifications() {
        String id = satchel.value("SELECT id FROM export_history WHERE export_type = 'profile'");

        JsonNode intact = valid("export-verify", run("export", "verify", id, "--json"));
        assertThat(intact.path("found")).isEqualTo(intact.path("recorded"));
        satchel.sql("UPDATE export_history SET records_count = 7 WHERE id = '" + id + "'");
        assertThat(valid("export-verify", run("export", "verify", id, "--json")).path("differences"))
                .hasSize(1);
        satchel.sql("UPDATE export_history SET records_count = 1 WHERE id = '" + id + "'");
    }

    @Test
    void describesChecks() {
        Map<String, String> owner = Map.of("DATABASE_URL", satchel.database().ownerUrl());

        assertThat(valid("verify", Installation.satchel(owner, "verify", "--json")))
                .hasSizeGreaterThan(10);
    }

    @Test
    void describesTheDoctor() {
        assertThat(valid("doctor", run("doctor", "--json"))).hasSize(20);
    }

    @Test
    void describesDatasets() {
        Map<String, String> owner = Map.of("DATABASE_URL", satchel.database().ownerUrl());
        satchel.sql("CREATE TABLE IF NOT EXISTS diaries (id int PRIMARY KEY, user_id uuid REFERENCES users)");

        assertThat(valid("datasets-list", run("datasets", "list", "--json"))).hasSizeGreaterThan(3);
        assertThat(valid("datasets-check", Installation.satchel(owner, "datasets", "check", "--json")))
                .isNotEmpty();
    }

    @Test
    void describesKeys() {
        JsonNode keys = valid("keys-list", run("keys", "list", "--user", LEARNER, "--json"));

        assertThat(keys.valueStream().map(key -> key.path("set").asBoolean())).contains(true, false);
    }

    @Test
    void describesProgress() {
        valid("progress-show", run("progress", "show", "--user", LEARNER, "--json"));
        satchel.sql("UPDATE user_progress SET total_points = total_points + 1 WHERE user_id = '" + LEARNER + "'");

        assertThat(valid("progress-reconcile", run("progress", "reconcile", "--json")))
                .isNotEmpty();
        run("progress", "reconcile", "--repair").succeeded();
    }

    /** Each command that has the option has a schema, whose title is the call. */
    @Test
    void areThereForEachCommandThatPrintsJson() throws IOException {
        List<String> calls = HelpTest.leaves()
                .filter(command -> command.getCommandSpec().optionsMap().containsKey("--json"))
                .map(command -> command.getCommandSpec().qualifiedName())
                .toList();

        assertThat(schemas().map(file -> title(file).replaceFirst(" (ID|--user ID)? ?--json$", "")))
                .containsExactlyInAnyOrderElementsOf(calls);
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void areValidThemselves(Path file) throws IOException {
        Schema meta = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

        assertThat(meta.validate(Files.readString(file), InputFormat.JSON)).isEmpty();
        assertThat(JsonMapper.shared().readTree(text(file)).path("$id").asString() + SUFFIX)
                .isEqualTo(BASE + file.getFileName());
    }

    /** A later version may have more fields, which must not make its output invalid for a program of today. */
    @ParameterizedTest
    @MethodSource("schemas")
    void areOpenToMoreFields(Path file) {
        assertThat(JsonMapper.shared().readTree(text(file)).findValues("additionalProperties"))
                .noneMatch(value -> value.isBoolean() && !value.asBoolean());
    }

    static Stream<Path> schemas() throws IOException {
        try (Stream<Path> files = Files.list(SCHEMAS)) {
            return files.sorted().toList().stream();
        }
    }

    private static String title(Path file) {
        return JsonMapper.shared().readTree(text(file)).path("title").asString();
    }

    private static JsonNode valid(String schema, Result printed) {
        assertThat(printed.err()).doesNotContain("satchel: ");
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemas(
                        location -> location.startsWith(BASE) ? closed(location.substring(BASE.length())) : null));
        List<Error> errors = registry.getSchema(SchemaLocation.of(BASE + schema))
                .validate(
                        printed.out(),
                        InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));

        assertThat(errors).as(printed.out()).isEmpty();
        return JsonMapper.shared().readTree(printed.out());
    }

    // What is published is open to later fields; what this version prints is all described.
    private static String closed(String schema) {
        JsonNode root = JsonMapper.shared().readTree(text(SCHEMAS.resolve(schema + SUFFIX)));
        close(root);
        return root.toString();
    }

    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object && object.has("properties") && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        node.forEach(JsonSchemasIT::close);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Result run(String... arguments) {
        return Installation.satchel(worker, arguments);
    }
}
