package dev.satchel.batchexport.cli.keys;

import dev.satchel.UserId;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.encryption.WrappedKey;
import java.util.UUID;

/** For a command that seals and opens nothing: what users want deleted can be deleted without key-encryption keys. */
final class NoKeyEncryptionKeys implements KeyEncryptionKeys {

    @Override
    public String primaryId() {
        throw none();
    }

    @Override
    public boolean holds(String id) {
        throw none();
    }

    @Override
    public WrappedKey wrap(byte[] dataKey, UserId user, UUID dataKeyId) {
        throw none();
    }

    @Override
    public byte[] unwrap(WrappedKey wrapped, UserId user, UUID dataKeyId) {
        throw none();
    }

    private static IllegalStateException none() {
        return new IllegalStateException("this command was to need no key-encryption keys");
    }
}
