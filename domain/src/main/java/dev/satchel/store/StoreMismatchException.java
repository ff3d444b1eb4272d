package dev.satchel.store;

import java.io.IOException;

/** The store that answers is not the one that the database knows. The message says so to a person, and what to do. */
public final class StoreMismatchException extends IOException {

    private static final long serialVersionUID = 1L;

    StoreMismatchException(String message) {
        super(message);
    }
}
