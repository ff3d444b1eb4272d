package dev.satchel.store;

import dev.satchel.export.Export;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * The record of every object that a worker may have written. Each entry is made before the object's first byte, so
 * that clean-up finds the object even if the worker crashes or the export's row is deleted. Safe for use by many
 * threads.
 */
public interface UploadJournal {

    /** Records that the attempt is about to write {@code location}. Durable when this returns. */
    void opened(Export.Processing export, URI location);

    /**
     * Records that a request of the attempt got no answer: the store may still execute it, and so write the object
     * after it was removed.
     */
    void unanswered(URI location);

    /** Entries that clean-up cannot use, because their text is not the location of an object; at most {@code limit}. */
    List<Unreadable> unreadable(int limit);

    /**
     * Objects of one store that are to be removed: published ones whose export expired or whose row was deleted, and
     * unpublished ones of attempts that ended at least {@code grace} ago. Never holds an object of a running attempt
     * or the file of an export that has not expired.
     *
     * @param root of the store that is expected there now; objects of an earlier store at the same root count as
     *     {@link #elsewhere}
     */
    List<Leftover> leftovers(URI root, Duration grace, int limit);

    /** The number of such objects in stores other than the one expected at {@code root}, by store. */
    List<Elsewhere> elsewhere(URI root, Duration grace);

    /**
     * Published objects that were not removed, so that the store expected at {@code root} must hold them; the newest
     * first.
     */
    List<URI> published(URI root, int limit);

    /**
     * Deletes the entry of an object that was removed and that no request can write any more. The row of an expired
     * export loses its location in the same transaction.
     */
    void deleted(URI location);

    /**
     * Whether no request can write that object any more: the store answered each, or at least {@code requestLifetime}
     * has passed since. To be asked before the object is removed, because a request may arrive between the removal and
     * the question.
     */
    boolean isSettled(URI location, Duration requestLifetime);

    /**
     * Records that an object was removed. The row of an expired export loses its location in the same transaction.
     *
     * @param settled whether the object was {@linkplain #isSettled settled} before it was removed; otherwise the entry
     *     stays, so that the next clean-up removes the object again
     */
    void removed(URI location, boolean settled);

    /** An object to remove, and the export it was written for. */
    record Leftover(URI location, UUID exportId, Reason reason) {}

    /** An entry whose text is not a location, and the export it was made for. */
    record Unreadable(String text, UUID exportId) {}
    /** The number of leftover objects in another store than the configured one. */
    record Elsewhere(String root, long objects) {}

    /** Why an object is to be removed. */
    enum Reason {
        /** The retention of its export has ended. */
        EXPIRED,
        /** The row of its export was deleted, by the user or with the account. */
        ROW_DELETED,
        /** The attempt that wrote it never published it. */
        NEVER_PUBLISHED
    }
}
