package dev.satchel.batchexport.observe.health;

import dev.satchel.SatchelException;
import dev.satchel.UserId;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.encryption.WrappedKey;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the key-encryption key is there and wraps and unwraps a key that was made for this. */
public final class KeyEncryptionKeyCheck implements HealthCheck {

    private static final Logger LOG = LoggerFactory.getLogger(KeyEncryptionKeyCheck.class);

    private static final int KEY_BYTES = 32;

    private final Supplier<KeyEncryptionKeys> keys;
    private final SecureRandom random = new SecureRandom();

    /** @param keys opens the keys, and throws where they are missing */
    public KeyEncryptionKeyCheck(Supplier<KeyEncryptionKeys> keys) {
        this.keys = keys;
    }

    @Override
    public CheckResult check() {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        try {
            KeyEncryptionKeys opened = keys.get();
            UserId user = new UserId(UUID.randomUUID());
            UUID id = UUID.randomUUID();
            WrappedKey wrapped = opened.wrap(key, user, id);
            byte[] unwrapped = opened.unwrap(wrapped, user, id);
            boolean same = MessageDigest.isEqual(key, unwrapped);
            Arrays.fill(unwrapped, (byte) 0);
            return same
                    ? CheckResult.passed("the key-encryption key wraps and unwraps")
                    : CheckResult.failed("the key-encryption key unwraps other bytes than it wrapped");
        } catch (SatchelException explained) {
            LOG.debug("a check failed", explained);
            return CheckResult.failed(String.join(" ", explained.lines()));
        } catch (RuntimeException unforeseen) {
            LOG.debug("a check failed", unforeseen);
            return CheckResult.failed("the key-encryption key cannot be used ("
                    + unforeseen.getClass().getSimpleName() + "): the log has more at level DEBUG");
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
