package dev.satchel.batchexport.run.stop;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells a worker to stop: first to begin nothing more, later to let go of what it has begun. Safe for use by many
 * threads.
 */
public final class StopSignal {

    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile boolean abandoning;

    /** From now on nothing is claimed any more. */
    public void stop() {
        stopping.countDown();
    }

    /** From now on exports under way are given back at their next byte. */
    public void abandon() {
        stop();
        abandoning = true;
    }

    public boolean isStopping() {
        return stopping.getCount() == 0;
    }

    public boolean isAbandoning() {
        return abandoning;
    }

    /** Waits for that long, or until told to stop; says whether it was. */
    public boolean await(Duration pause) {
        try {
            return stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            stop();
            return true;
        }
    }
}
