package dev.satchel.delivery;

import java.io.IOException;

/** A file cannot be encrypted to the key that its request names. The message says why, and names no part of the key but its fingerprint. */
public final class RefusedRecipientException extends IOException {

    private static final long serialVersionUID = 1L;

    public RefusedRecipientException(String message) {
        super(message);
    }

    public RefusedRecipientException(String message, Throwable cause) {
        super(message, cause);
    }
}
