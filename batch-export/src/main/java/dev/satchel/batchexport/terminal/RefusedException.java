package dev.satchel.batchexport.terminal;

import dev.satchel.SatchelException;

/** The call is right, but what it asks for cannot be done. Ends the program with exit code 1. */
public final class RefusedException extends SatchelException {

    private static final long serialVersionUID = 1L;

    public RefusedException(String message) {
        super(message);
    }
}
