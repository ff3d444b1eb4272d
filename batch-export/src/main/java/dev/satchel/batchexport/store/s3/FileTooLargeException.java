package dev.satchel.batchexport.store.s3;

import java.io.IOException;

/** The file is larger than its store accepts. The message is a sentence for the user. */
public final class FileTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    FileTooLargeException(String message) {
        super(message);
    }
}
