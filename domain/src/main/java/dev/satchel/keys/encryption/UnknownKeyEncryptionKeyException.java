package dev.satchel.keys.encryption;

/** A data key is wrapped by a key-encryption key that this process does not hold. */
public final class UnknownKeyEncryptionKeyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnknownKeyEncryptionKeyException(String keyEncryptionKey) {
        super("a data key is wrapped by the key-encryption key " + keyEncryptionKey
                + ", which is not among those given to this process");
    }
}
