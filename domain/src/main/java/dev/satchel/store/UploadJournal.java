package dev.satchel.store;

import dev.satchel.export.Export;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Remembers every object a worker may have written, from before its first byte, so that whatever happens to the worker
 * or to the export's row, no file with personal data is left where nobody looks. Safe for use by many threads.
 */
public interface UploadJournal {

    /** Notes that the attempt is about to write {@code location}. Durable when this returns. */
    void opened(Export.Processing export, URI location);

    /**
     * Notes that a request of the attempt got no answer: until it can no longer be under way, it may write the object
     * although the object was removed.
     */
    void unanswered(URI location);

    /** Records that name no object, so that nobody can remove one by them; at most {@code limit}. */
    List<Unreadable> unreadable(int limit);

    /**
     * Objects of one store that nobody needs: published ones whose export expired or whose row is gone, and unpublished
     * ones of attempts that ended at least {@code grace} ago. An object of a live attempt, and the file of an export
     * that has not expired, are never among them.
     *
     * @param root of the store that is known there now; what an earlier store at the same root holds is elsewhere
     */
    List<Leftover> leftovers(URI root, Duration grace, int limit);

    /** How many such objects are in other stores than the one known at {@code root}, by store. */
    List<Elsewhere> elsewhere(URI root, Duration grace);

    /** Published objects, the newest first, that the store known at {@code root} must hold, because none was removed. */
    List<URI> published(URI root, int limit);

    /**
     * Forgets an object that is gone and that no request can write any more; for an expired export the row loses its
     * location in the same step.
     */
    void deleted(URI location);

    /**
     * Notes that an object was removed. The row of an expired export loses its location in the same step. The object is
     * forgotten unless one of its attempt's requests may be under way still, {@code requestLifetime} after the last one
     * without an answer; then it stays on record as a leftover, to be looked for again.
     *
     * @return whether it was forgotten
     */
    boolean removed(URI location, Duration requestLifetime);

    /** An object to delete, and the export it was written for. */
    record Leftover(URI location, UUID exportId, Reason reason) {}

    /** A record that is no location, and the export it was written for. */
    record Unreadable(String text, UUID exportId) {}
    /** How many objects are left over in a store that is not the one at hand. */
    record Elsewhere(String root, long objects) {}

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
