package dev.satchel.batchexport.bench.measure;

import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where and on what was measured.
 *
 * @param commit the commit of the checkout; {@code unknown} outside of one
 * @param dirty whether the checkout had changes that are not in the commit, or the commit is unknown
 * @param heap the largest heap of this JVM, in bytes
 */
public record Host(
        String commit, boolean dirty, String jvm, long heap, String server, int serverNumber, String cpu, int processors) {

    private static final String UNKNOWN = "unknown";

    public static Host of(SampleDatabase database) throws SQLException, IOException {
        try (Connection connection = database.ownerDataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT current_setting('server_version'), current_setting('server_version_num')::integer")) {
            row.next();
            String commit = git("rev-parse", "HEAD").findFirst().orElse(UNKNOWN);
            return new Host(
                    commit,
                    // Without a commit, nothing says what was measured.
                    commit.equals(UNKNOWN) || git("status", "--porcelain").findAny().isPresent(),
                    System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                    Runtime.getRuntime().maxMemory(),
                    row.getString(1).split(" ", 2)[0],
                    row.getInt(2),
                    processorModel(),
                    Runtime.getRuntime().availableProcessors());
        }
    }

    // The checkout that this class was built in, wherever the benchmark is started.
    private static Stream<String> git(String... arguments) throws IOException {
        Path checkout = Path.of(URI.create(Host.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toExternalForm()));
        Process git;
        try {
            git = new ProcessBuilder(
                            Stream.concat(Stream.of("git", "-C", checkout.toString()), Stream.of(arguments))
                                    .toList())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException notInstalled) {
            return Stream.empty();
        }
        return new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines();
    }

    private static String processorModel() throws IOException {
        Path file = Path.of("/proc/cpuinfo");
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        return lines.stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }
}
