package dev.satchel.batchexport.schema.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.UserId;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.schema.PgTools;
import dev.satchel.batchexport.schema.Platform;
import dev.satchel.batchexport.schema.PostgresServer;
import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.batchexport.schema.check.Check;
import dev.satchel.batchexport.schema.check.SchemaVerification;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.UserKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.postgres.SatchelPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A database that PostgreSQL's own tools dumped and restored is what it was, once it is migrated. Runs in the profile
 * {@code dump} only.
 */
class RestoreWithPgDump {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";
    private static final String KEY = "sk-proj-DumpDumpDumpDump0123456789abcdWXYZ";

    @TempDir
    Path folder;

    private final PgTools tools = PgTools.given();

    static Stream<Arguments> everyVersionAndWay() {
        return PostgresServer.versions()
                .flatMap(version -> Stream.of(
                        Arguments.of(version, "with privileges", List.of()),
                        Arguments.of(version, "without privileges", List.of("--no-privileges")),
                        Arguments.of(
                                version, "without privileges and owners", List.of("--no-privileges", "--no-owner"))));
    }

    @ParameterizedTest
    @MethodSource("everyVersionAndWay")
    void isVerifiedOnTheSameServer(PostgresServer.Version version, String way, List<String> options) throws Exception {
        try (var server = version.start()) {
            fill(Platform.PLAIN.prepare(server));
            var dumped = dump(server);
            prepare(server, "restored");

            var restore =
                    tools.restore(server.url(restorer(options), "restored"), dumped, options.toArray(String[]::new));

            assertThat(restore.errors()).isEmpty();
            becomesGreen(server, way);
        }
    }

    /** Where no role of Satchel's or of the platform exists, so that whatever names one is not restored. */
    @ParameterizedTest
    @MethodSource("everyVersionAndWay")
    void isVerifiedOnAServerWithoutTheRoles(PostgresServer.Version version, String way, List<String> options)
            throws Exception {
        try (var server = version.start();
                var other = version.start()) {
            fill(Platform.PLAIN.prepare(server));
            var dumped = dump(server);
            other.run("postgres", "postgres", "CREATE ROLE migrator LOGIN CREATEROLE");
            prepare(other, "restored");

            var restore =
                    tools.restore(other.url(restorer(options), "restored"), dumped, options.toArray(String[]::new));

            assertThat(restore.output()).contains("role \"authenticated\" does not exist", "errors ignored on restore");
            becomesGreen(other, way + ", other server");
        }
    }

    static Stream<Arguments> partsToLeaveOut() {
        return Stream.of(
                Arguments.of(List.of("--exclude-schema=auth"), List.of()),
                Arguments.of(List.of(), List.of("--no-policies")),
                Arguments.of(List.of("--no-comments"), List.of("--no-policies", "--no-privileges", "--no-owner")));
    }

    /** What calls auth.uid() is restored only once that is there. */
    @ParameterizedTest
    @MethodSource("partsToLeaveOut")
    void isVerifiedWithoutAPartOfTheDump(List<String> dumping, List<String> restoring) throws Exception {
        try (var server = newest().start()) {
            fill(Platform.PLAIN.prepare(server));
            var dumped = dump(server, dumping.toArray(String[]::new));
            prepare(server, "restored");

            tools.restore(server.url(restorer(restoring), "restored"), dumped, restoring.toArray(String[]::new));

            assertThat(failed(server.login("migrator", "restored"))).isNotEmpty();
            becomesGreen(server, dumping + " " + restoring);
        }
    }

    /** Where others own schema auth and the application's tables, pre-flight asks them for the rights that a migrator needs. */
    @ParameterizedTest
    @MethodSource("versions")
    void isVerifiedOnSupabaseOnceItsOwnersGrantedWhatPreflightAsksFor(PostgresServer.Version version) throws Exception {
        try (var server = version.start()) {
            new Migration(Platform.SUPABASE_WITHOUT_DEFAULT_GRANTS.prepare(server)).migrate();
            var dumped = dump(server);
            prepare(server, "restored");
            var restore = tools.restore(server.url("postgres", "restored"), dumped, "--no-privileges");
            assertThat(restore.errors()).isEmpty();

            var asked = Preflight.report(server.login("migrator", "restored")).blocking().stream()
                    .flatMap(finding -> finding.statements().stream())
                    .toList();
            assertThat(asked).contains("GRANT USAGE ON SCHEMA auth TO authenticated;");
            for (var statement : asked) {
                server.run("postgres", "restored", statement);
            }

            becomesGreen(server, "Supabase, without privileges");
        }
    }

    static Stream<PostgresServer.Version> versions() {
        return PostgresServer.versions();
    }

    private void becomesGreen(PostgresServer server, String way) throws SQLException {
        var owner = server.login("migrator", "restored");
        var environment = Map.of("DATABASE_URL", server.url("migrator", "restored"));
        var failedBefore = failed(owner).size();

        var planned = Installation.satchel(environment, "migrate", "--dry-run");
        var migrated = Installation.satchel(environment, "migrate");

        assertThat(planned.exit()).as(planned.out()).isZero();
        assertThat(planned.out().contains("would be restored")).isEqualTo(failedBefore > 0);
        assertThat(migrated.succeeded()).doesNotContain("left as it is");
        assertThat(failed(owner)).isEmpty();
        assertThat(Installation.satchel(environment, "verify").succeeded()).contains(" 0 failed");
        assertThat(Installation.satchel(environment, "migrate").succeeded()).startsWith("nothing to do: ");
        System.out.printf(
                "PostgreSQL %d, %s: %d checks failed after the restore, %d after migrate; %s%n",
                server.major(),
                way,
                failedBefore,
                failed(owner).size(),
                migrated.out()
                        .lines()
                        .filter(line -> line.startsWith("restored what "))
                        .findFirst()
                        .orElse("nothing restored"));
    }

    /** Files, keys and progress are there as before, for the same worker and the same file of key-encryption keys. */
    @Test
    void keepsFilesKeysAndProgress() throws Exception {
        var version =
                PostgresServer.versions().reduce((first, second) -> second).orElseThrow();
        try (var server = version.start();
                var other = version.start()) {
            var owner = Platform.PLAIN.prepare(server);
            fill(owner);
            server.run("postgres", "project", "CREATE ROLE worker LOGIN IN ROLE satchel_runtime");
            Files.createDirectories(folder.resolve("store"));
            var worker = worker(server, "project");
            Installation.satchel(worker, "keys", "init").succeeded();
            Installation.satchel(
                            worker,
                            new ByteArrayInputStream(KEY.getBytes(StandardCharsets.US_ASCII)),
                            "keys",
                            "set",
                            "--user",
                            LEARNER,
                            "--provider",
                            "openai")
                    .succeeded();
            var export = Installation.satchel(
                            worker, "export", "request", "--user", LEARNER, "--type", "sessions", "--format", "csv")
                    .succeeded();
            Installation.satchel(worker, "export", "run").succeeded();
            var file = Files.readString(downloaded(worker, export));
            assertThat(file.lines()).hasSizeGreaterThan(1);

            var dumped = dump(server);
            other.run("postgres", "postgres", "CREATE ROLE migrator LOGIN CREATEROLE");
            prepare(other, "restored");
            tools.restore(other.url("postgres", "restored"), dumped, "--no-privileges");
            other.run("postgres", "restored", "CREATE ROLE worker LOGIN; CREATE ROLE satchel_runtime");
            other.run("postgres", "restored", "GRANT satchel_runtime TO worker WITH ADMIN OPTION");
            var restored = worker(other, "restored");
            assertThatNothingIsOpen(other, restored);

            other.run("postgres", "postgres", "DROP ROLE satchel_runtime");
            var migrated = Installation.satchel(Map.of("DATABASE_URL", other.url("migrator", "restored")), "migrate");
            assertThat(migrated.succeeded()).contains("restored role satchel_runtime");
            other.run("postgres", "postgres", "GRANT satchel_runtime TO worker");

            assertThat(Files.readString(downloaded(restored, export))).isEqualTo(file);
            assertThat(Installation.satchel(restored, "export", "list", "--status", "completed")
                            .succeeded())
                    .contains(export);
            assertThat(opened(other)).isEqualTo(KEY);
            assertThat(Installation.satchel(restored, "progress", "reconcile").succeeded())
                    .endsWith(" users looked at, 0 differences found");
            var next = Installation.satchel(
                            restored, "export", "request", "--user", LEARNER, "--type", "progress", "--format", "json")
                    .succeeded();
            // The application's own grants are the application's to restore.
            other.run("migrator", "restored", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO authenticated");
            Installation.satchel(Map.of("DATABASE_URL", other.url("migrator", "restored")), "migrate")
                    .succeeded();
            assertThat(Installation.satchel(restored, "export", "run").exit()).isZero();
            assertThat(downloaded(restored, next)).exists();
        }
    }

    // Its functions are executable by PUBLIC until it is migrated, but schema satchel lets nobody in.
    private static void assertThatNothingIsOpen(PostgresServer server, Map<String, String> worker) throws Exception {
        var run = Installation.satchel(worker, "export", "run");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err())
                .contains("permission denied for schema satchel", "run 'satchel migrate' as the owner first");
        assertThat(catchThrowable(() -> Schemas.rows(server.login("worker", "restored"), "SELECT satchel.user_ids()")))
                .hasMessageContaining("permission denied for schema satchel");
    }

    private String opened(PostgresServer server) {
        var keyEncryptionKeys = FileKeyEncryptionKeys.open(folder.resolve("kek.json"));
        try (var pool = new HikariDataSource()) {
            pool.setDataSource(server.login("worker", "restored"));
            return new UserKeys(new SatchelPostgres(pool).keyVault(keyEncryptionKeys))
                    .use(
                            new UserId(UUID.fromString(LEARNER)),
                            Provider.OPENAI,
                            new Purpose("describe image"),
                            key -> key.revealSecret(secret -> new String(secret, StandardCharsets.US_ASCII)))
                    .orElseThrow();
        }
    }

    private static Path downloaded(Map<String, String> worker, String export) {
        return Path.of(URI.create(
                Installation.satchel(worker, "export", "link", export).succeeded()));
    }

    private Map<String, String> worker(PostgresServer server, String database) {
        return Map.of(
                "DATABASE_URL",
                server.url("worker", database),
                "SATCHEL_STORE",
                folder.resolve("store").toUri().toString(),
                "SATCHEL_KEK",
                "file:" + folder.resolve("kek.json"));
    }

    private static void fill(DataSource owner) throws SQLException {
        new Migration(owner).migrate();
        Schemas.run(owner, Schemas.resource("/db/sample/learners.sql"));
        new Backfill(owner).run(waiting -> {});
        assertThat(failed(owner)).isEmpty();
    }

    private static PostgresServer.Version newest() {
        return PostgresServer.versions().reduce((first, second) -> second).orElseThrow();
    }

    private Path dump(PostgresServer server, String... options) throws IOException, InterruptedException, SQLException {
        assertThat(tools.major()).as("the version of pg_dump").isGreaterThanOrEqualTo(server.major());
        var archive = folder.resolve("project.dump");
        tools.dump(server.url("postgres", "project"), archive, options);
        return archive;
    }

    // As Platform.PLAIN does, with what pre-flight asks for before version 15.
    private static void prepare(PostgresServer server, String database) throws SQLException {
        server.run("postgres", "postgres", "CREATE DATABASE " + database + " OWNER migrator TEMPLATE template0");
        server.run("postgres", database, """
                GRANT USAGE, CREATE ON SCHEMA public TO migrator;
                REVOKE CREATE ON SCHEMA public FROM PUBLIC;
                """);
    }

    private static String restorer(List<String> options) {
        return options.contains("--no-owner") ? "migrator" : "postgres";
    }

    private static List<String> failed(DataSource owner) throws SQLException {
        return SchemaVerification.of(owner).checks().stream()
                .filter(Check::isFailed)
                .map(Check::line)
                .toList();
    }
}
