package dev.satchel.batchexport.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.schema.Platform;
import dev.satchel.batchexport.schema.PostgresServer;
import dev.satchel.migrations.Shadows;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing that somebody made in {@code public} runs with the rights of whoever migrates, verifies or delivers: operators
 * and functions that match better than PostgreSQL's own, types and views.
 */
class PublicObjectsIT {

    private static final String USER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    private int commands;

    @TempDir
    private Path folder;

    static Stream<PostgresServer.Version> versions() {
        return PostgresServer.versions();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void noCommandFindsThem(PostgresServer.Version version) throws SQLException, IOException {
        try (var server = version.start()) {
            Platform.PLAIN.prepare(server);
            server.runFile(Target.OWNER, Target.DATABASE, "/db/sample/learners.sql");
            server.run(Target.SUPERUSER, Target.DATABASE, """
                    CREATE ROLE mallory LOGIN;
                    GRANT CREATE ON SCHEMA public TO mallory;
                    """);
            int shadows = Shadows.fill("public", server.login("mallory", Target.DATABASE));
            var owner = new TreeMap<>(Map.of(
                    "DATABASE_URL",
                    server.url(Target.OWNER, Target.DATABASE),
                    "SATCHEL_KEK",
                    "file:" + folder.resolve("kek.json")));

            var refused = satchel(owner, "migrate");
            assertThat(refused.exit()).as(refused.err()).isEqualTo(1);
            assertThat(refused.err()).contains("REVOKE CREATE ON SCHEMA public FROM mallory;");
            assertThat(satchel(owner, "migrate", "--dry-run").out())
                    .contains("REVOKE CREATE ON SCHEMA public FROM mallory;");

            // What mallory has made stays when the right is gone.
            server.run(Target.SUPERUSER, Target.DATABASE, "REVOKE CREATE ON SCHEMA public FROM mallory");
            satchel(owner, "migrate", "--dry-run").succeeded();
            satchel(owner, "migrate").succeeded();
            assertThat(satchel(owner, "verify").succeeded()).contains(" 0 failed");
            satchel(owner, "migrate").succeeded();
            server.run(Target.SUPERUSER, Target.DATABASE, "CREATE ROLE worker LOGIN IN ROLE satchel_runtime");
            asWorker(owner, server.url("worker", Target.DATABASE));
            satchel(owner, "types", "typescript").succeeded();
            satchel(owner, "diagram").succeeded();
            satchel(owner, "rollback", "--archive").succeeded();

            int calls = Shadows.calls("public", server.login(Target.SUPERUSER, Target.DATABASE));
            System.out.printf(
                    "Objects in public on %s: %d commands beside %d operators and functions, %d calls%n",
                    version, commands, shadows, calls);
            assertThat(calls).isZero();
        }
    }

    private void asWorker(Map<String, String> owner, String url) throws IOException {
        var worker = new TreeMap<>(owner);
        worker.put("DATABASE_URL", url);
        worker.put(
                "SATCHEL_STORE",
                Files.createDirectories(folder.resolve("store")).toUri().toString());
        var id = satchel(worker, "export", "request", "--user", USER, "--type", "all", "--format", "json")
                .succeeded();
        satchel(worker, "export", "request", "--all-users", "--type", "vocabulary", "--format", "csv")
                .succeeded();
        assertThat(satchel(worker, "export", "run").succeeded()).contains("failed 0");
        satchel(worker, "export", "list", "--status", "completed").succeeded();
        satchel(worker, "export", "show", id, "--json").succeeded();
        satchel(worker, "export", "link", id).succeeded();
        satchel(worker, "cleanup").succeeded();
        satchel(worker, "progress", "show", "--user", USER, "--json").succeeded();
        satchel(worker, "progress", "reconcile", "--repair").succeeded();
        satchel(worker, "keys", "init").succeeded();
        var key = "sk-ant-api03-" + "x".repeat(40);
        commands++;
        Installation.satchel(
                        worker,
                        new ByteArrayInputStream(key.getBytes(StandardCharsets.UTF_8)),
                        "keys",
                        "set",
                        "--user",
                        USER,
                        "--provider",
                        "anthropic")
                .succeeded();
        satchel(worker, "keys", "list", "--user", USER).succeeded();
        satchel(worker, "keys", "rotate").succeeded();
        satchel(worker, "keys", "remove", "--user", USER, "--provider", "anthropic")
                .succeeded();
        satchel(owner, "keys", "adopt", "--discard").succeeded();
    }

    private Installation.Result satchel(Map<String, String> environment, String... arguments) {
        commands++;
        return Installation.satchel(environment, arguments);
    }
}
