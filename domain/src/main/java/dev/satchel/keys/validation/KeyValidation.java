package dev.satchel.keys.validation;

import dev.satchel.UserId;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.SealedKey;
import dev.satchel.keys.Verdict;
import dev.satchel.keys.encryption.BrokenSealException;
import java.util.Optional;

/** Asks a provider about a user's key, and records the answer. Safe for use by many threads. */
public final class KeyValidation {

    private static final Purpose VALIDATE = new Purpose("validate");

    private final KeyVault vault;
    private final ProviderCheck check;

    public KeyValidation(KeyVault vault, ProviderCheck check) {
        this.vault = vault;
        this.check = check;
    }

    /**
     * Returns the provider's answer; empty if the user has no key for the provider, or replaced or removed it during
     * the check.
     *
     * @throws BrokenSealException if the stored key cannot be opened
     */
    public Optional<Verdict> validate(UserId user, Provider provider) {
        return vault.open(user, provider, VALIDATE, (key, stored) -> new Checked(stored, check.check(provider, key)))
                .filter(checked -> vault.record(user, provider, checked.stored(), checked.verdict()))
                .map(Checked::verdict);
    }

    private record Checked(SealedKey stored, Verdict verdict) {}
}
