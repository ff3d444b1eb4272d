package dev.satchel.batchexport.doctor;

import dev.satchel.UserId;
import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.doctor.finding.Reasons;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.encryption.WrappedKey;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.Supplier;

/** Whether the key-encryption key is there and wraps and unwraps a key that was made for this. */
final class KeyAccess {

    private static final String CHECK = "key-encryption key";
    private static final int KEY_BYTES = 32;

    private KeyAccess() {}

    static Finding look(Supplier<KeyEncryptionKeys> keys) {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        try {
            KeyEncryptionKeys opened = keys.get();
            UserId user = new UserId(UUID.randomUUID());
            UUID id = UUID.randomUUID();
            WrappedKey wrapped = opened.wrap(key, user, id);
            byte[] unwrapped = opened.unwrap(wrapped, user, id);
            boolean same = MessageDigest.isEqual(key, unwrapped);
            Arrays.fill(unwrapped, (byte) 0);
            return same
                    ? Finding.ok(CHECK, "the key-encryption key wraps and unwraps")
                    : Finding.failed(
                            CHECK,
                            "the key-encryption key unwraps other bytes than it wrapped",
                            "Do not set keys with it: see what holds the key-encryption key.");
        } catch (RuntimeException failed) {
            return Finding.failed(
                    CHECK, Reasons.of(failed), "Until then no key of a user can be set, opened or validated.");
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
