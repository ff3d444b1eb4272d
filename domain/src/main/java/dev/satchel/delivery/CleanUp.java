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
 * Removes the files that nobody needs any more: expired ones, those whose export was deleted, and those that an attempt
 * left behind.
 *
 * <p>The object goes first and its record afterwards, so that a crash between the two leaves a record that the next
 * clean-up finishes, never an object that nothing points to. While a request that no answer came to may still write the
 * object, the record stays. Safe for use by many threads; two clean-ups at once do the
 * same work twice and no harm.
 */
public final class CleanUp {

    private final UploadJournal journal;
    private final FileStore store;
    private final StoreCheck check;
    private final ProbeRecords probes;
    private final Duration grace;

    /** @param grace how long an unpublished object is left alone, because a worker that paused may still write it */
    public CleanUp(UploadJournal journal, FileStore store, StoreCheck check, ProbeRecords probes, Duration grace) {
        this.journal = journal;
        this.store = store;
        this.check = check;
        this.probes = probes;
        this.grace = grace;
    }

    /** What is to be removed from this store now, at most {@code limit}. */
    public List<UploadJournal.Leftover> leftovers(int limit) {
        return journal.leftovers(store.root(), grace, limit);
    }

    /** Records by which nothing can be removed, at most {@code limit}. */
    public List<UploadJournal.Unreadable> unreadable(int limit) {
        return journal.unreadable(limit);
    }

    /** What is to be removed from other stores. */
    public List<UploadJournal.Elsewhere> elsewhere() {
        return journal.elsewhere(store.root(), grace);
    }

    /** Removes objects that tried the store and whose writer died, at most {@code limit}. */
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
     * Makes sure that this is the store the files were written to.
     *
     * @throws StoreMismatchException if it is another
     */
    public void recognizeStore() throws IOException {
        check.recognize();
    }

    /**
     * Removes one of them, and whatever an unfinished upload left under its name. A file that is missing counts as
     * removed only from the store that it was written to, which is made sure of before and after.
     *
     * @return whether the record went too; it stays while the file may still appear, and the object will be looked for
     *     again
     */
    public boolean remove(UploadJournal.Leftover leftover) throws IOException {
        check.recognize();
        store.delete(leftover.location());
        check.recognize();
        return journal.removed(leftover.location(), store.requestLifetime());
    }
}
