package dev.satchel.keys;

import dev.satchel.UserId;
import dev.satchel.keys.encryption.DataKeys;
import java.time.Duration;

/** An {@link InMemoryKeyVault} for the contracts. */
final class InMemoryVaultUnderTest implements VaultUnderTest {

    private final InMemoryKeyVault memory = new InMemoryKeyVault();

    @Override
    public KeyVault vault() {
        return memory;
    }

    @Override
    public KeyAudit audit() {
        return memory;
    }

    @Override
    public DataKeys dataKeys() {
        return memory;
    }

    @Override
    public UserId addUser() {
        return memory.addUser();
    }

    @Override
    public void deleteUser(UserId user) {
        memory.deleteUser(user);
    }

    @Override
    public boolean isActive(UserId user) {
        return memory.isActive(user);
    }

    @Override
    public void letPass(Duration time) {
        memory.letPass(time);
    }

    @Override
    public void put(UserId user, Provider provider, SealedKey sealed) {
        memory.put(user, provider, sealed);
    }

    @Override
    public void addKeyEncryptionKey() {
        memory.addKeyEncryptionKey();
    }

    @Override
    public void replaceKeyEncryptionKeys() {
        memory.replaceKeyEncryptionKeys();
    }
}
