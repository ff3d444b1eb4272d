package dev.satchel.record;

import java.time.Duration;

/** Reading was cancelled because its snapshot became older than allowed. */
public final class SnapshotTooOldException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SnapshotTooOldException(Duration allowed) {
        super("reading a user's records took longer than " + allowed);
    }

    /** @param cause the error of the database, if its own time limit ended the reading */
    public SnapshotTooOldException(Duration allowed, Exception cause) {
        super("reading a user's records took longer than " + allowed, cause);
    }
}
