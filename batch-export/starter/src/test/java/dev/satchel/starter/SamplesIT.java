package dev.satchel.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.migrations.SampleDatabase;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sample projects, as a stranger has them: built by Maven outside of this build, from the artifacts that it makes, and run
 * against a real database.
 *
 * <p>They have a repository of their own. In it are Satchel's artifacts, as {@code mvn install} lays them out; libraries of
 * others come from the repository of the account that builds, which stays as it is.
 */
class SamplesIT {

    private static final Path TARGET = Path.of("target/samples").toAbsolutePath();
    private static final Path REPOSITORY = TARGET.resolve("repository");
    private static final Path SETTINGS = TARGET.resolve("settings.xml");
    private static final Path SAMPLES =
            Path.of("../src/samples").toAbsolutePath().normalize();
    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";
    private static final String API_KEY = "sk-proj-samplesample0123456789";

    /** Each program is over before a second compiler and collector pay. */
    private static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    @TempDir
    static Path builds;

    @TempDir
    Path folder;

    @AutoClose
    private final SampleDatabase database = SampleDatabase.createWithLearners();

    @BeforeAll
    static void installTheArtifacts() throws IOException {
        Files.createDirectories(REPOSITORY);
        for (Artifact artifact : Artifact.ALL) {
            artifact.install(REPOSITORY);
        }
        Files.writeString(SETTINGS, """
                <settings>
                  <mirrors>
                    <mirror>
                      <id>libraries</id>
                      <mirrorOf>*</mirrorOf>
                      <url>%s</url>
                    </mirror>
                  </mirrors>
                </settings>
                """.formatted(
                        Path.of(System.getProperty("satchel.test.repository")).toUri()));
    }

    @BeforeEach
    void makeTheKey() throws IOException {
        FileKeyEncryptionKeys.create(folder.toRealPath().resolve("kek.json"));
        Files.createDirectory(folder.resolve("store"));
    }

    @Test
    void plainJavaAsksDeliversReadsAndUsesAKey() throws Exception {
        Path target = build("plain-java");

        assertThat(libraries(target))
                .anyMatch(jar -> jar.startsWith("satchel-batch-export-"))
                .noneMatch(jar ->
                        jar.matches("(picocli|progressbar|jline|flyway|commons-csv|logback|HikariCP|kms|spring-boot"
                                + "|satchel-migrations).*"));
        String classPath = target.resolve("classes") + File.pathSeparator + target.resolve("lib/*");
        assertThat(run(target, "-cp", classPath, "example.PlainJava"))
                .contains("delivered 1\n")
                .containsPattern("file of \\d{4,} bytes\n")
                .containsPattern("points \\d+\n")
                .contains("key of " + API_KEY.length() + " letters\n");
    }

    /** Who keeps files in a directory may leave the SDK of AWS out. */
    @Test
    void plainJavaNeedsNoSdkOfAwsForADirectory() throws Exception {
        Path target = build("plain-java");
        String classPath = libraries(target).stream()
                .filter(jar -> !isOfAws(target.resolve("lib").resolve(jar)))
                .map(jar -> target.resolve("lib").resolve(jar).toString())
                .reduce(target.resolve("classes").toString(), (all, jar) -> all + File.pathSeparator + jar);

        assertThat(classPath).doesNotContain("/s3-");
        assertThat(run(target, "-cp", classPath, "example.PlainJava")).contains("delivered 1\n");

        Files.move(folder.resolve("store"), folder.resolve("elsewhere"));
        Ended withoutStore = start(target, environment(target), java("-cp", classPath, "example.PlainJava"));
        assertThat(withoutStore.exit()).isOne();
        assertThat(withoutStore.printed())
                .contains("the store fails its probe")
                .contains("the store's directory does not exist")
                .doesNotContain("NoClassDefFoundError");
        try (Connection connection = database.ownerDataSource().getConnection();
                ResultSet waiting = connection
                        .createStatement()
                        .executeQuery("SELECT error_message FROM export_history WHERE status = 'pending'")) {
            assertThat(waiting.next()).isTrue();
            assertThat(waiting.getString(1)).startsWith("store_missing: the directory of the store");
        }
    }

    @Test
    void springBootServiceAsksDeliversReadsAndUsesAKey() throws Exception {
        assertThat(Files.readAllLines(SAMPLES.resolve("spring-boot-service/src/main/resources/application.properties")))
                .hasSizeLessThanOrEqualTo(5);
        Path target = build("spring-boot-service");

        assertThat(run(
                        target,
                        "-jar",
                        target.resolve("spring-boot-service-1.jar").toString()))
                .contains("Started Service in ")
                .containsPattern("export [0-9a-f-]{36} delivered: type=profile format=csv rows=1 ")
                .containsPattern("file of \\d{2,} bytes\n")
                .containsPattern("points \\d+\n")
                .contains("key of " + API_KEY.length() + " letters\n");
    }

    @Test
    void areShort() throws IOException {
        try (Stream<Path> files = Files.walk(SAMPLES)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java")))
                    .hasSize(2)
                    .allSatisfy(file -> assertThat(Files.readAllLines(file)).hasSizeLessThan(60));
        }
    }

    /** Builds a copy of the sample, if no test did so before, and returns its target directory. */
    private Path build(String sample) throws Exception {
        Path copy = builds.resolve(sample);
        if (Files.exists(copy)) {
            return copy.resolve("target");
        }
        try (Stream<Path> files = Files.walk(SAMPLES.resolve(sample))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = copy.resolve(SAMPLES.resolve(sample).relativize(file).toString());
                Files.createDirectories(to.resolveSibling(""));
                Files.copy(file, to);
            }
        }
        succeeded(
                copy,
                Map.of("MAVEN_OPTS", String.join(" ", SHORT_LIVED)),
                "mvn",
                "-B",
                "-ntp",
                "-s",
                SETTINGS.toString(),
                "-Dmaven.repo.local=" + REPOSITORY,
                "package");
        return copy.resolve("target");
    }

    private String run(Path target, String... arguments) throws Exception {
        return succeeded(target, environment(target), java(arguments));
    }

    private static String[] java(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SHORT_LIVED);
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    // The plain program reads paths, the service reads the addresses that its properties take.
    private Map<String, String> environment(Path target) throws IOException {
        boolean plain = target.endsWith("plain-java/target");
        Path store = folder.resolve("store");
        Path kek = folder.toRealPath().resolve("kek.json");
        return Map.of(
                "JDBC_URL",
                database.jdbcUrl() + "?user=" + database.workerUser() + "&password=" + database.workerPassword(),
                "STORE",
                plain ? store.toString() : "file://" + store,
                "KEK",
                plain ? kek.toString() : "file:" + kek,
                "LEARNER",
                LEARNER,
                "API_KEY",
                API_KEY);
    }

    /** Runs a command that must succeed, and returns what it prints. */
    private String succeeded(Path directory, Map<String, String> environment, String... command) throws Exception {
        Ended ended = start(directory, environment, command);
        assertThat(ended.exit()).as(ended.printed()).isZero();
        return ended.printed();
    }

    private Ended start(Path directory, Map<String, String> environment, String... command) throws Exception {
        Path output = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // Where this test runs under Maven, it says how to run it, and not how it was to run this.
        builder.environment().remove("MAVEN_CMD_LINE_ARGS");
        builder.environment().remove("MAVEN_ARGS");
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES))
                    .as(String.join(" ", command))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(output));
    }

    private record Ended(int exit, String printed) {}

    private static List<String> libraries(Path target) throws IOException {
        try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
            return jars.map(jar -> jar.getFileName().toString()).toList();
        }
    }

    private static boolean isOfAws(Path jar) {
        try (var file = new JarFile(jar.toFile())) {
            return file.stream().anyMatch(entry -> entry.getName().startsWith("software/amazon/awssdk/"));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
