package dev.satchel.keyset;

import java.io.IOException;
import java.nio.file.Path;

/** A file was replaced or changed while it was read. Reading it again may succeed. */
final class ChangedFileException extends IOException {

    private static final long serialVersionUID = 1L;

    ChangedFileException(Path path) {
        super(path + " was changed while it was read");
    }
}
