package dev.satchel.batchexport.store;

import java.io.IOException;

/** The file is larger than its store takes. The message says so to a person. */
final class FileTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    FileTooLargeException(String message) {
        super(message);
    }
}
