package dev.satchel.delivery;

import dev.satchel.AbortSignal;
import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.StaleExportException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * A worker's lease on one export. Heartbeats extend it while the work makes progress.
 *
 * <p>The heartbeats stop when the worker's thread has ended, when there was no progress for the configured patience,
 * or when the JVM spends most of its time in garbage collection. The lease then expires, and another worker takes
 * over.
 *
 * <p>When the lease is lost, or the worker is told to stop, the {@link AbortSignal} ends the step that blocks the
 * worker's thread.
 */
final class Lease implements AutoCloseable {

    private final ExportHistory history;
    private final Export.Processing export;
    private final DeliverExport.Settings settings;
    private final BooleanSupplier stopped;
    private final BooleanSupplier choking;
    private final Thread worker = Thread.currentThread();
    private final LongSupplier nanoTime;
    private final AtomicLong moves = new AtomicLong();
    private final AbortSignal signal = new AbortSignal();
    private final LeaseWatch watch;
    private final ScheduledFuture<?> beating;
    private final ScheduledFuture<?> aborting;
    private volatile boolean lost;
    private volatile boolean choked;

    // Used by the heartbeats alone, which never run concurrently.
    private long movesSeen;
    private long movedAt;
    private long breathedAt;

    Lease(
            ExportHistory history,
            Export.Processing export,
            DeliverExport.Settings settings,
            BooleanSupplier stopped,
            DeliverExport.Heartbeats heartbeats,
            LeaseWatch watch) {
        this.history = history;
        this.export = export;
        this.settings = settings;
        this.stopped = stopped;
        this.choking = heartbeats.choking();
        this.nanoTime = heartbeats.nanoTime();
        this.movedAt = nanoTime.getAsLong();
        this.breathedAt = movedAt;
        this.watch = watch;
        this.beating = every(settings.heartbeat(), this::beat, heartbeats.executor());
        this.aborting = every(settings.look(), this::abortIfOver, heartbeats.aborts());
        watch.add(this);
    }

    private static ScheduledFuture<?> every(Duration interval, Runnable task, ScheduledExecutorService executor) {
        return executor.scheduleWithFixedDelay(task, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void beat() {
        try {
            if (isGoingOn()) {
                history.heartbeat(export, settings.lease());
            }
        } catch (StaleExportException gone) {
            lost = true;
        } catch (RuntimeException | Error unreachable) {
            // The next heartbeat tries again. If none succeeds, the lease expires, and the worker's next transition is
            // refused. An exception thrown here would cancel the heartbeats (see scheduleWithFixedDelay).
            return;
        }
    }

    private boolean isGoingOn() {
        long seen = moves.get();
        if (seen != movesSeen) {
            movesSeen = seen;
            movedAt = now();
            breathedAt = movedAt;
        } else if (!choking.getAsBoolean()) {
            breathedAt = now();
        }
        choked |= hasPassed(settings.lease(), breathedAt);
        return worker.isAlive() && !choked && !hasPassed(settings.patience(), movedAt);
    }

    // Again and again until the worker's thread has let go, because a cancel between two statements cancels nothing.
    private void abortIfOver() {
        try {
            if (lost || isStopped()) {
                signal.abort();
            }
        } catch (RuntimeException | Error unexpected) {
            // An exception thrown here would end the repetition (see scheduleWithFixedDelay).
            return;
        }
    }

    /**
     * The export was cancelled, deleted or taken away. To be called once: the repetition is the lease's own, so that each
     * signal has time to take effect before the next.
     */
    void lose() {
        lost = true;
        abortIfOver();
    }

    Export.Processing export() {
        return export;
    }

    /** Ends the steps that block the worker's thread. */
    AbortSignal signal() {
        return signal;
    }

    /** Records progress of the work. */
    void move() {
        moves.incrementAndGet();
    }

    /** The current time of the monotonic clock, for {@link #hasPassed}. */
    long now() {
        return nanoTime.getAsLong();
    }

    /** Whether more than {@code time} has passed since {@code since}. */
    boolean hasPassed(Duration time, long since) {
        return now() - since > time.toNanos();
    }

    boolean isLost() {
        return lost;
    }

    /** Whether the JVM was so short of memory that the work made no progress for the duration of the lease. */
    boolean isChoked() {
        return choked;
    }

    boolean isStopped() {
        return stopped.getAsBoolean();
    }

    /** Throws if the worker must not continue: the lease is lost, memory is short, or the worker was told to stop. */
    void check() {
        if (lost) {
            throw new StaleExportException(export.id());
        }
        if (choked) {
            throw new IllegalStateException("the worker spent most of its time in garbage collection");
        }
        if (isStopped()) {
            throw new StoppedException();
        }
    }

    @Override
    public void close() {
        watch.remove(this);
        aborting.cancel(false);
        beating.cancel(false);
    }

    /** The worker was told to stop, and releases its export. */
    static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoppedException() {
            super("the worker was told to stop");
        }
    }
}
