package dev.satchel.keys.encryption;

import java.util.Arrays;

/**
 * A data key as the database stores it, wrapped by a key-encryption key. Its text shows only the id of that key.
 * Immutable.
 */
public final class WrappedKey {

    private final String keyEncryptionKey;
    private final byte[] bytes;

    /** @throws IllegalArgumentException if the id does not have 1 to 2,048 characters, or {@code bytes} is empty */
    public WrappedKey(String keyEncryptionKey, byte[] bytes) {
        if (keyEncryptionKey.isEmpty() || keyEncryptionKey.length() > 2048) {
            throw new IllegalArgumentException(
                    "a key-encryption key's id has 1 to 2048 characters, was " + keyEncryptionKey.length());
        }
        if (bytes.length == 0) {
            throw new IllegalArgumentException("a wrapped key is not empty");
        }
        this.keyEncryptionKey = keyEncryptionKey;
        this.bytes = bytes.clone();
    }

    /** The id of the key-encryption key that wraps the data key. */
    public String keyEncryptionKey() {
        return keyEncryptionKey;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WrappedKey that
                && keyEncryptionKey.equals(that.keyEncryptionKey)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * keyEncryptionKey.hashCode() + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "wrapped by " + keyEncryptionKey;
    }
}
