package dev.satchel.provider;

import dev.satchel.SatchelException;

/** This Java program was told to connect in a way that is not safe for keys, so nothing is sent. */
public final class UnsafeConnectionException extends SatchelException {

    private static final long serialVersionUID = 1L;

    UnsafeConnectionException(String message) {
        super(message);
    }
}
