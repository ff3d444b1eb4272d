package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a checkout that an account may read and not write.
 *
 * <p>Where the tests run as root, Satchel runs as another user; elsewhere nobody may write in the checkout.
 */
class LauncherIT {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int OTHER = 20_001;
    private static final String VERSION = "satchel \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R";

    @TempDir
    Path folder;

    private Path checkout;
    private Path launcher;
    private Path jar;
    private boolean isRoot;
    private Instant newest = Instant.now();

    @BeforeEach
    void checkOutAndBuild() throws IOException {
        isRoot = (int) Files.getAttribute(folder, "unix:uid") == 0;
        chmod(folder, 0755);
        checkout = Files.createDirectory(folder.resolve("checkout"));
        chmod(Files.copy(ROOT.resolve("satchel"), checkout.resolve("satchel")), 0755);
        for (String pom : List.of("", "migrations", "domain", "adapters-postgres", "batch-export")) {
            Path module = Files.createDirectories(checkout.resolve(pom));
            Files.createDirectories(module.resolve("src"));
            Files.copy(ROOT.resolve(pom).resolve("pom.xml"), module.resolve("pom.xml"));
        }
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

    private Result satchel(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        if (isRoot) {
            command.addAll(List.of("setpriv", "--reuid=" + OTHER, "--regid=" + OTHER, "--clear-groups"));
        }
        command.add(checkout.resolve("satchel").toString());
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        int exit = Installation.ended(builder.start());
        return new Result(exit, Files.readString(out), Files.readString(err));
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
