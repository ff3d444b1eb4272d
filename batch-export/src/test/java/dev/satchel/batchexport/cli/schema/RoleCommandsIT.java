package dev.satchel.batchexport.cli.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.provider.ProviderServers;
import dev.satchel.provider.ProviderServers.Reply;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each command with a login that is a member of its part's role and of no other. */
class RoleCommandsIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";
    private static final String OPENAI = "sk-proj-RoleRoleRole0123456789abcdWXYZ";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation installation;

    @AutoClose
    private static ProviderServers servers;

    @BeforeAll
    static void open() {
        installation = Installation.withLearnersIn(folder.resolve("s3"));
        servers = ProviderServers.in(folder);
        servers.answer(question -> Reply.of(200, "{\"data\": []}"));
        as("satchel_vault", "keys", "init").succeeded();
    }

    @BeforeEach
    void setKey() {
        Installation.satchel(
                        environment("satchel_vault"),
                        new ByteArrayInputStream(OPENAI.getBytes(StandardCharsets.US_ASCII)),
                        "keys",
                        "set",
                        "--user",
                        LEARNER,
                        "--provider",
                        "openai")
                .succeeded();
    }

    private static Map<String, String> environment(String role) {
        Map<String, String> environment = installation.environment();
        environment.put("DATABASE_URL", installation.database().urlOf(role));
        environment.put("SATCHEL_KEK", "file:" + folder.resolve("kek.json"));
        return environment;
    }

    private static Result as(String role, String... arguments) {
        return Installation.satchel(environment(role), arguments);
    }

    @Test
    void deliversExportsAndKeepsProgressAsSatchelExports() {
        String id = as("satchel_exports", "export", "request", "--user", LEARNER, "--type", "all", "--format", "json")
                .succeeded();
        assertThat(as("satchel_exports", "export", "run").succeeded()).startsWith("delivered 1 ");
        assertThat(as("satchel_exports", "export", "list").succeeded()).contains(id);
        assertThat(as("satchel_exports", "export", "show", id).succeeded()).contains("completed");
        assertThat(as("satchel_exports", "export", "link", id, "--user", LEARNER)
                        .succeeded())
                .startsWith("http");
        assertThat(as("satchel_exports", "export", "request", "--all-users", "--type", "profile", "--format", "csv")
                        .succeeded()
                        .lines())
                .hasSizeGreaterThan(20);
        as("satchel_exports", "export", "run").succeeded();
        as("satchel_exports", "progress", "show", "--user", LEARNER).succeeded();

        installation.sql(
                "UPDATE public.user_progress SET total_points = total_points + 1 WHERE user_id = '" + LEARNER + "'");
        assertThat(as("satchel_exports", "progress", "reconcile").exit()).isEqualTo(1);
        as("satchel_exports", "progress", "reconcile", "--repair");
        as("satchel_exports", "progress", "reconcile").succeeded();

        installation.sql("UPDATE public.export_history SET expires_at = now()");
        assertThat(as("satchel_exports", "cleanup").succeeded()).contains("removed");
        assertThat(installation.objects()).isEmpty();
    }

    @Test
    void setsListsValidatesAndRemovesKeysAsSatchelVault() throws Exception {
        assertThat(as("satchel_vault", "keys", "list", "--user", LEARNER).succeeded())
                .contains("openai     sk-proj…WXYZ");
        assertThat(validated("--user", LEARNER)).contains("openai     valid");
        assertThat(validated("--due")).contains("0 not opened");
        assertThat(as("satchel_vault", "keys", "remove", "--user", LEARNER, "--provider", "openai")
                        .succeeded())
                .isEqualTo("removed");
    }

    private static String validated(String... arguments) throws Exception {
        Path output = Files.createTempFile(folder, "validate", "");
        List<String> jvm = List.of(
                "-Dhttps.proxyHost=127.0.0.1",
                "-Dhttps.proxyPort=" + servers.proxyPort(),
                "-Djavax.net.ssl.trustStore=" + servers.trustStore(),
                "-Djavax.net.ssl.trustStorePassword=" + servers.trustStorePassword());
        Process process = installation.start(
                environment("satchel_vault"),
                jvm,
                output,
                Stream.concat(Stream.of("keys", "validate"), Arrays.stream(arguments))
                        .toArray(String[]::new));
        assertThat(Installation.ended(process)).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }

    @Test
    void rewrapsDataKeysAsSatchelRotation() {
        assertThat(as("satchel_rotation", "keys", "rotate", "--dry-run").succeeded())
                .contains("wraps 1 data keys (primary)");
        assertThat(as("satchel_rotation", "keys", "rotate", "--retire").succeeded())
                .contains("re-wrapped 1 data keys", "retired the key");
        assertThat(as("satchel_vault", "keys", "list", "--user", LEARNER).succeeded())
                .contains("openai     sk-proj…WXYZ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"satchel_exports", "satchel_vault", "satchel_rotation"})
    void verifiesTheSchemaAsAnyOfThem(String role) {
        Result verified = as(role, "verify");

        assertThat(verified.succeeded()).contains(" checks, 0 failed, ").doesNotContain("FAILED");
        assertThat(verified.out().lines().filter(line -> line.startsWith("ok      migration ")))
                .hasSizeGreaterThan(20);
        assertThat(verified.out().lines().filter(line -> line.startsWith("warning progress of every user")))
                .singleElement()
                .asString()
                .endsWith(" (42501); log in as the owner of the tables");
        assertThat(verified.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rollback", "rollback --destroy"})
    void advisesAWorkerWhoRollsBackToLogInAsTheOwner(String command) {
        Result refused = as("satchel_exports", command.split(" "));

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err().lines())
                .singleElement()
                .asString()
                .startsWith("satchel: the login may not roll back (must be owner of ")
                .endsWith("): log in as the owner of the application's tables; nothing was changed");
    }

    @Test
    void verifiesTheSchemaAsALoginWithoutARole() {
        installation.sql("CREATE ROLE satchel_stray LOGIN PASSWORD 'stranger'");
        try {
            Map<String, String> environment = installation.environment();
            environment.computeIfPresent(
                    "DATABASE_URL", (name, url) -> url.replaceFirst("//[^@]+@", "//satchel_stray:stranger@"));

            Result verified = Installation.satchel(environment, "verify", "--quiet");

            assertThat(verified.out().lines())
                    .contains("warning migrations: not looked at, because the login may not read"
                            + " satchel.flyway_schema_history: log in as the owner of Satchel's tables, or as a member"
                            + " of satchel_runtime")
                    .noneMatch(line -> line.startsWith("FAILED"));
            assertThat(verified.exit()).isZero();
        } finally {
            installation.sql("DROP ROLE satchel_stray");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "satchel_exports, migrate",
        "satchel_vault, migrate",
        "satchel_rotation, migrate",
        "satchel_exports, migrate --dry-run",
        "satchel_vault, migrate --dry-run"
    })
    void advisesAWorkerWhoMigratesToLogInAsTheOwner(String role, String command) {
        Result refused = as(role, command.split(" "));

        assertThat(refused.exit()).isEqualTo(1);
        assertThat((refused.out() + refused.err()).lines().filter(line -> line.startsWith("FAILED")))
                .containsExactly("FAILED  rights: expected every right that a migration needs, found role " + role
                        + "_login, one that Satchel works as, which is to have none of them: log in as the"
                        + " owner of the application's tables");
        assertThat(refused.out() + refused.err()).doesNotContain("ALTER ROLE", "GRANT");
    }

    @ParameterizedTest
    @CsvSource({
        "satchel_exports, keys list --user " + LEARNER,
        "satchel_exports, keys remove --user " + LEARNER,
        "satchel_exports, keys rotate",
        "satchel_vault, export run",
        "satchel_vault, export request --user " + LEARNER + " --type all --format csv",
        "satchel_vault, cleanup",
        "satchel_vault, progress show --user " + LEARNER,
        "satchel_vault, keys rotate",
        "satchel_rotation, keys list --user " + LEARNER,
        "satchel_rotation, keys remove --user " + LEARNER,
        "satchel_rotation, export run",
        "satchel_rotation, export list"
    })
    void refusesAnotherPartsCommandAndNamesTheRoles(String role, String command) {
        Result refused = as(role, command.split(" "));

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err())
                .startsWith("satchel: the login may not do this: permission denied for ")
                .contains("log in as a member of satchel_runtime, or of the role that the command needs");
        assertThat(refused.err().lines()).hasSize(1);
    }
}
