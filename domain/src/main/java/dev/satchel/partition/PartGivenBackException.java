package dev.satchel.partition;

/** A worker gave a part of an export back, because it was told to stop. The attempt ends, and does not count. */
public final class PartGivenBackException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public PartGivenBackException() {
        super("a worker that delivered a part of the export was told to stop");
    }
}
