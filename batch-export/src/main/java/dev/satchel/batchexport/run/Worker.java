package dev.satchel.batchexport.run;

import dev.satchel.batchexport.database.Database;
import dev.satchel.delivery.DeliveryListener;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportHistory;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.store.FileStore;
import dev.satchel.store.StoreProbe;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.job.JobExecution;

/** Delivers exports, with a pool of connections, until it is closed. */
public final class Worker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final JobContext job;

    private Worker(JobContext job) {
        this.job = job;
    }

    /**
     * Connects and makes ready.
     *
     * @param listeners are told the outcome of each attempt, one at a time and in this order
     * @param more further beans of the job, such as what measures it
     * @throws SQLException if the database cannot be used; nothing is left open then
     */
    public static Worker start(
            Database database,
            FileStore store,
            FileFormats formats,
            PostgresDatasets datasets,
            ExportSettings settings,
            RunSettings runSettings,
            List<DeliveryListener> listeners,
            JobContext.Beans more)
            throws SQLException {
        RunReport report = new RunReport(listeners);
        return new Worker(JobContext.open(
                database,
                runSettings.connections(),
                store,
                datasets,
                context -> {
                    context.registerBean(FileFormats.class, () -> formats);
                    context.registerBean(ExportSettings.class, () -> settings);
                    context.registerBean(RunSettings.class, () -> runSettings);
                    context.registerBean(RunReport.class, () -> report);
                    more.registerIn(context);
                },
                ExportRunJob.class));
    }

    /**
     * Makes sure that exports can be delivered to the store, before any is claimed.
     *
     * @throws StoreFailedException if the store fails its probe
     */
    public void checkStore() {
        try {
            job.bean(StoreProbe.class).probe();
        } catch (IOException | RuntimeException failed) {
            throw new StoreFailedException(failed);
        }
    }

    /**
     * Delivers exports until nothing is left that a run can deliver, or, where it watches, until the signal says stop.
     *
     * @throws RuntimeException why it ended although something was left
     */
    public void run() {
        RunReport report = job.bean(RunReport.class);
        Optional<Throwable> failure = failure(report);
        report.endedBy().ifPresent(reason -> {
            throw reason;
        });
        failure.ifPresent(unrecorded -> {
            LOG.warn("the database has no complete record of this run");
            LOG.debug("the record of the run", unrecorded);
        });
    }

    // Where slots were at work, they say how the run ended; Spring Batch then only failed to keep its record.
    private Optional<Throwable> failure(RunReport report) {
        try {
            JobExecution run = job.run();
            if (!JobContext.isCompleted(run) && !report.hasBegun()) {
                throw new IllegalStateException("the run did not begin", JobContext.failure(run));
            }
            return JobContext.isCompleted(run) ? Optional.empty() : Optional.of(JobContext.failure(run));
        } catch (RuntimeException unrecorded) {
            if (!report.hasBegun()) {
                throw unrecorded;
            }
            return Optional.of(unrecorded);
        }
    }

    /** What the last run left. */
    public ExportHistory.Backlog left() {
        return job.bean(PendingExports.class).left();
    }

    /** Closes the pool; no run may be under way. */
    @Override
    public void close() {
        job.close();
    }
}
