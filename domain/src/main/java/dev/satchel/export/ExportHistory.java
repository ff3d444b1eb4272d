package dev.satchel.export;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The life cycle of every export, kept where all workers see it.
 *
 * <p>A worker holds what it {@linkplain #claim claims} until it completes, fails or releases it, or until its lease
 * ends without a {@linkplain #heartbeat heartbeat}. Every step carries the lease's token and changes the export only
 * while that token is the current one; all deadlines are computed by the store's clock, never by a worker's. Safe for
 * use by many threads and many machines.
 */
public interface ExportHistory {

    /**
     * How many exports of one user may be pending or processing at a time: room for every type in every format. The
     * store itself refuses more, also from other programs.
     */
    int MOST_ACTIVE = 50;

    /**
     * Asks for an export. While an equal request is pending or processing, this answers with that one's id and adds
     * nothing, however many ask at once.
     *
     * @throws UnknownUserException if the user does not exist
     * @throws TooManyExportsException if the user has {@link #MOST_ACTIVE} others under way
     */
    Requested request(ExportRequest request);

    /**
     * Asks for the same export of every user there is, skipping those whose equal request is under way and those who
     * have {@link #MOST_ACTIVE} under way.
     *
     * @return the ids of the exports that were added
     */
    List<UUID> requestForAllUsers(ExportType type, ExportFormat format, ExportFilters filters);

    /**
     * Hands the next export to exactly one of all workers that ask; empty when none is due. Users take turns: each has
     * one export in a round, so that one user's many delay another's first by one at most, and within a round the one
     * that waits longest is next.
     *
     * @param worker names the worker for people who look into a lease
     * @throws ImpossibleExportException if that export asks for what does not exist, and was failed therefore
     */
    Optional<Export.Processing> claim(String worker, Duration lease);

    /**
     * What is left to do.
     *
     * @param silence a lease that was not extended for that long counts as silent
     */
    Backlog backlog(Duration silence);

    /**
     * Extends the lease from now.
     *
     * @throws StaleExportException if another worker holds the export, or nobody does
     */
    void heartbeat(Export.Processing export, Duration lease);

    /**
     * Publishes the file: from here on the export has one, until {@code retention} has passed. Repeating the call after
     * a lost answer gives the same result.
     *
     * @throws StaleExportException if the export is no longer this worker's; the file is then not published
     */
    Export.Completed complete(Export.Processing export, DeliveredFile file, Duration retention);

    /**
     * Puts the export back to wait for another attempt, not before {@code delay} has passed.
     *
     * @throws StaleExportException if the export is no longer this worker's
     */
    Export.Pending retry(Export.Processing export, Failure failure, Duration delay);

    /**
     * Puts the export back with the reason, not to be claimed before {@code delay} has passed. The attempt is not spent,
     * because what went wrong is not the export's.
     *
     * @throws StaleExportException if the export is no longer this worker's
     */
    Export.Pending postpone(Export.Processing export, Failure failure, Duration delay);

    /** Makes every export that waits for the operator due now, because what it waits for may have been put right. */
    void resume();

    /**
     * Puts the export back at once as if it had never been claimed: the attempt is not spent.
     *
     * @throws StaleExportException if the export is no longer this worker's
     */
    Export.Pending release(Export.Processing export);

    /**
     * Gives the export up.
     *
     * @throws StaleExportException if the export is no longer this worker's
     */
    Export.Failed fail(Export.Processing export, Failure failure);

    /**
     * Takes back every export whose worker let its lease end: to be tried again at once, or failed with {@link
     * Failure.Code#WORKER_LOST} when {@code attempts} were spent.
     */
    List<Reclaimed> reclaimExpired(int attempts);

    /**
     * Asks again for what a failed export asked for. The failed one stays as the record of what happened.
     *
     * @return empty if there is no failed export of that id
     * @throws IllegalArgumentException if it asked for what does not exist
     */
    Optional<Requested> requestAgain(UUID failed);

    /**
     * Asks again for what each export asked for that failed with that code, unless somebody has asked for the same since.
     *
     * @return the ids of the exports that were added
     */
    List<UUID> requestAgain(Failure.Code code);

    /** The answer to a request: the export's id, and whether this request added it. */
    record Requested(UUID id, UserId user, boolean added) {}

    /** An export taken back from a worker that stopped answering, and whether that was its last attempt. */
    record Reclaimed(UUID id, boolean failed) {}

    /**
     * What is left to do at one moment.
     *
     * @param untilNextDue how long until the next pending export may be claimed, zero when one may be now; empty when
     *     none is pending. One that waits for the operator counts only once it is due
     * @param pending how many exports wait, by the code of the reason they wait for; under an empty code those that wait
     *     for no reason but their turn
     * @param held how many exports a worker holds that extended its lease lately
     * @param silent how many exports a worker holds that did not
     */
    record Backlog(Optional<Duration> untilNextDue, Map<String, Long> pending, long held, long silent) {

        public Backlog {
            pending = Map.copyOf(pending);
        }

        public long waiting() {
            return pending.values().stream().mapToLong(Long::longValue).sum();
        }
    }
}
