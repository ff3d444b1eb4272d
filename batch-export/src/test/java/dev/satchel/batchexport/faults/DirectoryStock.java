package dev.satchel.batchexport.faults;

import dev.satchel.batchexport.store.directory.DirectoryFileStore;
import dev.satchel.store.FileStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A directory of this machine. */
final class DirectoryStock implements Stock {

    private final Path folder;

    DirectoryStock(Path folder) throws IOException {
        this.folder = Files.createDirectory(folder).toRealPath();
    }

    @Override
    public String name() {
        return "directory";
    }

    @Override
    public List<Gate.Kind> kinds() {
        return List.of(Gate.Kind.SQL, Gate.Kind.FILE);
    }

    /** Longer than a late operation takes: the record of a removed file does not stay. */
    @Override
    public Duration grace() {
        return Duration.ofMinutes(15);
    }

    /** More than one block. */
    @Override
    public int largest() {
        return 150_000;
    }

    @Override
    public Access open(Gate gate) {
        GatedFiles files = new GatedFiles(folder, gate);
        FileStore store = new DirectoryFileStore(files.root());
        return new Access() {
            @Override
            public FileStore store() {
                return store;
            }

            @Override
            public void close() throws IOException {
                files.close();
            }
        };
    }

    @Override
    public SortedMap<String, Long> sizes() throws IOException {
        SortedMap<String, Long> sizes = new TreeMap<>();
        for (Path file : files()) {
            String name = String.valueOf(file.getFileName());
            if (!name.startsWith(".") && !name.startsWith("satchel-store-")) {
                sizes.put(file.toUri().toString(), Files.size(file));
            }
        }
        return sizes;
    }

    @Override
    public byte[] read(String location) throws IOException {
        return Files.readAllBytes(Path.of(URI.create(location)));
    }

    @Override
    public List<String> unfinished() throws IOException {
        return files().stream()
                .filter(file -> String.valueOf(file.getFileName()).startsWith("."))
                .map(Path::toString)
                .toList();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Override
    public void clear() throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.filter(path -> !path.equals(folder))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    @Override
    public void close() {
        // The folder is the test's.
    }
}
