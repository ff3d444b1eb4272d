package dev.satchel.keys.encryption;

import java.util.Set;
import java.util.SortedMap;

/**
 * The stored data keys, each wrapped by a key-encryption key; there is one per user's key. Safe for use by many
 * threads and processes, also while keys are set, used and removed.
 */
public interface DataKeys {

    /**
     * Verifies that the given key-encryption keys are those of these data keys.
     *
     * @throws OtherKeyEncryptionKeysException if other key-encryption keys wrap all data keys
     */
    void requireOwnKeyEncryptionKeys();

    /**
     * The number of data keys by the id of the key-encryption key that wraps them, without those that wrap no data
     * key.
     */
    SortedMap<String, Long> countByKeyEncryptionKey();

    /**
     * Re-wraps at most {@code limit} data keys that the primary key-encryption key does not wrap yet, and returns
     * their number. The data keys and the sealed keys stay the same.
     *
     * <p>Each call is one transaction. It skips rows that are locked, so it never waits for other transactions or
     * overwrites their changes. Zero therefore means that nothing could be done now; {@link #countByKeyEncryptionKey}
     * tells whether data keys are left, and {@link #countUnopenable} whether another call can succeed.
     */
    int rewrapNext(int limit);

    /**
     * The number of data keys that cannot be re-wrapped, by the id of the key-encryption key that wraps them: that key
     * is missing, or the stored bytes are damaged. Tries to open each data key that the primary key-encryption key
     * does not wrap, so call it at the end of a rotation.
     */
    SortedMap<String, Long> countUnopenable();

    /**
     * The ids of the key-encryption keys that wrap a data key. Waits for transactions that are storing a data key. So
     * a key-encryption key that is neither the primary one nor in the result will never wrap a data key of this vault
     * again. It may be retired only if there are data keys and the given key-encryption keys wrap all of them;
     * otherwise it may belong to another vault.
     */
    Set<String> keyEncryptionKeysInUse();
}
