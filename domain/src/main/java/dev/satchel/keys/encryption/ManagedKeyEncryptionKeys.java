package dev.satchel.keys.encryption;

import java.util.List;

/**
 * Key-encryption keys that Satchel itself adds and retires, such as those in a file. Others are rotated where they are kept,
 * such as in a key management service.
 */
public interface ManagedKeyEncryptionKeys extends KeyEncryptionKeys {

    /** The ids of all keys, the oldest first. */
    List<String> ids();

    /** Makes sure that a key can be added or retired; throws what would stop it otherwise. */
    void requireChangeable();

    /** Adds a new key and makes it the primary; the others stay. Returns its id. */
    String addPrimary();

    /**
     * Removes a key for good. The caller makes sure that it wraps nothing any more.
     *
     * @throws IllegalArgumentException if there is no such key, or it is the primary
     */
    void retire(String id);
}
