package dev.satchel.migrations;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where an embedded server that may forget everything keeps its files: in memory, where the system offers that.
 *
 * <p>Tests make and drop hundreds of databases of a thousand files each, which takes ten times as long on a disk. The
 * files go with the server; those of a JVM that was killed go when the next one starts.
 */
public final class ServerDirectory {

    private static final Path MEMORY = Path.of("/dev/shm");

    /** The largest tests fill less than half of it. */
    private static final long ROOM = 4L << 30;

    private static final String PREFIX = "satchel-test-postgres-";

    private ServerDirectory() {}

    /** Lets the server keep its files in memory, if there is room. */
    public static EmbeddedPostgres.Builder inMemory(EmbeddedPostgres.Builder server) throws IOException {
        if (!Files.isWritable(MEMORY)) {
            return server;
        }
        deleteLeftovers();
        if (Files.getFileStore(MEMORY).getUsableSpace() < ROOM) {
            return server;
        }
        var name = PREFIX + ProcessHandle.current().pid() + "-";
        return server.setDataDirectory(Files.createTempDirectory(MEMORY, name));
    }

    // A server ends by itself when its files are gone.
    private static void deleteLeftovers() throws IOException {
        try (var directories = Files.newDirectoryStream(MEMORY, PREFIX + "*")) {
            for (var directory : directories) {
                var name = directory.getFileName().toString().substring(PREFIX.length());
                var pid = Long.parseLong(name.substring(0, name.indexOf('-')));
                if (Files.isWritable(directory) && ProcessHandle.of(pid).isEmpty()) {
                    try {
                        delete(directory);
                    } catch (IOException | UncheckedIOException anotherDeletesItToo) {
                        continue;
                    }
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (var file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
