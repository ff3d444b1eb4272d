package dev.satchel.judge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a store shows of its objects to somebody who may list and read it. */
public interface Listing {

    /** All objects, and what else takes up room, such as unfinished uploads. */
    List<Entry> entries() throws IOException;

    /** The bytes of the object; empty if it has disappeared meanwhile or is not a file. */
    Optional<byte[]> read(String object) throws IOException;

    /** An object in one version. */
    record Entry(String object, Instant writtenAt, String version) {}

    /** All files below a directory, named by {@code file://} and their path. */
    static Listing of(Path directory) {
        return new Listing() {
            @Override
            public List<Entry> entries() throws IOException {
                try (Stream<Path> paths = Files.walk(directory)) {
                    return paths.flatMap(path -> entry(path).stream()).toList();
                } catch (UncheckedIOException disappeared) {
                    throw disappeared.getCause();
                }
            }

            @Override
            public Optional<byte[]> read(String object) throws IOException {
                try {
                    return Optional.of(Files.readAllBytes(Path.of(object.substring("file://".length()))));
                } catch (NoSuchFileException disappeared) {
                    return Optional.empty();
                }
            }
        };
    }

    private static Optional<Entry> entry(Path path) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return attributes.isRegularFile()
                    ? Optional.of(new Entry(
                            "file://" + path,
                            attributes.lastModifiedTime().toInstant(),
                            attributes.fileKey() + " " + attributes.size()))
                    : Optional.empty();
        } catch (NoSuchFileException disappeared) {
            return Optional.empty();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
