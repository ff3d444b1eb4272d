package dev.satchel.export;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Removes the files that nobody needs any more: expired ones, those whose export was deleted, and those that an attempt
 * left behind.
 *
 * <p>The object goes first and its record afterwards, so that a crash between the two leaves a record that the next
 * clean-up finishes, never an object that nothing points to. Safe for use by many threads; two clean-ups at once do the
 * same work twice and no harm.
 */
public final class CleanUp {

    private final FileLedger ledger;
    private final FileStore store;
    private final Duration grace;

    /** @param grace how long an unpublished object is left alone, because a worker that paused may still write it */
    public CleanUp(FileLedger ledger, FileStore store, Duration grace) {
        this.ledger = ledger;
        this.store = store;
        this.grace = grace;
    }

    /** What is to be removed now, at most {@code limit}. */
    public List<FileLedger.Leftover> leftovers(int limit) {
        return ledger.leftovers(grace, limit);
    }

    /** Records by which nothing can be removed, at most {@code limit}. */
    public List<FileLedger.Unreadable> unreadable(int limit) {
        return ledger.unreadable(limit);
    }

    /** Removes one of them, and whatever an unfinished upload left under its name. */
    public void remove(FileLedger.Leftover leftover) throws IOException {
        store.delete(leftover.location());
        ledger.deleted(leftover.location());
    }
}
