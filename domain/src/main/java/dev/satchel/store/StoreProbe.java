package dev.satchel.store;

import dev.satchel.delivery.FailureDiagnosis;
import java.io.IOException;

/** Tests whether a worker can deliver to the store now, before it claims an export. */
@FunctionalInterface
public interface StoreProbe {

    /**
     * Verifies that the store is the known one, then writes a small object, reads it back, compares it and deletes it.
     * Returns normally if all of this worked; otherwise throws an exception that {@link FailureDiagnosis} can explain.
     */
    void probe() throws IOException;
}
