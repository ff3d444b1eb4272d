package dev.satchel.batchexport.run.cleanup;

import dev.satchel.archive.ArchiveHistory;
import dev.satchel.export.Failure;
import dev.satchel.store.UploadJournal;
import dev.satchel.store.UploadJournal.Leftover;
import dev.satchel.store.UploadJournal.Reason;
import dev.satchel.store.UploadJournal.Unreadable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts what a clean-up removed, what it could not, and the streaks it ended. Safe for use by many threads. */
public final class CleanUpReport {

    private final Consumer<Removal> watcher;
    private final Map<Reason, Long> removed = new EnumMap<>(Reason.class);
    private final List<Unreadable> unreadable = new ArrayList<>();
    private List<UploadJournal.Elsewhere> elsewhere = List.of();
    private @Nullable Refusal refusal;
    private @Nullable Refusal archiveRefusal;
    private long kept;
    private long archived;
    private long streaksEnded;

    /** @param watcher is told of each object, one at a time */
    public CleanUpReport(Consumer<Removal> watcher) {
        this.watcher = watcher;
    }

    synchronized void add(Removal removal) {
        if (removal.failure() == null) {
            removed.merge(removal.leftover().reason(), 1L, Long::sum);
        } else {
            kept++;
        }
        watcher.accept(removal);
    }

    synchronized void elsewhere(List<UploadJournal.Elsewhere> stores) {
        elsewhere = List.copyOf(stores);
    }

    synchronized void refused(long due, Failure failure, Exception cause) {
        kept += due;
        refusal = new Refusal(failure, cause);
    }

    /** The other stores that have objects to remove, and how many. */
    public synchronized List<UploadJournal.Elsewhere> elsewhere() {
        return elsewhere;
    }

    /** Why nothing was asked of the store; empty when it could be used. */
    public synchronized Optional<Refusal> refusal() {
        return Optional.ofNullable(refusal);
    }

    synchronized void archived(ArchiveHistory.Moved month) {
        archived += month.removed();
    }

    synchronized void notArchived(Failure failure, Exception cause) {
        archiveRefusal = new Refusal(failure, cause);
    }

    /** How many old exports were moved from the database to files in the store. */
    public synchronized long archived() {
        return archived;
    }

    /** Why not every old export could be moved; empty when all were. */
    public synchronized Optional<Refusal> archiveRefusal() {
        return Optional.ofNullable(archiveRefusal);
    }

    synchronized void streaksEnded(long users) {
        streaksEnded += users;
    }

    /** Of how many users the current streak was ended, because a day had passed without a session. */
    public synchronized long streaksEnded() {
        return streaksEnded;
    }

    /** How many objects were removed for that reason. */
    public synchronized long removed(Reason reason) {
        return removed.getOrDefault(reason, 0L);
    }

    synchronized void unreadable(List<Unreadable> records) {
        unreadable.addAll(records);
    }

    /** Records that name no object, which a person has to look at. */
    public synchronized List<Unreadable> unreadable() {
        return List.copyOf(unreadable);
    }

    /** How many objects could not be removed, those of unreadable records included; the next clean-up tries again. */
    public synchronized long kept() {
        return kept + unreadable.size();
    }

    /** Whether nothing is left that should have been removed. */
    public boolean isComplete() {
        return kept() == 0 && refusal().isEmpty() && archiveRefusal().isEmpty();
    }

    /** Why a store could not be used, and what it threw. */
    public record Refusal(Failure failure, Exception cause) {}

    /**
     * One object that was to be removed.
     *
     * @param failure why it could not be, or null when it was
     * @param cause what the store threw, for those who look for the reason; null when it was removed
     */
    public record Removal(
            Leftover leftover,
            @Nullable Failure failure,
            @Nullable Exception cause) {}
}
