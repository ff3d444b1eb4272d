package dev.satchel.keys;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of a user's key for one provider, without the key.
 *
 * @param validity the last result of a check that was certain; an uncertain answer does not change it
 * @param lastValidatedAt when the provider last accepted this key
 * @param lastCheckedAt when the provider was last asked, with any result
 */
public record KeyStatus(
        Provider provider,
        boolean isSet,
        Validity validity,
        @Nullable Instant lastValidatedAt,
        @Nullable Instant lastCheckedAt) {

    public KeyStatus {
        if (!isSet && (validity != Validity.UNKNOWN || lastValidatedAt != null || lastCheckedAt != null)) {
            throw new IllegalArgumentException("nothing can be known about a key that is not set: " + provider.code());
        }
    }

    public static KeyStatus notSet(Provider provider) {
        return new KeyStatus(provider, false, Validity.UNKNOWN, null, null);
    }
}
