package dev.satchel.keys.encryption;

import dev.satchel.UserId;
import java.util.UUID;

/**
 * The keys that wrap (encrypt) data keys. They are kept outside of the database. Safe for use by many threads.
 *
 * <p>A wrapped data key is bound to its user and its id, and unwraps for these alone. The id of a key-encryption key
 * names its source and the key, for example {@code file:1836472} or {@code aws-kms:arn:…}. It is not secret and always
 * means the same key.
 */
public interface KeyEncryptionKeys {

    /** The id of the key that {@link #wrap} uses. */
    String primaryId();

    /** Whether the key with that id is available, so that {@link #unwrap} can use it. */
    boolean holds(String id);

    /** Wraps a data key. The caller overwrites {@code dataKey} afterwards. */
    WrappedKey wrap(byte[] dataKey, UserId user, UUID dataKeyId);

    /**
     * Returns the data key, which the caller overwrites after use.
     *
     * @throws BrokenSealException if the wrapped key was changed, or was wrapped for another user or data key id
     * @throws UnknownKeyEncryptionKeyException if the key that wraps it is not available
     */
    byte[] unwrap(WrappedKey wrapped, UserId user, UUID dataKeyId);
}
