package dev.satchel.keys.encryption;

import dev.satchel.SatchelException;

/**
 * A stored key cannot be opened. The message is the same for every reason and there is no cause, so that an attacker
 * who changes rows learns nothing from it.
 */
public final class BrokenSealException extends SatchelException {

    private static final long serialVersionUID = 1L;

    public BrokenSealException() {
        super("a stored key cannot be opened: it was changed, moved, put back, or sealed under a key that is gone;"
                + " set the key again");
    }
}
