package dev.satchel.batchexport.observe.health;

import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.store.FileStore;
import dev.satchel.store.StoreCheck;
import java.io.IOException;

/**
 * Whether the store can be read and is the one that the database knows. It writes nothing, so that it may be asked every
 * few seconds; a run tests by writing too.
 */
public final class StoreLook implements HealthCheck {

    private final FileStore store;
    private final StoreCheck check;
    private final Reasons reasons;

    public StoreLook(FileStore store, StoreCheck check, FailureDiagnosis diagnosis) {
        this.store = store;
        this.check = check;
        this.reasons = new Reasons(diagnosis);
    }

    @Override
    public CheckResult check() {
        try {
            check.look();
            return CheckResult.passed("the store " + store.root() + " can be read");
        } catch (IOException | RuntimeException failed) {
            String reason = reasons.of(failed);
            return CheckResult.failed(
                    reasons.isOfTheDatabase(failed) ? "the store could not be checked, because " + reason : reason);
        }
    }
}
