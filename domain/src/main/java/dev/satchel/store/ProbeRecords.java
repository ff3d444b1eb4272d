package dev.satchel.store;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * The record of probe objects, so that clean-up can remove those whose writer crashed. Safe for use by many threads.
 */
public interface ProbeRecords {

    /** Records that {@code location} is about to be written. Durable when this returns. */
    void begun(URI location);

    /** Deletes the record of an object that was removed. */
    void ended(URI location);

    /**
     * Objects of that store that were begun at least {@code age} ago and are still on record; at most {@code limit}.
     */
    List<URI> abandoned(URI root, Duration age, int limit);
}
