package dev.satchel.batchexport.cli.metrics;

import dev.satchel.batchexport.observe.ExportMeters;
import dev.satchel.batchexport.observe.LagGauges;
import dev.satchel.batchexport.observe.MetricsFile;
import dev.satchel.batchexport.observe.ObservedBeans;
import dev.satchel.batchexport.observe.ObservedProgressUpkeep;
import dev.satchel.batchexport.observe.ObservedProviderCheck;
import dev.satchel.batchexport.observe.SatchelJob;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.run.cleanup.ExportCleanUp;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.keys.validation.ProviderCheck;
import dev.satchel.progress.ProgressUpkeep;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of one command. Without a file, everything stays as it is and nothing is measured.
 *
 * <p>The file is written when the command begins, every fifteen seconds, and when it ends: by {@link #close}, if {@link
 * #write} did not. A file that cannot be written any more is a line in the log
 * and changes nothing of what the command does.
 */
public final class RecordedCommand implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RecordedCommand.class);

    /** The commands whose metrics include those of the database. */
    private static final Set<SatchelJob> READING_THE_DATABASE = EnumSet.of(SatchelJob.EXPORT_RUN, SatchelJob.CLEANUP);

    private static final Duration INTERVAL = Duration.ofSeconds(15);

    private final SatchelJob job;
    private final @Nullable Recording recording;
    private final ScheduledExecutorService writing =
            Executors.newSingleThreadScheduledExecutor(RecordedCommand::daemon);
    private boolean written;

    private RecordedCommand(SatchelJob job, @Nullable Recording recording) {
        this.job = job;
        this.recording = recording;
    }

    static RecordedCommand withoutFile(SatchelJob job) {
        return new RecordedCommand(job, null);
    }

    static RecordedCommand into(MetricsFile file, SatchelJob job) {
        RecordedCommand recorded = new RecordedCommand(job, Prometheus.recording(file));
        recorded.begin();
        return recorded;
    }

    // With zeros, because Prometheus sees no increase in a counter that is born with its first failure.
    private void begin() {
        if (recording != null) {
            recording.beans().countFromZero(job);
            writeNow();
            ScheduledFuture<?> unused = writing.scheduleWithFixedDelay(
                    this::writeAgain, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** @param scrape reads all meters in Prometheus' text format */
    private record Recording(MetricsFile file, MeterRegistry meters, Supplier<String> scrape, ObservedBeans beans) {}

    /** A class of its own, because a service may call commands without Prometheus' library on its class path. */
    private static final class Prometheus {

        static Recording recording(MetricsFile file) {
            PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            return new Recording(
                    file,
                    meters,
                    meters::scrape,
                    new ObservedBeans(() -> meters, () -> ObservationRegistry.NOOP).withGauges(new KnownFailures()));
        }
    }

    /** Measures what the worker does. */
    public ExportWorker.Builder measured(ExportWorker.Builder worker) {
        return recording == null
                ? worker
                : worker.observe(recording.beans()).listener(new ExportMeters(recording.meters()));
    }

    /** Measures what the clean-up does. */
    public ExportCleanUp.Builder measured(ExportCleanUp.Builder cleanUp) {
        return recording == null
                ? cleanUp
                : cleanUp.observe(recording.beans()).listener(new ExportMeters(recording.meters()));
    }

    public ProviderCheck measured(ProviderCheck check) {
        return recording == null
                ? check
                : new ObservedProviderCheck(check, recording.meters(), ObservationRegistry.NOOP);
    }

    public ProgressUpkeep measured(ProgressUpkeep upkeep) {
        return recording == null ? upkeep : new ObservedProgressUpkeep(upkeep, recording.meters());
    }

    /** Says that the command did its work and ends with 0, where neither a worker nor a clean-up says so. */
    public void succeeded() {
        if (recording != null) {
            recording.beans().jobMeters().succeeded(job);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "metrics-file");
        thread.setDaemon(true);
        return thread;
    }

    /** Writes the file for the last time, while the database can still be asked. */
    public synchronized void write() {
        written = true;
        writing.shutdown();
        writeNow();
    }

    // Not after the last time, when the database can no longer be asked.
    private synchronized void writeAgain() {
        if (!written) {
            writeNow();
        }
    }

    private synchronized void writeNow() {
        Recording measured = recording;
        if (measured == null) {
            return;
        }
        try {
            measured.file().write(measured.scrape().get());
        } catch (IOException | RuntimeException failed) {
            LOG.error("the metrics could not be written to {}: {}", measured.file(), failed.toString());
        }
    }

    @Override
    public void close() {
        if (!written) {
            // Gauges of an earlier run would otherwise stay in the file as if they were true.
            if (recording != null && READING_THE_DATABASE.contains(job)) {
                LagGauges.bindUnknown(recording.meters());
            }
            write();
        }
        if (recording != null) {
            recording.meters().close();
        }
    }
}
