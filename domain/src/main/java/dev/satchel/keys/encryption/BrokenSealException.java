package dev.satchel.keys.encryption;

import dev.satchel.SatchelException;

/**
 * A stored key cannot be opened. Whatever the reason, the message is the same and there is no cause: it would tell
 * somebody who changes rows how far they got.
 */
public final class BrokenSealException extends SatchelException {

    private static final long serialVersionUID = 1L;

    public BrokenSealException() {
        super("a stored key cannot be opened: it was changed, moved, put back, or sealed under a key that is gone;"
                + " set the key again");
    }
}
