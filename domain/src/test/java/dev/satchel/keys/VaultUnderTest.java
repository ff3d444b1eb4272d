package dev.satchel.keys;

import dev.satchel.UserId;
import dev.satchel.keys.encryption.DataKeys;
import java.time.Duration;

/** A vault, and what a test must be able to do to the world around it. */
public interface VaultUnderTest {

    KeyVault vault();

    KeyAudit audit();

    DataKeys dataKeys();

    UserId addUser();

    void deleteUser(UserId user);

    /** Whether the user's row of keys is in use, as the application sees it. */
    boolean isActive(UserId user);

    /** Makes everything that was stored so much older. */
    void letPass(Duration time);

    /** Writes a sealed key into the user's row, as somebody may who can write rows of keys and holds no data key. */
    void put(UserId user, Provider provider, SealedKey sealed);

    /** Adds a key-encryption key, which wraps from now on. */
    void addKeyEncryptionKey();

    /** From now on the process has the key-encryption keys of another vault, and none of those it had. */
    void replaceKeyEncryptionKeys();
}
