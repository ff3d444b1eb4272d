package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.observe.health.CheckResult;
import dev.satchel.batchexport.observe.health.KeyEncryptionKeyCheck;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import java.util.function.Supplier;

/** Whether the key-encryption key is there and works, by the check that the health of a service has too. */
final class KeyAccess {

    private static final String CHECK = "key-encryption key";

    private KeyAccess() {}

    static Finding look(Supplier<KeyEncryptionKeys> keys) {
        CheckResult result = new KeyEncryptionKeyCheck(keys).check();
        return result.passed()
                ? Finding.ok(CHECK, result.sentence())
                : Finding.failed(
                        CHECK, result.sentence(), "Until then no key of a user can be set, opened or validated.");
    }
}
