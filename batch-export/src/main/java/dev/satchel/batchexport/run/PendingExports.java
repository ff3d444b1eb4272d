package dev.satchel.batchexport.run;

import dev.satchel.delivery.Delivery;
import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ImpossibleExportException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The pending exports, as all slots of one run see them: what was never tried, what is to be tried again, and what
 * workers left that stopped answering. Safe for use by many threads.
 */
final class PendingExports {

    private static final long RECLAIM_INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private final ExportHistory history;
    private final RunSettings runSettings;
    private final ExportSettings settings;
    private final RunReport report;
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicLong nextReclaim = new AtomicLong(System.nanoTime());
    private volatile long idleSince = System.nanoTime();
    private volatile ExportHistory.@Nullable Backlog left;

    PendingExports(ExportHistory history, RunSettings runSettings, ExportSettings settings, RunReport report) {
        this.history = history;
        this.runSettings = runSettings;
        this.settings = settings;
        this.report = report;
    }

    /**
     * Takes back what silent workers left, and claims the next export. The slot says when it has {@link #ended}.
     *
     * @throws ImpossibleExportException as {@link ExportHistory#claim}
     */
    Optional<Export.Processing> claim() {
        reclaimNowAndThen();
        // Counted before it is known, or another slot could take the run for finished in between.
        busy.incrementAndGet();
        Optional<Export.Processing> claimed = Optional.empty();
        try {
            claimed = history.claim(runSettings.worker(), settings.lease());
            return claimed;
        } catch (ImpossibleExportException impossible) {
            idleSince = System.nanoTime();
            throw impossible;
        } finally {
            if (claimed.isEmpty()) {
                busy.decrementAndGet();
            }
        }
    }

    /** Says that the attempt which began with a claim is over. */
    void ended() {
        idleSince = System.nanoTime();
        busy.decrementAndGet();
    }

    /**
     * Whether nothing is left for a run to deliver, asked by a slot that found nothing to claim. What another slot is
     * at may come back, a delay may pass, and a worker that was not heard of since this run found nothing to do may be
     * gone: then there is something left.
     */
    boolean isDone() {
        if (runSettings.watch() || busy.get() > 0) {
            return false;
        }
        Duration idle = Duration.ofNanos(System.nanoTime() - idleSince);
        ExportHistory.Backlog backlog = history.backlog(idle);
        if (runSettings.end() == RunSettings.End.NOTHING_DUE) {
            boolean due = isDue(backlog) || busy.get() > 0;
            left = due ? null : backlog;
            return !due;
        }
        // A worker with longer leases than this run's may be silent for longer; its exports are left to a later run.
        boolean waitedEnough = idle.compareTo(settings.lease().multipliedBy(2)) > 0;
        if (backlog.untilNextDue().isPresent() || (backlog.silent() > 0 && !waitedEnough) || busy.get() > 0) {
            return false;
        }
        left = backlog;
        return true;
    }

    /** Whether an export can be claimed at this moment. */
    static boolean isDue(ExportHistory.Backlog backlog) {
        return backlog.untilNextDue().filter(Duration::isZero).isPresent();
    }

    /** What was left when the run was done; asks the history where the run ended before that. */
    ExportHistory.Backlog left() {
        ExportHistory.Backlog known = left;
        return known == null ? history.backlog(settings.lease()) : known;
    }

    // By one slot at a time, and often enough that the end of a lease is noticed while a slot is free to take over.
    private void reclaimNowAndThen() {
        long now = System.nanoTime();
        long due = nextReclaim.get();
        if (now - due >= 0 && nextReclaim.compareAndSet(due, now + RECLAIM_INTERVAL)) {
            reclaim(history, settings, report);
        }
    }

    /** Takes back what dead workers left, and reports what failed with that; says whether there was anything. */
    static boolean reclaim(ExportHistory history, ExportSettings settings, RunReport report) {
        List<ExportHistory.Reclaimed> reclaimed = history.reclaimExpired(settings.attempts());
        reclaimed.stream()
                .filter(ExportHistory.Reclaimed::failed)
                .forEach(failed -> report.add(new Delivery.Abandoned(failed.id())));
        return !reclaimed.isEmpty();
    }
}
