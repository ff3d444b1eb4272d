package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation.Result;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher in a checkout that an account may read and not write, and in one that it may write.
 *
 * <p>For the former, Satchel runs as another user where the tests run as root; elsewhere nobody may write in the checkout.
 */
class LauncherIT {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String OPTIONS = "batch-export/src/distribution/lib/java.options";
    private static final int OTHER = 20_001;
    private static final String PREPARING = "satchel: preparing faster starts (once per build and Java)\n";
    private static final String VERSION = "satchel \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R";

    @TempDir
    static Path shared;

    /** A checkout that was started, by two at the same time; to prepare it takes seconds, so tests work on copies of it. */
    private static Path prepared;

    private static List<Result> firstStarts;

    @TempDir
    Path folder;

    private Path checkout;
    private Path launcher;
    private Path jar;
    private boolean isRoot;
    private Instant newest = Instant.now();

    @BeforeAll
    static void prepareOne() throws Exception {
        LauncherIT test = new LauncherIT();
        test.folder = shared;
        test.checkOutAndBuild();
        test.setMode("u+rwX");
        prepared = test.checkout;
        Start one = test.begin(false, "");
        Start other = test.begin(false, "");
        firstStarts = List.of(one.result(), other.result());
    }

    @BeforeEach
    void checkOutAndBuild() throws IOException {
        isRoot = (int) Files.getAttribute(folder, "unix:uid") == 0;
        chmod(folder, 0755);
        checkout = Files.createDirectory(folder.resolve("checkout"));
        chmod(Files.copy(ROOT.resolve("satchel"), checkout.resolve("satchel")), 0755);
        for (String pom : List.of(
                "",
                "migrations",
                "domain",
                "adapters-postgres",
                "batch-export",
                "batch-export/bom",
                "batch-export/judge",
                "batch-export/peers",
                "batch-export/starter")) {
            Path module = Files.createDirectories(checkout.resolve(pom));
            Files.createDirectories(module.resolve("src"));
            Files.copy(ROOT.resolve(pom).resolve("pom.xml"), module.resolve("pom.xml"));
        }
        Path options = Files.createDirectories(checkout.resolve(OPTIONS).getParent());
        Files.copy(ROOT.resolve(OPTIONS), options.resolve("java.options"));
        launcher = Files.createDirectories(checkout.resolve("batch-export/target/launcher"));
        Files.writeString(launcher.resolve("test.classpath"), folder.resolve("unreadable.jar") + "\n");
        Files.createFile(launcher.resolve("lock"));
        jar = Files.copy(product(), launcher.resolveSibling(product().getFileName()));
        makeNewest(launcher.resolve("test.classpath"));
        setMode("a+rX,a-w");
    }

    @AfterEach
    void letTheFolderBeRemoved() throws IOException {
        setMode("u+rwX");
    }

    @Test
    void runsWhatItsOwnerBuilt() throws Exception {
        Result version = satchel("--version");

        assertThat(version.err()).isEmpty();
        assertThat(version.out()).matches(VERSION);
        assertThat(version.exit()).isZero();
    }

    @Test
    void runsTheBuildThereIsAndSaysThatSourcesAreNewer() throws Exception {
        makeNewest(checkout.resolve("pom.xml"));

        Result version = satchel("--version");

        assertThat(version.err())
                .isEqualTo("satchel: the sources are newer than the build, which this account may not renew:"
                        + " running what was built\n");
        assertThat(version.out()).matches(VERSION);
        assertThat(version.exit()).isZero();
    }

    @Test
    void saysThatNothingIsBuilt() throws Exception {
        setMode("u+w");
        Files.delete(jar);
        setMode("a-w");

        assertThat(satchel("--version"))
                .isEqualTo(new Result(
                        1,
                        "",
                        "satchel: this checkout is not built, and this account may not write in it:"
                                + " run ./satchel --version as its owner first, or use a copy of your own\n"));
    }

    @Test
    void saysThatTheLibrariesOfTheDemoAreOutOfReach() throws Exception {
        assertThat(satchel("demo"))
                .isEqualTo(new Result(
                        1,
                        "",
                        "satchel: demo needs libraries of the account that built this checkout, which this account may"
                                + " not read: run it from a copy of your own\n"));
    }

    @Test
    void startsFromAnArchiveThatItMadeOnce() throws Exception {
        setMode("u+rwX");
        checkout = prepared;

        Result second = begin(false, "-Xlog:class+load").result();

        assertThat(second.err()).isEmpty();
        assertThat(second.out())
                .containsPattern("dev\\.satchel\\.batchexport\\.Satchel source: shared objects file \\(top\\)")
                .containsPattern("\\R" + VERSION);
        assertThat(second.exit()).isZero();
    }

    @Test
    void preparesOnceForTwoStartsAtTheSameTime() {
        assertThat(firstStarts).extracting(Result::err).containsExactlyInAnyOrder(PREPARING, "");
        assertThat(firstStarts).extracting(Result::out).allMatch(out -> out.matches(VERSION));
    }

    @Test
    void preparesAgainAfterABuild() throws Exception {
        copyThePrepared();
        assertThat(withStandIns(Map.of(), "--version").err()).isEqualTo(PREPARING);
        assertThat(withStandIns(Map.of(), "--version").err()).isEmpty();
        makeNewest(jar);
        makeNewest(launcher.resolve("test.classpath"));

        Result again = withStandIns(Map.of(), "--version");

        assertThat(again.err()).isEqualTo(PREPARING);
        assertThat(again.out()).contains("-XX:SharedArchiveFile=");
    }

    /** Without a word, because the archive only saves time. */
    @ParameterizedTest
    @ValueSource(strings = {"", "no archive"})
    void startsWithoutAnArchiveThatDoesNotFit(String content) throws Exception {
        copyThePrepared();
        try (DirectoryStream<Path> archives = Files.newDirectoryStream(launcher.resolve("program"), "*.jsa")) {
            for (Path archive : archives) {
                Files.delete(archive);
                Files.writeString(archive, content);
            }
        }

        Result version = begin(false, "").result();

        assertThat(version.err()).isEmpty();
        assertThat(version.out()).matches(VERSION);
        assertThat(version.exit()).isZero();
    }

    @Test
    void startsFromACopyOfAPreparedCheckout() throws Exception {
        copyThePrepared();

        Result version = begin(false, "").result();

        assertThat(version.err()).isEmpty();
        assertThat(version.out()).matches(VERSION);
    }

    @Test
    void startsWithoutAnArchiveWhereARecordingOrAnAgentWouldMeetIt() throws Exception {
        copyThePrepared();
        assertThat(withStandIns(Map.of(), "--version").out()).contains("-XX:SharedArchiveFile=");

        for (Map<String, String> observed : List.of(
                Map.of("JAVA_OPTS", "-XX:StartFlightRecording"),
                Map.of("JDK_JAVA_OPTIONS", "-XX:FlightRecorderOptions=stackdepth=8"),
                Map.of("JAVA_TOOL_OPTIONS", "-javaagent:agent.jar"),
                Map.of("JAVA_TOOL_OPTIONS", "-agentlib:jdwp=transport=dt_socket"))) {
            Result start = withStandIns(observed, "--version");

            assertThat(start.out())
                    .as(observed.toString())
                    .startsWith("java ")
                    .endsWith(" --version\n")
                    .doesNotContain("-XX:SharedArchiveFile=");
        }
    }

    @Test
    void startsJavaWithItsOptionsAndLetsTheCallersWin() throws Exception {
        String flags = begin(
                        isRoot,
                        Map.of(
                                "JAVA_HOME",
                                System.getProperty("java.home"),
                                "JAVA_OPTS",
                                "-XX:+PrintFlagsFinal -XX:Tier4InvocationThreshold=7000"))
                .result()
                .out();
        copyThePrepared();
        Result fromTheArchive = withStandIns(Map.of("JAVA_OPTS", "-Dcallers=1"), "--version");

        assertThat(flags)
                .containsPattern("Tier4InvocationThreshold += 7000 ")
                .containsPattern("Tier4BackEdgeThreshold += 400000 ");
        assertThat(fromTheArchive.out())
                .matches("java @" + Pattern.quote(checkout.toRealPath() + "/" + OPTIONS)
                        + " -XX:SharedArchiveFile=\\S+ -Xlog:disable -Dcallers=1 -cp \\S+ \\S+ --version\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"domain/src", "batch-export/judge/src", "batch-export/starter/pom.xml"})
    void buildsWhenAModuleHasChanged(String changed) throws Exception {
        setMode("u+rwX");
        makeNewest(checkout.resolve(changed));

        Result start = withStandIns(Map.of(), "--version");

        assertThat(start.err()).endsWith(" -DskipTests package\n");
        assertThat(start.exit()).isEqualTo(3);
    }

    @Test
    void buildsOtherSystemsOnlyToCompareThem() throws Exception {
        setMode("u+rwX");
        makeNewest(Files.writeString(launcher.resolve("test.classpath"), jar + "\n"));

        Result withoutOthers = withStandIns(Map.of(), "bench", "survival", "--only", "satchel");
        assertThat(withoutOthers.err()).isEmpty();
        assertThat(withoutOthers.out()).endsWith(".Bench survival --only satchel\n");

        Result withOthers = withStandIns(Map.of(), "bench", "survival");
        assertThat(withOthers.err()).endsWith(" -DskipTests -Pcomparison -pl batch-export/peers -am package\n");
        assertThat(withOthers.exit()).isEqualTo(3);

        Path others = Files.createDirectories(checkout.resolve("batch-export/peers/target"));
        makeNewest(Files.writeString(others.resolve("runtime.classpath"), jar + "\n"));
        Result built = withStandIns(Map.of(), "bench", "survival");
        assertThat(built.err()).isEmpty();
        assertThat(built.out()).endsWith(".Bench survival\n");
    }

    /**
     * A start with a Java that prints what it was started with, and makes an archive in no time, and with a Maven that
     * prints that and fails.
     */
    private Result withStandIns(Map<String, String> environment, String... arguments) throws Exception {
        Path bin = Files.createDirectories(folder.resolve("stand-ins/bin"));
        Files.writeString(bin.resolveSibling("release"), "JAVA_VERSION=17\n");
        script(bin.resolve("java"), """
                for option; do
                    case $option in -XX:ArchiveClassesAtExit=*) echo archive >"${option#*=}" && exit ;; esac
                done
                echo "java $*"
                """);
        script(bin.resolve("jar"), "exec '" + Path.of(System.getProperty("java.home"), "bin", "jar") + "' \"$@\"\n");
        script(bin.resolve("mvn"), """
                echo "mvn $*"
                exit 3
                """);
        Map<String, String> all = new HashMap<>(environment);
        all.put("JAVA_HOME", bin.getParent().toString());
        all.put("PATH", bin + ":" + System.getenv("PATH"));
        return begin(false, all, arguments).result();
    }

    private static void script(Path file, String lines) throws IOException {
        chmod(Files.writeString(file, "#!/bin/sh\n" + lines), 0755);
    }

    private void copyThePrepared() throws Exception {
        setMode("u+rwX");
        checkout = folder.resolve("copy");
        assertThat(new ProcessBuilder("cp", "-a", prepared.toString(), checkout.toString())
                        .start()
                        .waitFor())
                .isZero();
        launcher = checkout.resolve("batch-export/target/launcher");
        jar = launcher.resolveSibling(jar.getFileName());
    }

    private Result satchel(String... arguments) throws Exception {
        return begin(isRoot, "", arguments).result();
    }

    private Start begin(boolean asAnotherUser, String options, String... arguments) throws IOException {
        Map<String, String> environment = Map.of(
                "JAVA_HOME",
                System.getProperty("java.home"),
                "JAVA_OPTS",
                Installation.SHORT_LIVED_OPTS + " " + options);
        return begin(asAnotherUser, environment, arguments);
    }

    private Start begin(boolean asAnotherUser, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (asAnotherUser) {
            command.addAll(List.of("setpriv", "--reuid=" + OTHER, "--regid=" + OTHER, "--clear-groups"));
        }
        command.add(checkout.resolve("satchel").toString());
        command.addAll(arguments.length == 0 ? List.of("--version") : List.of(arguments));
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().putAll(environment);
        return new Start(builder.start(), out, err);
    }

    private record Start(Process process, Path out, Path err) {

        Result result() throws Exception {
            return new Result(Installation.ended(process), Files.readString(out), Files.readString(err));
        }
    }

    private void setMode(String mode) throws IOException {
        try {
            assertThat(new ProcessBuilder("chmod", "-R", mode, checkout.toString())
                            .start()
                            .waitFor())
                    .isZero();
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }

    private void makeNewest(Path file) throws IOException {
        newest = newest.plusSeconds(60);
        Files.setLastModifiedTime(file, FileTime.from(newest));
    }

    private static Path product() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.toString().endsWith("-exec.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void chmod(Path file, int mode) throws IOException {
        Files.setAttribute(file, "unix:mode", mode);
    }
}
