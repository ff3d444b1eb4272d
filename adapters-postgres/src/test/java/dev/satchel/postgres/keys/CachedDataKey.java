package dev.satchel.postgres.keys;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.Provider;
import dev.satchel.keys.SealedKey;
import java.security.SecureRandom;
import java.util.UUID;

/** One user's data key as the vault's cache holds it, for measurements. Safe for use by many threads. */
public final class CachedDataKey {

    private final SealedKeyLocation place =
            new SealedKeyLocation(UUID.randomUUID(), new UserId(UUID.randomUUID()), Provider.OPENAI);
    private final DataKey dataKey;

    public CachedDataKey() {
        byte[] raw = new byte[DataKey.LENGTH];
        new SecureRandom().nextBytes(raw);
        dataKey = DataKey.from(UUID.randomUUID(), raw);
    }

    /** Seals a key as it is stored. */
    public String seal(ApiKey key) {
        return dataKey.seal(key, place).text();
    }

    /** Opens what is stored, as far as a use of it goes. */
    public String open(String sealed) {
        try (ApiKey key = dataKey.open(SealedKey.parse(sealed), place)) {
            return ApiKeys.read(key);
        }
    }

    /** What a sealed key is bound to. */
    public byte[] associatedData() {
        return place.associatedData();
    }
}
