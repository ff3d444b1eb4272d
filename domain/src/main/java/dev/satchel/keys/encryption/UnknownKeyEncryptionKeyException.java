package dev.satchel.keys.encryption;

import dev.satchel.SatchelException;

/** A data key is wrapped by a key-encryption key that this process does not hold. */
public final class UnknownKeyEncryptionKeyException extends SatchelException {

    private static final long serialVersionUID = 1L;

    public UnknownKeyEncryptionKeyException(String keyEncryptionKey) {
        super("a data key is wrapped by the key-encryption key " + keyEncryptionKey
                + ", which is not among those given to this process");
    }
}
