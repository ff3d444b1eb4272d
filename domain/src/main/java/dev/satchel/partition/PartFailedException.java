package dev.satchel.partition;

import dev.satchel.export.Failure;

/** A part of an export failed, and so does the attempt. */
public final class PartFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The failure of a part on a worker that would read or write other bytes than the one that asked. */
    public static final Failure OTHER_SETTINGS = new Failure(
            Failure.Code.WORKER_MISCONFIGURED,
            "a worker that was asked for a part of the export has another version of Satchel, other datasets or other CSV"
                    + " settings than the worker that asked: give all workers that deliver parts the same");

    private final transient Failure failure;

    public PartFailedException(Failure failure) {
        super(failure.messageInFull());
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
