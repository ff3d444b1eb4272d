package dev.satchel.keys;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.OtherKeyEncryptionKeysException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Stores users' keys sealed (encrypted). Safe for use by many threads and processes.
 *
 * <p>Each operation is a transaction of its own. It never joins a transaction of the caller, whose rollback would undo
 * the audit entry of an opening. An operation on one provider's key leaves the user's other keys unchanged.
 */
public interface KeyVault {

    /**
     * Seals and stores a key. It replaces an earlier one, which can never be opened again, even if its sealed text is
     * written back. The validity and the times of the earlier key are cleared. The caller closes {@code key}.
     *
     * @throws UnknownUserException if the user does not exist
     * @throws OtherKeyEncryptionKeysException if the vault's data keys are wrapped by others than the given
     *     key-encryption keys; then nothing changes
     */
    void set(UserId user, Provider provider, ApiKey key);

    /**
     * As {@link #set}, but changes nothing and returns false if the user has ever set or removed a key for the
     * provider.
     *
     * @throws UnknownUserException if the user does not exist
     * @throws OtherKeyEncryptionKeysException as {@link #set}, even if this call would change nothing
     */
    boolean setFirst(UserId user, Provider provider, ApiKey key);

    /**
     * Verifies that the given key-encryption keys are those of this vault.
     *
     * @throws OtherKeyEncryptionKeysException if other key-encryption keys wrap the vault's data keys
     */
    void requireOwnKeyEncryptionKeys();

    /**
     * Deletes the key and its data key, so that no copy of the sealed key can be opened. Returns false if there was no
     * key.
     */
    boolean remove(UserId user, Provider provider);

    /** Deletes all keys of the user and their data keys. Returns false if there was no key. */
    boolean removeAll(UserId user);

    /** One status per provider, in the order of {@link Provider}. Does not open the keys. */
    List<KeyStatus> statuses(UserId user);

    /**
     * Opens (decrypts) the key, passes it to {@code opening} and then overwrites it in memory. The audit entry is
     * committed before the key is opened. Returns empty if the user has no key for the provider.
     *
     * <p>Only the use cases of this package call it; services use {@link UserKeys}.
     *
     * @throws BrokenSealException if the stored key cannot be opened
     */
    <R, E extends Exception> Optional<R> open(UserId user, Provider provider, Purpose purpose, Opening<R, E> opening)
            throws E;

    /**
     * Records the result of a check. If the key was replaced or removed since, changes nothing and returns false.
     *
     * <p>Only {@link Verdict.Valid} updates the time of the last validation. A user's row of keys is inactive only
     * while every key in it is proven invalid.
     */
    boolean record(UserId user, Provider provider, SealedKey checked, Verdict verdict);

    /**
     * Claims keys of {@code providers} whose check is due. A claimed key is due again after {@code interval} plus a
     * random time of up to {@code jitter}; until then, no other caller gets it. A new key is due at once.
     */
    List<DueKey> claimForCheck(Set<Provider> providers, Duration interval, Duration jitter, int limit);

    /** A key whose check is due. */
    record DueKey(UserId user, Provider provider) {}

    /** A function that uses an opened key. */
    @FunctionalInterface
    interface Opening<R, E extends Exception> {

        /**
         * Uses the key.
         *
         * @param stored identifies the key, so that a verdict is recorded for this key and no later one
         */
        R opened(ApiKey key, SealedKey stored) throws E;
    }
}
