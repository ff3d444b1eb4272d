package dev.satchel.store;

import java.io.IOException;

/**
 * The configured store is not the one that the database has on record. The message is a sentence for the operator:
 * cause, then remedy.
 */
public final class StoreMismatchException extends IOException {

    private static final long serialVersionUID = 1L;

    StoreMismatchException(String message) {
        super(message);
    }
}
