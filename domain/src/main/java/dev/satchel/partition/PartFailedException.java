package dev.satchel.partition;

import dev.satchel.export.Failure;

/** A part of an export failed, and so does the attempt. */
public final class PartFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public PartFailedException(Failure failure) {
        super(failure.messageInFull());
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
