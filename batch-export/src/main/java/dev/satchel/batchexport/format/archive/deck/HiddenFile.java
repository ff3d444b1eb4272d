package dev.satchel.batchexport.format.archive.deck;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.satchel.batchexport.format.archive.TemporaryDirectoryException;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;

/**
 * A file on the disk for a program that opens files by name. Only its owner may read it and the directory around it.
 * Once the program has opened it, it gives up its name, so that nothing is left when the process dies.
 */
final class HiddenFile implements Closeable {

    private final Path directory;
    private final Path path;
    private final FileChannel file;

    private HiddenFile(Path directory, Path path, FileChannel file) {
        this.directory = directory;
        this.path = path;
        this.file = file;
    }

    /**
     * Creates an empty file below the directory that the system property {@code java.io.tmpdir} names.
     *
     * @throws TemporaryDirectoryException if that is not possible
     */
    static HiddenFile create() throws IOException {
        Path parent = temporary();
        try {
            Path directory = privateDirectory(parent);
            try {
                Path path = directory.resolve("file");
                FileChannel file =
                        FileChannel.open(path, EnumSet.of(CREATE_NEW, READ, WRITE), permissions(parent, "rw-------"));
                return new HiddenFile(directory, path, file);
            } catch (IOException failed) {
                Files.delete(directory);
                throw failed;
            }
        } catch (IOException refused) {
            throw new TemporaryDirectoryException(parent, refused);
        }
    }

    /** The directory below which files are hidden. */
    static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** Creates a directory that only its owner may enter. */
    static Path privateDirectory(Path parent) throws IOException {
        return Files.createTempDirectory(parent, "satchel-", permissions(parent, "rwx------"));
    }

    // Where there are no such permissions, as on Windows, the directory of each user is private.
    private static FileAttribute<?>[] permissions(Path parent, String permissions) {
        return parent.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** Its name, until it is hidden. */
    Path path() {
        return path;
    }

    /** Takes its name away, where a file can be without one while it is open. Otherwise, closing it does. */
    void hide() throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            remove();
        }
    }

    private void remove() throws IOException {
        Files.deleteIfExists(path);
        Files.deleteIfExists(directory);
    }

    void copyTo(OutputStream out) throws IOException {
        file.position(0);
        Channels.newInputStream(file).transferTo(out);
    }

    @Override
    public void close() throws IOException {
        try (file) {
            hide();
        } finally {
            remove();
        }
    }
}
