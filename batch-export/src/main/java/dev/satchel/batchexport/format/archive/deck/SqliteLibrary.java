package dev.satchel.batchexport.format.archive.deck;

import dev.satchel.batchexport.format.archive.TemporaryDirectoryException;
import dev.satchel.delivery.LibraryUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.springframework.util.FileSystemUtils;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteJDBCLoader;

/**
 * The native library of SQLite. It is unpacked when it is first needed, into a directory that only its owner may enter, and
 * removed as soon as it is loaded, so that a worker that is killed leaves nothing.
 */
final class SqliteLibrary {

    /** Where the driver unpacks its library; it has no other way to be told. */
    private static final String DIRECTORY = "org.sqlite.tmpdir";

    /** The bits of an error code that say its kind. */
    private static final int PRIMARY = 0xff;

    private static boolean loaded;

    private SqliteLibrary() {}

    static Connection connect(Path file, SQLiteConfig config) throws SQLException, LibraryUnavailableException {
        try {
            load();
        } catch (Exception | LinkageError unavailable) {
            throw new LibraryUnavailableException(
                    "the worker cannot load the library for SQLite, which it needs for the deck of an archive: give it"
                            + " a directory for temporary files that it may write to and run libraries from"
                            + " (JAVA_OPTS=-Djava.io.tmpdir=…)",
                    unavailable);
        }
        // As an address, because what follows a question mark in a path would be taken for settings.
        return config.createConnection("jdbc:sqlite:" + file.toUri());
    }

    private static synchronized void load() throws Exception {
        if (loaded) {
            return;
        }
        String chosen = System.getProperty(DIRECTORY);
        Path directory = HiddenFile.privateDirectory(chosen == null ? HiddenFile.temporary() : Path.of(chosen));
        System.setProperty(DIRECTORY, directory.toString());
        try {
            loaded = SQLiteJDBCLoader.initialize();
        } finally {
            if (chosen == null) {
                System.clearProperty(DIRECTORY);
            } else {
                System.setProperty(DIRECTORY, chosen);
            }
            FileSystemUtils.deleteRecursively(directory.toFile());
        }
    }

    /**
     * What an exception of SQLite means. It has no {@link SQLException} as its cause, which would be taken for one of the
     * database that is exported.
     */
    static IOException failure(SQLException thrown, Path directory) {
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(thrown.getErrorCode() & PRIMARY);
        IOException failure = new IOException("SQLite cannot write the deck of an archive: " + thrown.getMessage());
        failure.addSuppressed(thrown);
        return switch (code) {
            case SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY ->
                new TemporaryDirectoryException(directory, failure);
            default -> failure;
        };
    }
}
