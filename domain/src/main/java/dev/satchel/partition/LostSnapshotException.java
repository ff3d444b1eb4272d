package dev.satchel.partition;

/** The snapshot that a part of an export is to be read from is not open any more. */
public final class LostSnapshotException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LostSnapshotException(Throwable cause) {
        super("the snapshot of the export is not open any more", cause);
    }
}
