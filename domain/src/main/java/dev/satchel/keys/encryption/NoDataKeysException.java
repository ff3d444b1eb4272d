package dev.satchel.keys.encryption;

import dev.satchel.SatchelException;

/** The vault has no data keys, which would prove that the key-encryption keys are its own. So no key may be retired. */
public final class NoDataKeysException extends SatchelException {

    private static final long serialVersionUID = 1L;

    NoDataKeysException() {
        super(
                "the database holds no data keys, and so does not show whether the key-encryption keys are its own, or wrap"
                        + " data keys in another database",
                "retire none, or name the database that they belong to; nothing was changed");
    }
}
