package dev.satchel.keys.legacy;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.OtherKeyEncryptionKeysException;
import dev.satchel.keys.encryption.UnknownKeyEncryptionKeyException;
import java.util.function.BiConsumer;

/**
 * Brings the keys of before into the vault: each is checked, sealed, and then erased where it was. Stopped at any point,
 * it goes on next time, and no key is lost. Safe for use by many threads.
 */
public final class KeyAdoption {

    private final LegacyKeys earlier;
    private final KeyVault vault;

    public KeyAdoption(LegacyKeys earlier, KeyVault vault) {
        this.earlier = earlier;
        this.vault = vault;
    }

    /**
     * Seals every key that is left. A key that its user has set anew or removed meanwhile is erased, and so is what is
     * blank.
     *
     * @throws OtherKeyEncryptionKeysException if the vault's data keys are wrapped by others than the given
     *     key-encryption keys; then nothing is sealed, and nothing erased
     * @param refusals told of each key that stays where it is, and why; nothing of the key is in the reason
     */
    public Outcome adopt(BiConsumer<LegacyKey, String> refusals) {
        // Here, because what is blank or superseded is erased without the vault's being asked to seal anything.
        vault.requireOwnKeyEncryptionKeys();
        long[] counts = new long[3];
        earlier.adoptEach(key -> {
            if (key.isBlank()) {
                return true;
            }
            try {
                counts[seal(key) ? 0 : 1]++;
                return true;
            } catch (IllegalArgumentException
                    | UnknownUserException
                    | BrokenSealException
                    | UnknownKeyEncryptionKeyException refused) {
                counts[2]++;
                refusals.accept(key, String.valueOf(refused.getMessage()));
                return false;
            }
        });
        // Each time: an earlier run may have been stopped between the two.
        earlier.removeErased();
        return new Outcome(counts[0], counts[1], counts[2]);
    }

    private boolean seal(LegacyKey key) {
        UserId user = key.user().orElseThrow(() -> new IllegalArgumentException("its row belongs to no user"));
        try (ApiKey read = key.read()) {
            return vault.setFirst(user, key.provider(), read);
        }
    }

    /**
     * What came of it.
     *
     * @param sealed keys that are now in the vault
     * @param superseded keys whose users had set another in the vault, or had removed it
     * @param refused keys that stay where they are
     */
    public record Outcome(long sealed, long superseded, long refused) {}
}
