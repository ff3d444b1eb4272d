package dev.satchel.export;

import dev.satchel.SatchelException;

/** A user would have more exports pending or processing than are allowed. */
public final class TooManyExportsException extends SatchelException {

    private static final long serialVersionUID = 1L;

    /** @param what who would have how many exports, and how many are allowed */
    public TooManyExportsException(String what) {
        super(what, "wait until one is delivered, or cancel one, and ask again");
    }
}
