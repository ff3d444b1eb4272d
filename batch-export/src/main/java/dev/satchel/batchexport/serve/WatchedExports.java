package dev.satchel.batchexport.serve;

import dev.satchel.batchexport.observe.health.Reasons;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.run.stop.StopSignal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Delivers exports all day, in a thread of its own: side by side with every other program, as {@code export run --watch}. */
final class WatchedExports implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedExports.class);

    private static final String JOB = "exports";
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Runnable watch;
    private final Runnable look;
    private final StopSignal stop;
    private final LastRuns last;
    private final Duration pause;
    private final Reasons reasons = new Reasons(new KnownFailures());
    private final Thread watching = new Thread(() -> run(this::watch), "exports");
    private final Thread looking = new Thread(() -> run(this::look), "exports-left");
    private volatile boolean delivering;
    private volatile @Nullable Error fatal;

    /**
     * @param watch delivers until told to stop
     * @param look is called now and then, and throws where the database cannot be asked what is left
     * @param stop ends the watch, and is given when the watch can never go on
     */
    WatchedExports(Runnable watch, Runnable look, StopSignal stop, LastRuns last) {
        this(watch, look, stop, last, PAUSE);
    }

    WatchedExports(Runnable watch, Runnable look, StopSignal stop, LastRuns last, Duration pause) {
        this.watch = watch;
        this.look = look;
        this.stop = stop;
        this.last = last;
        this.pause = pause;
        looking.setDaemon(true);
    }

    void start() {
        watching.start();
        looking.start();
    }

    boolean isAlive() {
        return watching.isAlive();
    }

    /** What ended the watch for good, such as too little memory; null where nothing did. */
    @Nullable
    Error fatal() {
        return fatal;
    }

    private void run(Runnable loop) {
        try {
            loop.run();
        } catch (Error error) {
            // Whoever started the program starts it again; a program that delivers nothing would only look alive.
            fatal = error;
            LOG.error("exports cannot be delivered any more, and the program ends: {}", error.toString());
            LOG.debug("the failure", error);
            stop.abandon();
        }
    }

    // A watch waits for a database and a store that are away, and ends by itself only for a reason that nobody foresaw.
    private void watch() {
        while (!stop.isStopping()) {
            try {
                delivering = true;
                watch.run();
                last.succeeded(JOB);
            } catch (RuntimeException failed) {
                delivering = false;
                String reason = reasons.of(failed);
                last.failed(JOB, reason);
                LOG.error("exports are delivered again in {} seconds: {}", pause.toSeconds(), reason);
                stop.await(pause);
            }
        }
    }

    private void look() {
        while (!stop.await(pause)) {
            try {
                look.run();
                if (delivering) {
                    last.succeeded(JOB);
                }
            } catch (RuntimeException failed) {
                LOG.debug("what is left", failed);
            }
        }
    }

    /** Waits until the watch has ended, which the signal to stop makes it do. */
    @Override
    public void close() {
        try {
            watching.join(stop.patience().toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
