package dev.satchel.batchexport.serve;

/** A job did what it could, and something is left that it could not do. */
final class IncompleteRunException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what is left, in a sentence without a secret or a row's content */
    IncompleteRunException(String message) {
        super(message);
    }
}
