package dev.satchel.keys;

import dev.satchel.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;

/**
 * The set-up that the contracts of {@link KeyVault} share. Every implementation passes {@link KeyStorageContract},
 * {@link KeyCheckContract} and {@link KeyEncryptionContract}.
 */
public abstract class KeyVaultContract {

    static final Purpose PURPOSE = new Purpose("describe image");
    static final Duration DAY = Duration.ofDays(1);
    static final Set<Provider> EVERY_PROVIDER = EnumSet.allOf(Provider.class);
    VaultUnderTest world;
    KeyVault vault;
    UserId user;

    protected abstract VaultUnderTest emptyVault();

    @BeforeEach
    void open() {
        world = emptyVault();
        vault = world.vault();
        user = world.addUser();
    }

    void set(UserId whose, Provider provider, String mark) {
        try (ApiKey key = ApiKeys.of(ApiKeys.text(provider, mark))) {
            vault.set(whose, provider, key);
        }
    }

    Optional<String> opened(UserId whose, Provider provider) {
        return vault.open(whose, provider, PURPOSE, (key, stored) -> ApiKeys.read(key));
    }

    SealedKey stored(Provider provider) {
        return vault.open(user, provider, PURPOSE, (key, stored) -> stored).orElseThrow();
    }

    KeyStatus status(Provider provider) {
        return vault.statuses(user).get(provider.ordinal());
    }

    List<String> recorded() {
        List<String> recorded = new ArrayList<>();
        for (KeyAudit.Entry entry : world.audit().newest(user, 100)) {
            recorded.add(0, entry.provider().code() + " " + entry.action() + " " + entry.purpose());
        }
        return recorded;
    }
}
