package dev.satchel.delivery;

import dev.satchel.store.FileStore;
import dev.satchel.store.ProbeRecords;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.StoreMismatchException;
import dev.satchel.store.UploadJournal;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Removes expired files, files whose export was deleted, and objects that an attempt left behind.
 *
 * <p>It removes the object first and then its record, so that a crash between the two leaves a record for the next
 * clean-up, never an object without a record. The record stays while the store may still execute an unanswered request
 * that writes the object. Safe for use by many threads; two clean-ups at the same time repeat each other's work
 * without harm.
 */
public final class CleanUp {

    private final UploadJournal journal;
    private final FileStore store;
    private final StoreCheck check;
    private final ProbeRecords probes;
    private final Duration grace;

    /** @param grace how long an unpublished object is kept, because a paused worker may still write it */
    public CleanUp(UploadJournal journal, FileStore store, StoreCheck check, ProbeRecords probes, Duration grace) {
        this.journal = journal;
        this.store = store;
        this.check = check;
        this.probes = probes;
        this.grace = grace;
    }

    /** The objects to be removed from this store now, at most {@code limit}. */
    public List<UploadJournal.Leftover> leftovers(int limit) {
        return journal.leftovers(store.root(), grace, limit);
    }

    /** Records whose text is not a location, so that no object can be removed by them; at most {@code limit}. */
    public List<UploadJournal.Unreadable> unreadable(int limit) {
        return journal.unreadable(limit);
    }

    /** The number of objects to be removed from other stores. */
    public List<UploadJournal.Elsewhere> elsewhere() {
        return journal.elsewhere(store.root(), grace);
    }

    /** Removes probe objects whose writer crashed, at most {@code limit}. */
    public void removeProbes(int limit) throws IOException {
        Duration age = grace.compareTo(store.requestLifetime()) < 0 ? store.requestLifetime() : grace;
        for (URI probe : probes.abandoned(store.root(), age, limit)) {
            check.recognize();
            store.delete(probe);
            check.recognize();
            probes.ended(probe);
        }
    }

    /**
     * Verifies that this is the store that the files were written to.
     *
     * @throws StoreMismatchException if it is another store
     */
    public void recognizeStore() throws IOException {
        check.recognize();
    }

    /**
     * Removes an object and what unfinished uploads of the same name left. A missing file counts as removed only in
     * the store that it was written to, so the store is verified before and after.
     *
     * @return whether the record was deleted too; it stays while the object may still appear, and the next clean-up
     *     looks for it again
     */
    public boolean remove(UploadJournal.Leftover leftover) throws IOException {
        URI location = leftover.location();
        // Asked first: a late request that arrives between the removal and its record must leave the record there.
        boolean settled = journal.isSettled(location, store.requestLifetime());
        check.recognize();
        store.delete(location);
        check.recognize();
        journal.removed(location, settled);
        return settled;
    }
}
