package dev.satchel.batchexport.bench.export;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.store.s3.S3Connection;
import dev.satchel.store.FileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Where files go: nowhere, into a directory, or to an S3 server. Closing removes them all. */
final class Sinks implements AutoCloseable {

    static final String NOTHING = "nothing";
    static final String DIRECTORY = "directory";
    static final String S3 = "s3";
    static final List<String> NAMES = List.of(NOTHING, DIRECTORY, S3);

    private final Path folder;
    private final Path directory;
    private final Optional<S3ServerProcess> server;
    private final FileStore nothing = new DroppingFileStore();

    private Sinks(Path folder, Path directory, Optional<S3ServerProcess> server) {
        this.folder = folder;
        this.directory = directory;
        this.server = server;
    }

    /** Opens the sinks of these names. */
    static Sinks open(List<String> names) throws IOException {
        Path folder = Files.createTempDirectory("satchel-bench");
        return new Sinks(
                folder,
                Files.createDirectory(folder.resolve(DIRECTORY)),
                names.contains(S3)
                        ? Optional.of(S3ServerProcess.start(Files.createDirectory(folder.resolve(S3))))
                        : Optional.empty());
    }

    /** A folder for the files of others. */
    Path folder() {
        return folder;
    }

    /** The settings of a program that stores its files in {@code sink}; not for nothing, which only this process has. */
    Map<String, String> environment(String sink, String databaseUrl) {
        Map<String, String> environment = new TreeMap<>(sink.equals(S3) ? server().environment() : Map.of());
        environment.putIfAbsent("SATCHEL_STORE", directory.toUri().toString());
        environment.put("DATABASE_URL", databaseUrl);
        return environment;
    }

    FileStore store(String sink, Settings settings) {
        return sink.equals(NOTHING) ? nothing : settings.store();
    }

    S3Connection s3() {
        return server().connection();
    }

    private S3ServerProcess server() {
        return server.orElseThrow();
    }

    @Override
    public void close() throws IOException {
        if (server.isPresent()) {
            server.get().close();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
