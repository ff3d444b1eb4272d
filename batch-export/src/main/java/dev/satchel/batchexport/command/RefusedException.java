package dev.satchel.batchexport.command;

/** The call is right, but what it asks for cannot be done. Ends the program with exit code 1. */
final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
        super(message);
    }
}
