package dev.satchel.keys.encryption;

import java.util.List;

/**
 * Key-encryption keys that Satchel itself can add and retire, such as those in a file. Other keys are rotated where
 * they are kept, such as in a key management service.
 */
public interface ManagedKeyEncryptionKeys extends KeyEncryptionKeys {

    /** The ids of all keys, the oldest first. */
    List<String> ids();

    /** Verifies that keys can be added and retired; throws the exception that adding one would throw. */
    void requireChangeable();

    /** Adds a new key, makes it the primary one and returns its id. The other keys stay. */
    String addPrimary();

    /**
     * Removes a key permanently. The caller has verified that it wraps no data key any more.
     *
     * @throws IllegalArgumentException if there is no such key, or if it is the primary one
     */
    void retire(String id);
}
