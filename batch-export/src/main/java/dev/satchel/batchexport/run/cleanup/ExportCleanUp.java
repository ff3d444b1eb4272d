package dev.satchel.batchexport.run.cleanup;

import dev.satchel.batchexport.observe.ObservedBeans;
import dev.satchel.batchexport.observe.SatchelJob;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.JobContext;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.delivery.DeliveryListener;
import dev.satchel.postgres.PostgresSettings;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.store.FileStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.job.JobExecution;

/**
 * Removes files that expired or that nothing refers to, ends broken streaks, and moves old exports to files if the settings
 * say after which time, in this process: a service calls {@link
 * #run} about once an hour, say from a method that is {@code @Scheduled}; nothing starts by itself.
 *
 * <p>An object is removed first and its record afterwards, so that the next clean-up finishes what was interrupted. Any
 * number may run at once, in any number of processes. Files in other stores are counted and left alone. A run uses up to
 * four connections. The log has a line for each file. Creating this object does no I/O. It closes neither the data source
 * nor the store. Safe for use by many threads.
 */
public final class ExportCleanUp implements AutoCloseable {

    /** How many connections a clean-up uses at most: a step asks on one, and Spring Batch keeps its record on others. */
    public static final int CONNECTIONS = 4;

    private static final Duration UNDER_WAY = Duration.ofSeconds(20);

    private final JobContext jobs;
    private final ExportSettings settings;
    private final CleanUpLog log;
    private final StopSignal stop;
    private final AbandonedExports abandoned;
    private final @Nullable ObservedBeans observed;

    private ExportCleanUp(Builder parts) {
        this.stop = parts.stop;
        this.jobs = new JobContext(
                parts.dataSource,
                parts.store,
                parts.datasets,
                PostgresSettings.DEFAULT,
                CONNECTIONS,
                stop::isAbandoning,
                parts.observed);
        this.settings = parts.settings;
        this.log = new CleanUpLog(parts.quiet);
        this.abandoned = new AbandonedExports(parts.listeners);
        this.observed = parts.observed;
    }

    /**
     * Begins a clean-up with the built-in datasets and the default settings.
     *
     * @param dataSource opens connections to a database that {@code satchel migrate} prepared
     * @param store the store whose files are removed
     */
    public static Builder builder(DataSource dataSource, FileStore store) {
        return new Builder(dataSource, store);
    }

    /**
     * Removes what is due, and ends what is over. A file that cannot be removed is not an exception but a count in the
     * report; the next clean-up tries it again. On a thread that is interrupted, it ends before the next file, and leaves the
     * thread interrupted.
     *
     * @throws dev.satchel.SatchelException if the database was not migrated by this version
     * @throws RuntimeException if the database cannot be used
     * @throws IllegalStateException if this is closed, or the thread is in a transaction
     */
    public CleanUpReport run() {
        CleanUpReport report = new CleanUpReport(log::log);
        try (JobContext.ReadyJob job = jobs.begin(
                context -> {
                    context.registerBean(ExportSettings.class, () -> settings);
                    context.registerBean(CleanUpReport.class, () -> report);
                    context.registerBean(StopSignal.class, () -> stop);
                    context.registerBean(AbandonedExports.class, () -> abandoned);
                },
                CleanUpJob.class)) {
            JobExecution run = job.run();
            if (!JobContext.isCompleted(run) && !JobContext.isInterrupted(run)) {
                Throwable failure = JobContext.failure(run);
                throw failure instanceof RuntimeException exception
                        ? exception
                        : new IllegalStateException("the clean-up failed", failure);
            }
            report.unreadable().forEach(log::log);
            report.refusal().ifPresent(log::log);
            report.archiveRefusal().ifPresent(log::logNotArchived);
            if (observed != null && report.isComplete() && !stop.isStopping()) {
                observed.jobMeters().succeeded(SatchelJob.CLEANUP);
            }
            return report;
        }
    }

    /** Ends a clean-up under way before its next file, and waits a while for it. Calls are refused from now on. */
    @Override
    public void close() {
        stop.abandon();
        jobs.close(UNDER_WAY);
    }

    /** The parts of a clean-up. Used by one thread. */
    public static final class Builder {

        private final DataSource dataSource;
        private final FileStore store;
        private PostgresDatasets datasets = PostgresDatasets.builtIn();
        private ExportSettings settings = ExportSettings.DEFAULT;
        private final List<DeliveryListener> listeners = new ArrayList<>();
        private boolean quiet;
        private StopSignal stop = new StopSignal();
        private @Nullable ObservedBeans observed;

        private Builder(DataSource dataSource, FileStore store) {
            this.dataSource = dataSource;
            this.store = store;
        }

        /** What is exported. */
        public Builder datasets(PostgresDatasets those) {
            datasets = those;
            return this;
        }

        /** How long an object is left alone that no export points to. */
        public Builder settings(ExportSettings those) {
            settings = those;
            return this;
        }

        /** Whether the log leaves out the files that were removed. */
        public Builder quiet(boolean isQuiet) {
            quiet = isQuiet;
            return this;
        }

        /**
         * Adds a listener, which is told of exports that the clean-up gives up because the worker of their last attempt
         * stopped answering; one that throws does not end a clean-up. The log is told without being asked for.
         */
        public Builder listener(DeliveryListener listener) {
            listeners.add(listener);
            return this;
        }

        /** Measures and observes what this clean-up does; null for nothing. */
        public Builder observe(@Nullable ObservedBeans beans) {
            observed = beans;
            return this;
        }

        /** What ends a clean-up before its next file; a signal of its own when left out. */
        public Builder stopSignal(StopSignal signal) {
            stop = signal;
            return this;
        }

        /** The clean-up, which has done nothing yet. */
        public ExportCleanUp build() {
            return new ExportCleanUp(this);
        }
    }
}
