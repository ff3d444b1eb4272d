package dev.satchel.keys.encryption;

import java.util.Set;
import java.util.SortedMap;

/**
 * The data keys as they are stored: wrapped, one for each key that is set. Safe for use by many threads and processes, while keys are set, used
 * and removed.
 */
public interface DataKeys {

    /**
     * Finds out whether the given key-encryption keys are those of these data keys, before one is added or taken away.
     *
     * @throws OtherKeyEncryptionKeysException if others wrap every data key there is
     */
    void requireOwnKeyEncryptionKeys();

    /** How many data keys each key-encryption key wraps, by its id. One that wraps none is not in it. */
    SortedMap<String, Long> countByKeyEncryptionKey();

    /**
     * Re-wraps at most {@code limit} data keys that the primary key-encryption key does not wrap yet, and returns how
     * many. The data keys and what they seal stay as they are.
     *
     * <p>Each call takes effect entirely or not at all, never waits for others and never undoes what they did: rows that
     * somebody else is changing are left for a later call. Zero therefore means that nothing could be done now; {@link
     * #countByKeyEncryptionKey} says whether anything is left, and {@link #countUnopenable} whether waiting helps.
     */
    int rewrapNext(int limit);

    /**
     * How many data keys can never be re-wrapped, by the id of the key-encryption key that should open them: it is
     * missing, or what is stored is broken. Tries each data key that the primary key-encryption key does not wrap, so it
     * is a question for the end of a rotation.
     */
    SortedMap<String, Long> countUnopenable();

    /**
     * The ids of the key-encryption keys that wrap a data key. Waits for those who are just storing one, so that a
     * key-encryption key that is neither the primary nor among these wraps nothing here ever again. It may be taken away
     * where there are data keys and the given key-encryption keys wrap them all; otherwise it may belong to another vault.
     */
    Set<String> keyEncryptionKeysInUse();
}
