package dev.satchel.batchexport.run.stop;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells a worker to stop, for good: first to begin nothing more, and after a grace to let go of what it has begun. Safe for
 * use by many threads.
 */
public final class StopSignal {

    private static final Duration LETTING_GO = Duration.ofSeconds(10);

    private final @Nullable StopSignal ofTheWorker;
    private final Object changed;
    private volatile boolean stopping;
    private volatile @Nullable Long abandonAt;

    /** A signal that nobody has given yet. */
    public StopSignal() {
        this.ofTheWorker = null;
        this.changed = new Object();
    }

    private StopSignal(StopSignal ofTheWorker) {
        this.ofTheWorker = ofTheWorker;
        this.changed = ofTheWorker.changed;
    }

    /** A signal for one run of the worker: it stops with this one, and may be stopped alone. */
    public StopSignal forOneRun() {
        return new StopSignal(this);
    }

    /** From now on nothing is claimed any more. */
    public void stop() {
        synchronized (changed) {
            stopping = true;
            changed.notifyAll();
        }
    }

    /** From now on nothing is claimed any more, and after the grace exports under way are given back at their next byte. */
    public void stop(Duration grace) {
        synchronized (changed) {
            long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(grace);
            Long known = abandonAt;
            if (known == null || end - known < 0) {
                abandonAt = end;
            }
            stop();
        }
    }

    /** From now on exports under way are given back at their next byte. */
    public void abandon() {
        stop(Duration.ZERO);
    }

    public boolean isStopping() {
        return stopping || (ofTheWorker != null && ofTheWorker.isStopping());
    }

    public boolean isAbandoning() {
        Long end = abandonAt;
        return (end != null && System.nanoTime() - end >= 0) || (ofTheWorker != null && ofTheWorker.isAbandoning());
    }

    /** How long to wait for what is under way: until the grace is over, and a while for letting go. */
    public Duration patience() {
        Long end = abandonAt;
        long grace = end == null ? 0 : Math.max(0, end - System.nanoTime());
        return Duration.ofNanos(grace).plus(LETTING_GO);
    }

    /** Waits until told to stop, which an interrupt does too. */
    public void await() {
        synchronized (changed) {
            while (!isStopping()) {
                try {
                    changed.wait();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    stop();
                }
            }
        }
    }

    /** Waits for that long, or until told to stop; says whether it was. */
    public boolean await(Duration pause) {
        long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(pause);
        synchronized (changed) {
            while (!isStopping()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(changed, left);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    stop();
                }
            }
            return true;
        }
    }
}
