package dev.satchel.partition;

/** A worker gave a part of an export back that it cannot deliver now. The attempt ends, and does not count. */
public final class PartGivenBackException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public PartGivenBackException() {
        super("a worker gave a part of the export back");
    }
}
