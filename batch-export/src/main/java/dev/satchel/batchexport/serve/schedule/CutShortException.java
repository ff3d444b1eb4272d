package dev.satchel.batchexport.serve.schedule;

import org.jspecify.annotations.Nullable;

/** A run ended before its work was done, because the program stops. */
public final class CutShortException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param cause what the run threw; null where it ended in order */
    public CutShortException(@Nullable Throwable cause) {
        super("the program stops", cause);
    }
}
