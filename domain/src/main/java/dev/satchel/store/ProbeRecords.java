package dev.satchel.store;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Remembers the objects that try a store, so that clean-up finds those whose writer died. Safe for use by
 * many threads.
 */
public interface ProbeRecords {

    /** Notes that {@code location} is about to be written. Durable when this returns. */
    void begun(URI location);

    /** Forgets an object that is gone. */
    void ended(URI location);

    /** Objects of that store that were begun at least {@code age} ago and are still on record. */
    List<URI> abandoned(URI root, Duration age, int limit);
}
