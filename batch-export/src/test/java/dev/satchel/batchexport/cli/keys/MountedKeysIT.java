package dev.satchel.batchexport.cli.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.migrations.SampleDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Satchel in a container of Kubernetes, where the key-encryption keys are a mounted Secret: a link to a link to a file that
 * belongs to root, which lets the service's group read it, and which nobody can change.
 *
 * <p>Where the tests run as root, Satchel runs as another user; elsewhere it is the tests' user, whose file is read-only.
 */
class MountedKeysIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";
    private static final int SERVICE = 20_001;
    private static final int GROUP = 20_000;

    /** The packaged program, where another user may read it; unpacked, because jars in a jar make each start as long again. */
    @TempDir
    static Path program;

    @TempDir
    Path temporary;

    private SampleDatabase database;
    private Path folder;
    private Path data;
    private Path kek;
    private boolean isRoot;

    @BeforeAll
    static void unpack() throws IOException {
        chmod(program, 0755);
        Path product;
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            product = files.filter(file -> file.toString().endsWith("-exec.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        try (JarFile jar = new JarFile(product.toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                Path file = program.resolve(entry.getName());
                if (entry.getName().startsWith("BOOT-INF/") && !entry.isDirectory()) {
                    Files.createDirectories(file.getParent());
                    try (InputStream content = jar.getInputStream(entry)) {
                        Files.copy(content, file);
                    }
                }
            }
        }
    }

    @BeforeEach
    void mountASecretWithTwoKeysWhoseEarlierOneIsInUse() throws Exception {
        database = SampleDatabase.createWithLearners();
        folder = temporary.toRealPath();
        isRoot = (int) Files.getAttribute(folder, "unix:uid") == 0;
        chmod(folder, 0755);
        Path mount = Files.createDirectory(folder.resolve("secret"));
        data = Files.createDirectory(mount.resolve("..2026_11_28_10_00_00.1"));
        Path file = data.resolve("kek.json");
        FileKeyEncryptionKeys keys = FileKeyEncryptionKeys.create(file);
        Files.createSymbolicLink(mount.resolve("..data"), data.getFileName());
        kek = Files.createSymbolicLink(mount.resolve("kek.json"), Path.of("..data/kek.json"));
        mounted(file);
        Installation.satchel(
                        settings(),
                        new ByteArrayInputStream("sk-proj-mountedmounted0123456789".getBytes(UTF_8)),
                        "keys",
                        "set",
                        "--user",
                        LEARNER,
                        "--provider",
                        "openai")
                .succeeded();
        chmod(data, 0755);
        chmod(file, 0600);
        keys.addPrimary();
        mounted(file);
        chmod(mount, 01777);
    }

    private void mounted(Path file) throws IOException {
        if (isRoot) {
            Files.setAttribute(data, "unix:gid", GROUP);
            Files.setAttribute(file, "unix:gid", GROUP);
            chmod(file, 0440);
        } else {
            chmod(file, 0400);
            chmod(data, 0500);
        }
    }

    @AfterEach
    void close() throws IOException {
        chmod(data, 0755);
        database.close();
    }

    @Test
    void isReadThroughItsLinks() throws Exception {
        assertThat(satchel("keys", "list", "--user", LEARNER).succeeded()).contains("openai     sk-proj…6789");
    }

    @Test
    void isNotRotatedAndThatIsSaidBeforeAnythingIsWrappedAnew() throws Exception {
        String before = wrapped();

        for (String[] rotation : new String[][] {
            {"keys", "rotate"}, {"keys", "rotate", "--retire"}, {"keys", "rotate", "--resume", "--retire"}
        }) {
            Result refused = satchel(rotation);

            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.out())
                    .startsWith("satchel: the file of key-encryption keys " + kek + " ")
                    .contains(
                            isRoot
                                    ? "belongs to the user root: run the command as that user"
                                    : "cannot be written (permission denied): ");
            assertThat(wrapped()).isEqualTo(before);
        }
    }

    @Test
    void isGoodForFinishingARotationThatNeedsNoNewKey() throws Exception {
        String before = wrapped();

        assertThat(satchel("keys", "rotate", "--resume").succeeded()).startsWith("re-wrapped 1 data keys");

        assertThat(wrapped()).isNotEqualTo(before);
        assertThat(satchel("keys", "list", "--user", LEARNER).succeeded()).contains("openai     sk-proj…6789");
    }

    @Test
    void isRefusedWhereItBelongsToSomebodyElse() throws Exception {
        Path foreign = Path.of("/etc/passwd");
        if (isRoot) {
            foreign = Files.copy(data.resolve("kek.json"), folder.resolve("foreign.json"));
            chmod(foreign, 0600);
            Files.setAttribute(foreign, "unix:uid", SERVICE + 1);
        }
        kek = Files.createSymbolicLink(folder.resolve("foreign"), foreign);

        Result refused = satchel("keys", "list", "--user", LEARNER);

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.out())
                .startsWith("satchel: the file of key-encryption keys " + kek + " ")
                .contains(
                        isRoot
                                ? "belongs to the user " + (SERVICE + 1) + ": run the command as that user"
                                : "is open to others (rw-r--r--): take their rights away with 'chmod 640 /etc/passwd'");
    }

    private Map<String, String> settings() {
        return new TreeMap<>(Map.of("DATABASE_URL", database.workerUrl(), "SATCHEL_KEK", "file:" + kek));
    }

    private Result satchel(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        if (isRoot) {
            command.addAll(List.of("setpriv", "--reuid=" + SERVICE, "--regid=" + GROUP, "--clear-groups"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                Installation.SHORT_LIVED,
                "-cp",
                program.resolve("BOOT-INF/classes") + ":" + program.resolve("BOOT-INF/lib") + "/*",
                "dev.satchel.batchexport.Satchel"));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "output", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(settings());
        int exit = Installation.ended(builder.start());
        return new Result(exit, Files.readString(output), "");
    }

    private String wrapped() throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT kek_id || encode(wrapped, 'hex') FROM satchel.data_key")) {
            row.next();
            return row.getString(1);
        }
    }

    private static void chmod(Path file, int mode) throws IOException {
        Files.setAttribute(file, "unix:mode", mode);
    }
}
