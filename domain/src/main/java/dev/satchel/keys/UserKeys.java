package dev.satchel.keys;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.keys.encryption.BrokenSealException;
import java.util.List;
import java.util.Optional;

/**
 * What a service does with its users' keys: set them, use them, show what there is, remove them. There is no way to get a
 * key out, only to use it. Safe for use by many threads.
 */
public final class UserKeys {

    private final KeyVault vault;

    public UserKeys(KeyVault vault) {
        this.vault = vault;
    }

    /**
     * Stores a key in place of an earlier one of the same provider, and wipes {@code key}, also when it is refused.
     *
     * @throws IllegalArgumentException if it does not look like a key of the provider
     * @throws UnknownUserException if there is no such user
     */
    public void set(UserId user, Provider provider, ApiKey key) {
        try (key) {
            provider.requireKeyOf(key);
            vault.set(user, provider, key);
        }
    }

    /**
     * Lends the user's key to {@code use}, and wipes it when that returns. Empty if the user has set no key for the
     * provider.
     *
     * @param purpose what for; it is recorded before the key is opened
     * @throws BrokenSealException if what is stored cannot be opened
     */
    public <R, E extends Exception> Optional<R> use(UserId user, Provider provider, Purpose purpose, Use<R, E> use)
            throws E {
        return vault.open(user, provider, purpose, (key, stored) -> use.with(key));
    }

    /** What may be shown: one status per provider, in the order of {@link Provider}. */
    public List<KeyStatus> statuses(UserId user) {
        return vault.statuses(user);
    }

    /** Deletes the key, and with its data key every copy of it. False if there was none. */
    public boolean remove(UserId user, Provider provider) {
        return vault.remove(user, provider);
    }

    /** Deletes every key of the user, and their data keys. False if there was none. */
    public boolean removeAll(UserId user) {
        return vault.removeAll(user);
    }

    /** What is done with a key while it is open. */
    @FunctionalInterface
    public interface Use<R, E extends Exception> {

        R with(ApiKey key) throws E;
    }
}
