package dev.satchel.batchexport.run.stop;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns SIGTERM and SIGINT into the stop signal, and holds the process until the run has let go. */
public final class StopOnExit implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StopOnExit.class);

    private final CountDownLatch finished = new CountDownLatch(1);
    private final StopSignal signal;
    private final Thread hook;

    public StopOnExit(StopSignal stop, Duration grace) {
        this.signal = stop;
        this.hook = new Thread(() -> holdOn(stop, grace), "stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    public StopSignal signal() {
        return signal;
    }

    private void holdOn(StopSignal stop, Duration grace) {
        stop.stop(grace);
        try {
            if (!finished.await(stop.patience().toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.debug("what is under way does not let go");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyStopping) {
            LOG.debug("stopped by a signal");
        }
    }
}
