package dev.satchel.batchexport.store.s3;

import java.io.IOException;

/** The file is larger than its store takes. The message says so to a person. */
public final class FileTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    FileTooLargeException(String message) {
        super(message);
    }
}
