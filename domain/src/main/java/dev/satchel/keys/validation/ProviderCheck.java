package dev.satchel.keys.validation;

import dev.satchel.keys.ApiKey;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Verdict;

/** Asks providers about keys. Safe for use by many threads. */
public interface ProviderCheck {

    /**
     * Asks the provider whether it accepts the key, with a request that costs the key's owner nothing. A failure of
     * the request is returned as {@link Verdict.Unknown}, never thrown.
     */
    Verdict check(Provider provider, ApiKey key);
}
