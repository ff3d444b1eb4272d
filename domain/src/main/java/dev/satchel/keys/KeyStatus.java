package dev.satchel.keys;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What may be shown of a user's key for one provider.
 *
 * @param validity what the provider last proved; an answer that proves nothing does not move it
 * @param lastValidatedAt when the provider last accepted this very key
 * @param lastCheckedAt when the provider was last asked, whatever came of it
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
