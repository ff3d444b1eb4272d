package dev.satchel.store;

import dev.satchel.delivery.FailureDiagnosis;
import java.io.IOException;

/** Finds out whether a worker could deliver to the store now, before it claims anything. */
@FunctionalInterface
public interface StoreProbe {

    /**
     * Makes sure that the store is the one that the database knows, then writes a small object, reads it back, compares
     * it and deletes it. Returns when all of this worked; what it throws is what {@link FailureDiagnosis} explains.
     */
    void probe() throws IOException;
}
