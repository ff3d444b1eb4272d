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
 * Moves legacy keys into the vault: checks each, seals it, and then erases it in the legacy table. It may be
 * interrupted at any point: no key is lost, and the next call continues. Safe for use by many threads.
 */
public final class KeyAdoption {

    private final LegacyKeys earlier;
    private final KeyVault vault;

    public KeyAdoption(LegacyKeys earlier, KeyVault vault) {
        this.earlier = earlier;
        this.vault = vault;
    }

    /**
     * Seals every legacy key that is left. A key is only erased if it is blank, or if its user has set or removed a
     * key for the provider in the vault since.
     *
     * @throws OtherKeyEncryptionKeysException if other than the given key-encryption keys wrap the vault's data keys;
     *     then nothing is sealed or erased
     * @param refusals receives each key that stays in the legacy table, with the reason, which repeats nothing of the
     *     key
     */
    public Outcome adopt(BiConsumer<LegacyKey, String> refusals) {
        // Checked first, because blank and superseded keys are erased without sealing, which would check it.
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
        // Always, because an earlier run may have been interrupted before this step.
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
     * The result of an adoption.
     *
     * @param sealed the number of keys that were moved into the vault
     * @param superseded the number of keys whose users had set or removed a key in the vault since
     * @param refused the number of keys that stay in the legacy table
     */
    public record Outcome(long sealed, long superseded, long refused) {}
}
