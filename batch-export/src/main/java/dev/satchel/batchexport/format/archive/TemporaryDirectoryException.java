package dev.satchel.batchexport.format.archive;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** The worker cannot use its directory for temporary files, which archives need. */
public final class TemporaryDirectoryException extends IOException {

    private static final long serialVersionUID = 1L;

    public TemporaryDirectoryException(Path directory, IOException cause) {
        super(
                "the worker cannot use its directory for temporary files, " + directory + " (" + reason(cause)
                        + "): make room there and let the worker write to it, or give it another one"
                        + " (JAVA_OPTS=-Djava.io.tmpdir=…)",
                cause);
    }

    // The message of a FileSystemException repeats the random name of the file.
    private static String reason(IOException cause) {
        if (cause instanceof FileSystemException named && named.getReason() != null) {
            return named.getReason();
        }
        return cause instanceof FileSystemException
                ? cause.getClass().getSimpleName().replace("Exception", "")
                : String.valueOf(cause.getMessage());
    }
}
