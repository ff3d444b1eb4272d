package dev.satchel.batchexport.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.batchexport.documents.Documents;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What is in the distribution, and that it works where there is nothing else but a Java runtime. */
class DistributionIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/actuator/health");

    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)[^)]*\\)");

    @TempDir
    static Path folder;

    private static Distribution distribution;

    @BeforeAll
    static void unpack() throws Exception {
        distribution = Distribution.unpackedIn(folder);
    }

    @Test
    void saysItsVersion() throws Exception {
        Result version = distribution.satchel(Map.of(), "--version");

        assertThat(version.err()).isEmpty();
        assertThat(version.out()).matches("satchel \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R");
        assertThat(distribution.home().getFileName())
                .hasToString(version.out().strip().replace(' ', '-'));
    }

    @Test
    void migratesAndDeliversAnExport() throws Exception {
        Path store = Files.createDirectories(folder.resolve("store"));
        // The roles belong to the server; a worker logs in as a member of them.
        SampleDatabase.create().close();
        try (SampleDatabase database = SampleDatabase.createUnmigrated().withLearners()) {
            Map<String, String> owner = Map.of("DATABASE_URL", database.ownerUrl());
            Map<String, String> worker = Map.of(
                    "DATABASE_URL",
                    database.workerUrl(),
                    "SATCHEL_STORE",
                    store.toUri().toString());

            Result migrated = distribution.satchel(owner, "migrate");
            String id = distribution
                    .satchel(worker, "export", "request", "--user", LEARNER, "--type", "all", "--format", "csv")
                    .succeeded();
            Result run = distribution.satchel(worker, "export", "run");
            Result shown = distribution.satchel(worker, "export", "show", id);

            assertThat(migrated.exit()).as(migrated.err()).isZero();
            assertThat(migrated.out()).contains("the schema is at version ");
            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(run.out()).startsWith("delivered 1 (");
            assertThat(shown.out()).containsPattern("status +completed\\R");
            assertThat(distribution.satchel(worker, "cleanup").exit()).isZero();
        }
        try (Stream<Path> files = Files.walk(store)) {
            assertThat(files.filter(Files::isRegularFile).map(Path::toString))
                    .anyMatch(file -> file.endsWith(".zip") || file.endsWith(".csv"));
        }
        // Nothing is written where somebody happens to be, nor into the home.
        assertThat(folder.resolve("work")).isEmptyDirectory();
        assertThat(folder.resolve("home")).isEmptyDirectory();
    }

    @Test
    void servesUntilItIsToldToStop() throws Exception {
        Path store = Files.createDirectories(folder.resolve("served"));
        Path log = folder.resolve("serve.log");
        try (SampleDatabase database = SampleDatabase.createWithLearners()) {
            Map<String, String> worker = Map.of(
                    "DATABASE_URL",
                    database.workerUrl(),
                    "SATCHEL_STORE",
                    store.toUri().toString(),
                    "SATCHEL_SERVE_MANAGEMENT",
                    "127.0.0.1:0");
            Process serve = distribution.start(worker, log, "serve");
            Matcher address = ADDRESS.matcher("");
            Await.until(
                    "it says where it answers", () -> address.reset(text(log)).find());
            URI health = URI.create(address.group());
            Await.until("it is up", () -> text(health).startsWith("{\"status\":\"UP\""));

            Installation.satchel(worker, "export", "request", "--user", LEARNER, "--type", "profile", "--format", "csv")
                    .succeeded();
            URI metrics = health.resolve("prometheus");
            Await.until(
                    "delivered",
                    () -> text(metrics).contains("satchel_exports_total{format=\"csv\",outcome=\"delivered\"} 1.0"));
            serve.destroy();

            assertThat(Installation.ended(serve)).as(text(log)).isEqualTo(143);
        }
        try (Stream<Path> files = Files.walk(store)) {
            assertThat(files.map(Path::toString)).anyMatch(file -> file.endsWith(".csv"));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException notYet) {
            return "";
        }
    }

    private static String text(URI page) {
        try (InputStream body = page.toURL().openStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException notYet) {
            return "";
        }
    }

    @Test
    void isInstalledAsTheDocumentsSay() throws Exception {
        Path opt = Files.createDirectories(folder.resolve("opt"));
        Path bin = Files.createDirectories(folder.resolve("usr/local/bin"));
        String version = distribution.home().getFileName().toString();
        String commands = Documents.commands("docs/operations.md").stream()
                .filter(block -> block.startsWith("tar -xzf satchel-VERSION"))
                .findFirst()
                .orElseThrow()
                .replace("/opt", opt.toString())
                .replace("/usr/local/bin", bin.toString())
                .replace("satchel-VERSION.tar.gz", Distribution.archive().toString())
                .replace("satchel-VERSION", version);

        Distribution.run(List.of("sh", "-euc", commands));

        assertThat(distribution
                        .run(bin.resolve("satchel"), Map.of("JAVA_HOME", System.getProperty("java.home")), "--version")
                        .succeeded())
                .isEqualTo(version.replace("satchel-", "satchel "));
    }

    @Test
    void hasOneFolderWhoseFilesBelongToRoot() throws Exception {
        List<String> entries = Distribution.run(List.of(
                        "tar",
                        "--list",
                        "--verbose",
                        "--file",
                        Distribution.archive().toString()))
                .lines()
                .toList();

        assertThat(entries)
                .allSatisfy(entry -> assertThat(entry)
                        .matches("(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x) root/root +\\d+ 2026-\\S+ \\S+ "
                                + distribution.home().getFileName() + "/.*"));
        assertThat(entries.stream().filter(entry -> entry.startsWith("-rwx")))
                .singleElement()
                .asString()
                .endsWith("/bin/satchel");
    }

    @Test
    void holdsWhatPeopleLookFor() {
        assertThat(Stream.of(
                                "LICENSE",
                                "lib/java.options",
                                "THIRD-PARTY.txt",
                                "README.md",
                                "CHANGELOG.md",
                                "docs/operations.md",
                                "share/bash-completion/completions/satchel",
                                "share/zsh/site-functions/_satchel",
                                "share/man/man1/satchel.1",
                                "systemd/satchel-export.service",
                                "kubernetes/kustomization.yaml",
                                "container/Dockerfile",
                                "kubernetes/workers-job/kustomization.yaml",
                                "aws/store-policy.json",
                                "aws/store-encryption-policy.json",
                                "sql/worker.sql")
                        .map(name -> distribution.home().resolve(name)))
                .allMatch(Files::isRegularFile);
        assertThat(distribution.home().resolve("assembly.xml")).doesNotExist();
    }

    @Test
    void hasDocumentsWhoseLinksLeadToFilesInIt() throws IOException {
        List<String> dangling = new ArrayList<>();
        try (Stream<Path> files = Files.walk(distribution.home())) {
            for (Path document :
                    files.filter(file -> file.toString().endsWith(".md")).toList()) {
                LINK.matcher(Files.readString(document).replaceAll("(?s)```.*?```|`[^`\n]*`", "code"))
                        .results()
                        .map(link -> link.group(1))
                        .filter(target -> !target.matches("[a-z]+:.*"))
                        .filter(target -> !Files.exists(document.resolveSibling(target)))
                        .forEach(target -> dangling.add(document.getFileName() + ": " + target));
            }
        }

        assertThat(dangling).isEmpty();
        assertThat(Files.readString(distribution.home().resolve("README.md"))).doesNotContain("./satchel", "mvn ");
    }

    /** The libraries of the runnable jar, as files. */
    @Test
    void holdsTheDecidedLibrariesAndTheProgram() throws IOException {
        String decided = Files.readString(Path.of("src/test/resources/dev/satchel/batchexport/runtime-jars.txt"));

        assertThat(distribution.libraries().stream().map(name -> name.replaceFirst("-[0-9].*", "")))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(decided.lines(), Stream.of("satchel-batch-export"))
                        .toList());
    }

    @Test
    void namesTheLicenceOfEachLibrary() throws IOException {
        List<String> licences = Files.readAllLines(distribution.home().resolve("THIRD-PARTY.txt"));

        assertThat(licences).noneMatch(line -> line.contains("Unknown license"));
        assertThat(distribution.libraries().stream()
                        .filter(name -> !name.startsWith("satchel-"))
                        .map(name -> name.replaceFirst("\\.jar$", "").replaceFirst("-(\\d)", ":$1")))
                .allSatisfy(library -> assertThat(licences).anyMatch(line -> line.contains(":" + library + " ")));
    }

    /** Where Maven is offline it makes none, and leaves this test out by its tag. */
    @Test
    @Tag("unless-offline-true")
    void isDescribedByItsBillOfMaterials() throws IOException {
        assertThat(JsonMapper.shared()
                        .readTree(Files.readString(distribution.home().resolve("bom.json")))
                        .path("components")
                        .valueStream()
                        .map(component -> component.path("name").asString() + "-"
                                + component.path("version").asString() + ".jar")
                        .filter(name -> !name.startsWith("spring-boot-starter")))
                .containsExactlyInAnyOrderElementsOf(distribution.libraries().stream()
                        .filter(name -> !name.startsWith("satchel-batch-export-"))
                        .toList());
    }
}
