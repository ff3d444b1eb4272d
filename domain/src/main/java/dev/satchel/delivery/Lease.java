package dev.satchel.delivery;

import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.StaleExportException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * A worker's right to go on with one export, which heartbeats extend for as long as its work goes on.
 *
 * <p>They stop where it does not: when the worker's thread has ended, when nothing has moved for longer than anything is
 * waited for, or when the JVM does little else than collect garbage. The lease then ends by itself, and another worker
 * takes over.
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
    private final ScheduledFuture<?> beating;
    private volatile boolean lost;
    private volatile boolean choked;

    // Of the heartbeats alone, which never overlap.
    private long movesSeen;
    private long movedAt;
    private long breathedAt;

    Lease(
            ExportHistory history,
            Export.Processing export,
            DeliverExport.Settings settings,
            BooleanSupplier stopped,
            DeliverExport.Heartbeats heartbeats) {
        this.history = history;
        this.export = export;
        this.settings = settings;
        this.stopped = stopped;
        this.choking = heartbeats.choking();
        this.nanoTime = heartbeats.nanoTime();
        this.movedAt = nanoTime.getAsLong();
        this.breathedAt = movedAt;
        long interval = settings.heartbeat().toMillis();
        this.beating =
                heartbeats.executor().scheduleWithFixedDelay(this::beat, interval, interval, TimeUnit.MILLISECONDS);
    }

    private void beat() {
        try {
            if (isGoingOn()) {
                history.heartbeat(export, settings.lease());
            }
        } catch (StaleExportException gone) {
            lost = true;
        } catch (RuntimeException | Error unreachable) {
            // The next beat tries again; if none gets through, the lease ends and the fenced steps find that out. An
            // exception that left this method would end the heartbeats for good.
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

    /** Says that the work went on. */
    void move() {
        moves.incrementAndGet();
    }

    /** A moment, for {@link #hasPassed}. */
    long now() {
        return nanoTime.getAsLong();
    }

    /** Whether that much time has passed since that moment. */
    boolean hasPassed(Duration time, long since) {
        return now() - since > time.toNanos();
    }

    boolean isLost() {
        return lost;
    }

    /** Whether the JVM ran so short of memory that nothing moved any more. */
    boolean isChoked() {
        return choked;
    }

    boolean isStopped() {
        return stopped.getAsBoolean();
    }

    /** Throws where the worker may not go on. */
    void check() {
        if (lost) {
            throw new StaleExportException(export.id());
        }
        if (choked) {
            throw new IllegalStateException("the worker did little else than collect garbage");
        }
        if (isStopped()) {
            throw new StoppedException();
        }
    }

    @Override
    public void close() {
        beating.cancel(false);
    }

    /** The worker was told to let go of what it has begun. */
    static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoppedException() {
            super("the worker was told to stop");
        }
    }
}
