package dev.satchel.export;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Remembers every object a worker may have written, from before its first byte, so that whatever happens to the worker
 * or to the export's row, no file with personal data is left where nobody looks. Safe for use by many threads.
 */
public interface FileLedger {

    /** Notes that the attempt is about to write {@code location}. Durable when this returns. */
    void opened(Export.Processing export, URI location);

    /**
     * Objects that nobody needs: published ones whose export expired or whose row is gone, and unpublished ones of
     * attempts that ended at least {@code grace} ago. An object of a live attempt, and the file of an export that has
     * not expired, are never among them.
     */
    List<Leftover> leftovers(Duration grace, int limit);

    /** Records that name no object, so that nobody can remove one by them; at most {@code limit}. */
    List<Unreadable> unreadable(int limit);

    /** Forgets an object that is known to be gone; for an expired export the row loses its location in the same step. */
    void deleted(URI location);

    /** An object to delete, and the export it was written for. */
    record Leftover(URI location, UUID exportId, Reason reason) {}

    /** A record that is no location, and the export it was written for. */
    record Unreadable(String text, UUID exportId) {}

    /** Why an object is left over. */
    enum Reason {
        /** Its export promised to remove it by now. */
        EXPIRED,
        /** Its export's row was deleted, with the account or by the user. */
        ROW_DELETED,
        /** The attempt that wrote it never published it. */
        NEVER_PUBLISHED
    }
}
