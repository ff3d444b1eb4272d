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
 * Keeps users' keys sealed. Safe for use by many threads and processes.
 *
 * <p>Each operation takes effect entirely or not at all, by itself: it does not join a transaction of the caller's, so
 * that no audited opening is undone later. Whatever is done to one provider's key leaves the others as they are.
 */
public interface KeyVault {

    /**
     * Seals and stores a key in place of an earlier one, which can never be opened again, wherever its sealed text is put.
     * What was known about the earlier one is forgotten. The caller closes {@code key}.
     *
     * @throws UnknownUserException if there is no such user
     * @throws OtherKeyEncryptionKeysException if the vault's data keys are wrapped by others than the given
     *     key-encryption keys; then nothing changes
     */
    void set(UserId user, Provider provider, ApiKey key);

    /**
     * As {@link #set}, unless the user has ever set or removed a key for the provider: then nothing changes and this
     * returns false.
     *
     * @throws UnknownUserException if there is no such user
     * @throws OtherKeyEncryptionKeysException as {@link #set}, also where a key is to stay
     */
    boolean setFirst(UserId user, Provider provider, ApiKey key);

    /**
     * Finds out whether the given key-encryption keys are this vault's, before anything is done that would be wrong with
     * others.
     *
     * @throws OtherKeyEncryptionKeysException if the vault's data keys are wrapped by others
     */
    void requireOwnKeyEncryptionKeys();

    /** Deletes the key, and with its data key every copy of it. False if there was none. */
    boolean remove(UserId user, Provider provider);

    /** Deletes every key of the user, and their data keys. False if there was none. */
    boolean removeAll(UserId user);

    /** What may be shown: one status per provider, in the order of {@link Provider}. Opens nothing. */
    List<KeyStatus> statuses(UserId user);

    /**
     * Opens the key, lends it to {@code opening} and wipes it. The opening is on record, durably, before the key is
     * opened. Empty if the user has set none.
     *
     * <p>Only the use cases of this package may call it: {@link UserKeys} is what everybody else uses.
     *
     * @throws BrokenSealException if what is stored cannot be opened
     */
    <R, E extends Exception> Optional<R> open(UserId user, Provider provider, Purpose purpose, Opening<R, E> opening)
            throws E;

    /**
     * Records what a check proved about a key, unless it has been replaced or removed meanwhile: then nothing changes and
     * this returns false.
     *
     * <p>Only a valid key moves the time of the last validation, and a row of keys is out of use only while every key in
     * it is proven invalid.
     */
    boolean record(UserId user, Provider provider, SealedKey checked, Verdict verdict);

    /**
     * Takes keys for {@code providers} that have not been claimed for {@code interval}, and lets nobody else claim them
     * again before {@code interval} has passed, plus a random time of up to {@code jitter}. A key that was just set is due
     * at once.
     */
    List<DueKey> claimForCheck(Set<Provider> providers, Duration interval, Duration jitter, int limit);

    /** A key whose provider should be asked about it. */
    record DueKey(UserId user, Provider provider) {}

    /** What is done with an opened key while it is open. */
    @FunctionalInterface
    interface Opening<R, E extends Exception> {

        /**
         * Uses the key.
         *
         * @param stored which key it is, to record a verdict about this one and no other
         */
        R opened(ApiKey key, SealedKey stored) throws E;
    }
}
