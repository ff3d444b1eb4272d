package dev.satchel.batchexport.store.directory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;

/** The hidden names under which a file is written in its directory before it is published. Safe for use by many threads. */
final class TemporaryFiles {

    private static final SecureRandom RANDOM = new SecureRandom();

    private TemporaryFiles() {}

    /** A new name for the file at {@code target}, which no other upload has. */
    static Path newName(Path target) {
        byte[] bits = new byte[8];
        RANDOM.nextBytes(bits);
        return target.resolveSibling("." + name(target) + "." + HexFormat.of().formatHex(bits) + ".part");
    }

    /**
     * Deletes all temporary files of the file at {@code target}.
     *
     * @throws NoSuchFileException if its directory is not there
     */
    static void delete(Path target) throws IOException {
        Pattern temporary = Pattern.compile(Pattern.quote("." + name(target) + ".") + "[0-9a-f]{16}\\.part");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                Objects.requireNonNull(target.getParent(), "a file in a directory has a parent"),
                path -> temporary.matcher(name(path)).matches())) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static String name(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : name.toString();
    }
}
