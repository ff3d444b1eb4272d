package dev.satchel.batchexport.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How {@code bin/satchel} finds itself and a Java, and what it hands on. */
class DistributedLauncherIT {

    private static final String MAIN = "dev.satchel.batchexport.Satchel";

    @TempDir
    static Path folder;

    private static Distribution distribution;
    private static Path home;

    @BeforeAll
    static void unpack() throws Exception {
        distribution = Distribution.unpackedIn(folder.resolve("a folder with spaces, * and 'quotes'"));
        home = distribution.home();
    }

    @Test
    void startsThroughLinksThatLeadToLinks() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("usr/local/bin"));
        Path absolute = Files.createSymbolicLink(folder.resolve("current"), home);
        Files.createSymbolicLink(bin.resolve("satchel-1"), absolute.resolve("bin/satchel"));
        Path relative = Files.createSymbolicLink(bin.resolve("satchel"), Path.of("satchel-1"));

        Result version = distribution.run(relative, Map.of("JAVA_HOME", System.getProperty("java.home")), "--version");

        assertThat(version.err()).isEmpty();
        assertThat(version.exit()).isZero();
    }

    /** As a shell's script, from its own folder: then the script's name is all that it knows of itself. */
    @Test
    void startsFromItsFolderByAShell() throws Exception {
        Path caller = script("cd '" + quoted(home.resolve("bin")) + "'\nexec sh satchel --version\n");

        Result version = distribution.run(caller, Map.of("JAVA_HOME", System.getProperty("java.home")));

        assertThat(version.err()).isEmpty();
        assertThat(version.out()).startsWith("satchel ");
        assertThat(version.exit()).isZero();
    }

    @Test
    void saysThatItDoesNotFindItself() throws Exception {
        Path caller = script("exec sh -s < '" + quoted(distribution.launcher()) + "'\n");

        Result lost = distribution.run(caller, Map.of("JAVA_HOME", System.getProperty("java.home")));

        assertThat(lost.err()).contains("satchel: ").contains("bin/satchel");
        assertThat(lost.exit()).isEqualTo(1);
    }

    @Test
    void saysThatACopyHasNoJars() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("elsewhere/bin"));
        Path copy = Files.copy(distribution.launcher(), bin.resolve("satchel"), StandardCopyOption.COPY_ATTRIBUTES);

        assertThat(distribution.run(copy, Map.of("JAVA_HOME", System.getProperty("java.home")), "--version"))
                .isEqualTo(new Result(
                        1,
                        "",
                        "satchel: there are no jars of Satchel in "
                                + bin.getParent().toRealPath()
                                + "/lib: link to bin/satchel of an unpacked distribution, do not copy it\n"));
    }

    private static String quoted(Path path) {
        return path.toString().replace("'", "'\\''");
    }

    private static Path script(String text) throws IOException {
        Path script = Files.createTempFile(folder, "script", "");
        Files.writeString(script, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script;
    }

    @Test
    void takesTheJavaOfThePath() throws Exception {
        Result version = distribution.run(
                distribution.launcher(),
                Map.of("PATH", distribution.programs() + ":" + System.getProperty("java.home") + "/bin"),
                "--version");

        assertThat(version.err()).isEmpty();
        assertThat(version.exit()).isZero();
    }

    @Test
    void saysThatThereIsNoJava() throws Exception {
        assertThat(distribution.run(distribution.launcher(), Map.of(), "--version"))
                .isEqualTo(new Result(
                        1,
                        "",
                        "satchel: there is no Java: install a Java runtime, version 17 or newer, or set JAVA_HOME to the"
                                + " folder of one\n"));
    }

    @Test
    void saysThatJavaHomeHasNoJava() throws Exception {
        assertThat(distribution.run(distribution.launcher(), Map.of("JAVA_HOME", "/nonexistent"), "--version"))
                .isEqualTo(new Result(
                        1,
                        "",
                        "satchel: JAVA_HOME is /nonexistent, where there is no bin/java: correct or unset it\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_412", "11.0.25", "16"})
    void refusesAnOlderJava(String version) throws Exception {
        Path older = java(version, true);

        Result refused = distribution.run(distribution.launcher(), Map.of("JAVA_HOME", older.toString()), "--version");

        assertThat(refused)
                .isEqualTo(new Result(
                        1,
                        "",
                        "satchel: " + older + "/bin/java is Java " + version
                                + ": install version 17 or newer, and set JAVA_HOME to its folder if it is not the first"
                                + " on the PATH\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_412", "11.0.25"})
    void refusesAnOlderJavaThatHasNoFileWithItsVersion(String version) throws Exception {
        Path older = java(version, false);

        Result refused = distribution.run(distribution.launcher(), Map.of("JAVA_HOME", older.toString()), "--version");

        assertThat(refused.err()).contains("is Java " + version + ": install version 17 or newer");
        assertThat(refused.exit()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "17.0.15", "21.0.1", "26-ea", "a version of the future"})
    void startsEveryOtherJava(String version) throws Exception {
        Result started = distribution.run(
                distribution.launcher(), Map.of("JAVA_HOME", java(version, true).toString()));

        assertThat(started.err()).isEmpty();
        assertThat(started.out()).endsWith(MAIN + "\n");
    }

    @Test
    void handsEachArgumentOnAsItIs() throws Exception {
        Result started = distribution.run(
                distribution.launcher(),
                Map.of("JAVA_HOME", java("17", true).toString()),
                "two words",
                "",
                "*",
                "$HOME",
                "a\"b'c\\d",
                "line\nbreak",
                "-Dx=y");

        assertThat(started.out()).endsWith(MAIN + "\ntwo words\n\n*\n$HOME\na\"b'c\\d\nline\nbreak\n-Dx=y\n");
    }

    @Test
    void handsTheOptionsOfJavaOn() throws Exception {
        Result started = distribution.run(
                distribution.launcher(),
                Map.of("JAVA_HOME", java("17", true).toString(), "JAVA_OPTS", "-Xmx256m  -Dglob=* -Dhome=$HOME"));

        assertThat(started.out())
                .as("its own options come first, so that those of the caller win")
                .startsWith("@" + distribution.home().toRealPath()
                        + "/lib/java.options\n-Xmx256m\n-Dglob=*\n-Dhome=$HOME\n-cp\n");
    }

    /** So that the same class is found first everywhere. */
    @Test
    void hasTheSameClassPathInEveryLocale() throws Exception {
        String classPath = distribution
                .run(
                        distribution.launcher(),
                        Map.of("JAVA_HOME", java("17", true).toString(), "LC_ALL", "C"))
                .out()
                .lines()
                .dropWhile(argument -> !argument.equals("-cp"))
                .skip(1)
                .findFirst()
                .orElseThrow();

        assertThat(classPath.split(":"))
                .containsExactlyElementsOf(distribution.libraries().stream()
                        .map(jar -> home + "/lib/" + jar)
                        .toList());
        assertThat(distribution
                        .run(
                                distribution.launcher(),
                                Map.of("JAVA_HOME", java("17", true).toString(), "LC_ALL", "en_US.UTF-8"))
                        .out())
                .contains("\n" + classPath + "\n");
    }

    @Test
    void becomesTheProcessOfJavaSoThatASignalReachesIt() throws Exception {
        Path java = java("17", true);
        Files.writeString(java.resolve("bin/java"), "#!/bin/sh\necho $$\n");
        Path caller = Files.writeString(
                folder.resolve("caller"), "#!/bin/sh\necho $$\nexec \"" + distribution.launcher() + "\"\n");
        Files.setPosixFilePermissions(caller, PosixFilePermissions.fromString("rwxr-xr-x"));

        Result started = distribution.run(caller, Map.of("JAVA_HOME", java.toString()));

        assertThat(started.out().lines().distinct()).hasSize(1);
        assertThat(started.out().lines()).hasSize(2);
    }

    /** A folder of a Java that prints its arguments; its version stands in a file, or it says it itself. */
    private static Path java(String version, boolean hasFile) throws IOException {
        Path java = Files.createTempDirectory(folder, "java");
        Path program = Files.createDirectories(java.resolve("bin")).resolve("java");
        Files.writeString(program, """
                #!/bin/sh
                if [ "${1:-}" = -version ]; then
                    echo 'openjdk version "%s" 2024-04-16' >&2
                    exit
                fi
                for argument in "$@"; do
                    printf '%%s\\n' "$argument"
                done
                """.formatted(version));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        if (hasFile) {
            Files.write(
                    java.resolve("release"),
                    List.of("IMPLEMENTOR=\"Somebody\"", "JAVA_VERSION=\"" + version + "\"", "OS_NAME=\"Linux\""));
        }
        return java;
    }
}
