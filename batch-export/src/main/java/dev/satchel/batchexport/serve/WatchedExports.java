package dev.satchel.batchexport.serve;

import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.export.ExportHistory;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Delivers exports all day, in a thread of its own: side by side with every other program, as {@code export run --watch}. */
final class WatchedExports implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedExports.class);

    private static final String JOB = "exports";
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofSeconds(30);

    private final ExportWorker worker;
    private final StopSignal stop;
    private final LastRuns last;
    private final Runnable nothingLeft;
    private final Thread watching = new Thread(this::watch, "exports");
    private final Thread looking = new Thread(this::look, "exports-left");

    /**
     * @param stop ends the watch
     * @param nothingLeft is told now and then while no export waits
     */
    WatchedExports(ExportWorker worker, StopSignal stop, LastRuns last, Runnable nothingLeft) {
        this.worker = worker;
        this.stop = stop;
        this.last = last;
        this.nothingLeft = nothingLeft;
        looking.setDaemon(true);
    }

    void start() {
        watching.start();
        looking.start();
    }

    boolean isAlive() {
        return watching.isAlive();
    }

    // A watch waits for a database and a store that are away, and ends by itself only for a reason that nobody foresaw.
    private void watch() {
        while (!stop.isStopping()) {
            try {
                worker.watch();
                last.succeeded(JOB);
            } catch (RuntimeException failed) {
                String reason = JobRuns.reason(failed);
                last.failed(JOB, reason);
                LOG.error("exports are delivered again in {} seconds: {}", PAUSE.toSeconds(), reason);
                LOG.debug("the failure", failed);
                stop.await(PAUSE);
            }
        }
    }

    private void look() {
        while (!stop.await(LOOK)) {
            try {
                ExportHistory.Backlog left = worker.backlog();
                if (left.waiting() == 0 && left.silent() == 0) {
                    nothingLeft.run();
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
