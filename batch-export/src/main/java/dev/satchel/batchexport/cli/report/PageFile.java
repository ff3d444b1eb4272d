package dev.satchel.batchexport.cli.report;

import dev.satchel.batchexport.terminal.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The file that a page is written to. It is replaced as a whole, so that a reader never sees half a page, and what was there
 * stays when anything fails.
 */
final class PageFile implements AutoCloseable {

    private final Path file;
    private final Path temporary;

    private PageFile(Path file, Path temporary) {
        this.file = file;
        this.temporary = temporary;
    }

    /**
     * Makes sure that a file can be written there, before the page is made.
     *
     * @throws UsageException if the name is one of something else than a file
     */
    static PageFile at(String name) throws IOException {
        Path file;
        try {
            file = Path.of(name).toAbsolutePath().normalize();
        } catch (InvalidPathException impossible) {
            throw new UsageException("--output is refused: " + name + " is no name of a file");
        }
        if (Files.isSymbolicLink(file) && Files.exists(file)) {
            file = file.toRealPath();
        }
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new UsageException("--output is refused: " + name
                    + (Files.isDirectory(file)
                            ? " is a directory: name a file in it"
                            : " is no ordinary file: name one, or '-' for standard output"));
        }
        Path folder = file.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageException(
                    "--output is refused: there is no directory " + folder + ": create it, or correct the path");
        }
        // Only this account can read it.
        return new PageFile(file, Files.createTempFile(folder, ".satchel-report-", ".tmp"));
    }

    void write(String page) throws IOException {
        Files.writeString(temporary, page, StandardCharsets.UTF_8);
        if (Files.exists(file)) {
            Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(file));
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(temporary);
    }
}
