package dev.satchel.keys.validation;

import dev.satchel.keys.ApiKey;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Verdict;

/** Asks providers about keys. Safe for use by many threads. */
public interface ProviderCheck {

    /**
     * Asks the provider whether it accepts the key, at no cost to the key's owner. Whatever goes wrong on the way is an
     * answer that proves nothing, not an exception.
     */
    Verdict check(Provider provider, ApiKey key);
}
