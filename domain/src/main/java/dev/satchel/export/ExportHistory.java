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
 * The states of all exports, shared by all workers.
 *
 * <p>A worker holds an export that it {@linkplain #claim claimed} until it completes, fails, retries, postpones or
 * releases it, or until its lease expires without a {@linkplain #heartbeat heartbeat}. Each transition carries the
 * token of the lease and changes the export only while that token is the current one. All deadlines are computed by
 * the database's clock, never by a worker's. Safe for use by many threads and many machines.
 */
public interface ExportHistory {

    /**
     * How many exports of one user may be pending or processing at a time: enough for each built-in type in each
     * format. The database refuses more, from any program, and its table {@code satchel.export_limits} may hold another
     * number.
     */
    int MOST_ACTIVE = 50;

    /**
     * Requests an export. While an equal request is pending or processing, returns the id of that one and adds
     * nothing; this also holds for concurrent calls.
     *
     * @throws UnknownUserException if the user does not exist
     * @throws TooManyExportsException if the user has {@link #MOST_ACTIVE} others pending or processing
     */
    Requested request(ExportRequest request);

    /**
     * Requests the same export for every user. Skips users whose equal request is pending or processing, and users who
     * have {@link #MOST_ACTIVE} such exports.
     *
     * @return the ids of the exports that were added
     */
    List<UUID> requestForAllUsers(ExportType type, ExportFormat format, ExportFilters filters);

    /**
     * Claims the next export for this worker and no other; empty if none is due. Users take turns: each user has one
     * export per round, so that many requests of one user delay another user's first by at most one export. Within a
     * round, the export that has waited longest is next.
     *
     * @param worker the name of the worker, for operators who look at a lease
     * @throws ImpossibleExportException if the next export asks for a type, format or filter that does not exist; the
     *     export has then been set to failed
     */
    Optional<Export.Processing> claim(String worker, Duration lease);

    /**
     * The work that is left.
     *
     * @param silence a worker whose last heartbeat is older than this counts as silent
     */
    Backlog backlog(Duration silence);

    /**
     * Extends the lease to {@code lease} from now.
     *
     * @throws StaleExportException if the export is no longer this worker's
     */
    void heartbeat(Export.Processing export, Duration lease);

    /**
     * Those of these exports that are no longer this worker's: cancelled, deleted, or taken away after their lease
     * expired. One cheap statement for all of them, because workers ask it twice a second.
     */
    List<Lost> lost(List<Export.Processing> exports);

    /**
     * Cancels an export that is pending or processing: it fails at once with {@link Failure.Code#CANCELLED}, no worker
     * can complete it any more, and the one that delivers it stops and removes what it wrote. An export that is being
     * completed at the same moment is either completed or cancelled, never both.
     *
     * @return empty if no export has that id
     */
    Optional<Cancellation> cancel(UUID id);

    /**
     * Completes the export and so publishes its file, which expires after {@code retention}. Idempotent: a repeated
     * call after a lost answer gives the same result.
     *
     * @throws StaleExportException if the export is no longer this worker's; the file is then not published
     */
    Export.Completed complete(Export.Processing export, DeliveredFile file, Duration retention);

    /**
     * Sets the export to pending for another attempt after {@code delay}. This attempt counts.
     *
     * @throws StaleExportException if the export is no longer this worker's
     */
    Export.Pending retry(Export.Processing export, Failure failure, Duration delay);

    /**
     * Sets the export to pending with the reason; it can be claimed after {@code delay}. The attempt does not count,
     * because the export is not the cause of the failure.
     *
     * @throws StaleExportException if the export is no longer this worker's
     */
    Export.Pending postpone(Export.Processing export, Failure failure, Duration delay);

    /** Makes every export that waits for the operator due now, because the operator may have solved the problem. */
    void resume();

    /**
     * Sets the export to pending, due at once. The attempt does not count.
     *
     * @throws StaleExportException if the export is no longer this worker's
     */
    Export.Pending release(Export.Processing export);

    /**
     * Sets the export to failed; no further attempt is made.
     *
     * @throws StaleExportException if the export is no longer this worker's
     */
    Export.Failed fail(Export.Processing export, Failure failure);

    /**
     * Reclaims every export whose lease has expired: sets it to pending, or to failed with {@link
     * Failure.Code#WORKER_LOST} if it has had {@code attempts} attempts. It is due at once after its first attempt; after
     * the second it is due in 10 s, and after each further one in twice that time, up to 15 minutes: an export that
     * harms its workers, or one that was with several that died, lets others go first.
     */
    List<Reclaimed> reclaimExpired(int attempts);

    /**
     * Requests a new export with the same parameters as a failed one. The failed one stays as it is.
     *
     * @return empty if no failed export has that id
     * @throws IllegalArgumentException if its type, format or filters do not exist
     */
    Optional<Requested> requestAgain(UUID failed);

    /**
     * Requests a new export for each one that failed with that code, unless an equal one was requested since, its user has
     * as many under way as are allowed, or its filters are not allowed.
     */
    RequestedAgain requestAgain(Failure.Code code);

    /**
     * The result of a request for many.
     *
     * @param added the ids of the new exports
     * @param tooMany the ids of the failed ones whose users have as many under way as are allowed
     * @param impossible the ids of the failed ones whose filters are not allowed
     */
    record RequestedAgain(List<UUID> added, List<UUID> tooMany, List<UUID> impossible) {}

    /** The result of a request: the export's id, and whether this request added it. */
    record Requested(UUID id, UserId user, boolean added) {}

    /** An export that is no longer this worker's, and whether it was cancelled. */
    record Lost(Export.Processing export, boolean cancelled) {}

    /** What a request to cancel an export found. */
    enum Cancellation {
        /** The export was pending or processing, and has failed now. */
        CANCELLED,
        /** The export was cancelled before. */
        CANCELLED_BEFORE,
        /** The export had completed; it stays as it is. */
        COMPLETED,
        /** The export had failed for another reason; it stays as it is. */
        FAILED
    }

    /** An export whose lease expired, and whether it failed because that was its last attempt. */
    record Reclaimed(UUID id, boolean failed) {}

    /**
     * The work that is left at one moment.
     *
     * @param untilNextDue the time until the next pending export can be claimed; zero if one can be claimed now, empty
     *     if none is pending. An export that waits for the operator counts only once it is due
     * @param pending the number of pending exports by the code of the failure after which they wait; those that wait
     *     for their turn alone have the empty code
     * @param held the number of exports in processing whose worker sent a heartbeat recently
     * @param silent the number of exports in processing whose worker did not
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
