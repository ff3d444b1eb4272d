package dev.satchel.record;

import java.time.Duration;

/** Reading was given up, because the snapshot it reads from grew older than allowed. */
public final class SnapshotTooOldException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SnapshotTooOldException(Duration allowed) {
        super("reading a user's records took longer than " + allowed);
    }

    /** @param cause the database's own limit, where that came first */
    public SnapshotTooOldException(Duration allowed, Exception cause) {
        super("reading a user's records took longer than " + allowed, cause);
    }
}
