package dev.satchel.keys.encryption;

import dev.satchel.UserId;
import java.util.UUID;

/**
 * The keys that wrap data keys; they are kept away from the database. Safe for use by many threads.
 *
 * <p>What is wrapped is bound to its user and its data key's id, and unwraps for no other. The id of a key-encryption key
 * names where it comes from and which one it is, for example {@code file:1836472} or {@code aws-kms:arn:…}; it is no
 * secret and never changes its meaning.
 */
public interface KeyEncryptionKeys {

    /** The id of the key that {@link #wrap} uses now. */
    String primaryId();

    /** Whether the key of that id is among these, so that {@link #unwrap} can open what it wraps. */
    boolean holds(String id);

    /** Wraps a data key. {@code dataKey} stays the caller's, who wipes it. */
    WrappedKey wrap(byte[] dataKey, UserId user, UUID dataKeyId);

    /**
     * The data key; the caller wipes it.
     *
     * @throws BrokenSealException if it was changed, or wrapped for another user or under another id
     * @throws UnknownKeyEncryptionKeyException if the key that wraps it is not among these
     */
    byte[] unwrap(WrappedKey wrapped, UserId user, UUID dataKeyId);
}
