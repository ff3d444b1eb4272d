package dev.satchel.keys;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.keys.encryption.BrokenSealException;
import java.util.List;
import java.util.Optional;

/**
 * The operations of a service on its users' keys: set, use, show and remove. No method returns a key; {@link #use}
 * passes it to a function. Safe for use by many threads.
 */
public final class UserKeys {

    private final KeyVault vault;

    public UserKeys(KeyVault vault) {
        this.vault = vault;
    }

    /**
     * Stores a key, which replaces an earlier one of the same provider. Closes {@code key}, even if it is refused.
     *
     * @throws IllegalArgumentException if the form of the key is not that of the provider
     * @throws UnknownUserException if the user does not exist
     */
    public void set(UserId user, Provider provider, ApiKey key) {
        try (key) {
            provider.requireKeyOf(key);
            vault.set(user, provider, key);
        }
    }

    /**
     * Passes the user's key to {@code use}, and overwrites it in memory when that returns. Returns empty if the user
     * has no key for the provider.
     *
     * @param purpose the reason, which is committed to the audit log before the key is opened
     * @throws BrokenSealException if the stored key cannot be opened
     */
    public <R, E extends Exception> Optional<R> use(UserId user, Provider provider, Purpose purpose, Use<R, E> use)
            throws E {
        return vault.open(user, provider, purpose, (key, stored) -> use.with(key));
    }

    /** One status per provider, in the order of {@link Provider}. */
    public List<KeyStatus> statuses(UserId user) {
        return vault.statuses(user);
    }

    /**
     * Deletes the key and its data key, so that no copy of the sealed key can be opened. Returns false if there was no
     * key.
     */
    public boolean remove(UserId user, Provider provider) {
        return vault.remove(user, provider);
    }

    /** Deletes all keys of the user and their data keys. Returns false if there was no key. */
    public boolean removeAll(UserId user) {
        return vault.removeAll(user);
    }

    /** A function that uses an opened key. */
    @FunctionalInterface
    public interface Use<R, E extends Exception> {

        R with(ApiKey key) throws E;
    }
}
