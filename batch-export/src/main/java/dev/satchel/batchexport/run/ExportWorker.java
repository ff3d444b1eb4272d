package dev.satchel.batchexport.run;

import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.observe.ObservedBeans;
import dev.satchel.batchexport.observe.SatchelJob;
import dev.satchel.batchexport.run.archive.ArchiveOptions;
import dev.satchel.batchexport.run.failure.FirstAnswer;
import dev.satchel.batchexport.run.listener.RunLog;
import dev.satchel.batchexport.run.listener.RunTotals;
import dev.satchel.batchexport.run.partition.PartitionConfiguration;
import dev.satchel.batchexport.run.partition.PartitionSettings;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.delivery.DeliveryListener;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportHistory;
import dev.satchel.postgres.PostgresSettings;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.store.FileStore;
import dev.satchel.store.StoreProbe;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.job.JobExecution;

/**
 * Delivers the exports that wait, in this process: a service calls {@link #runPending} as often as it likes, say from a
 * method that is {@code @Scheduled}; nothing starts by itself.
 *
 * <p>Any number of workers may run at once, in any number of processes, beside {@code satchel export run}: each export is
 * delivered once. A worker that dies loses its lease, and another one takes over. A run reads with the rights of the
 * export's user, in one snapshot, and publishes a file only after the store has it whole.
 *
 * <p>The login of the data source must be a member of {@code satchel_exports} or {@code satchel_runtime}, and must not own
 * the tables. Each run uses up to two connections for each export under way and four more. Creating a worker does no I/O. The
 * worker has a private job repository in schema {@code satchel} and closes neither the data source nor the store. Safe for
 * use by many threads; runs at the same time share the work.
 */
public final class ExportWorker implements AutoCloseable {

    /** How many exports are delivered side by side unless it is said. */
    public static final int CONCURRENCY = 4;

    private static final Logger LOG = LoggerFactory.getLogger(ExportWorker.class);

    private final JobContext jobs;
    private final FileFormats formats;
    private final ExportSettings settings;
    private final PartitionSettings partition;
    private final PostgresSettings limits;
    private final String name;
    private final int concurrency;
    private final List<DeliveryListener> listeners;
    private final RunLog log;
    private final @Nullable ObservedBeans observed;
    private final StopSignal stop;

    private ExportWorker(Builder parts) {
        this.stop = parts.stop == null ? new StopSignal() : parts.stop;
        this.jobs = new JobContext(
                parts.dataSource,
                parts.store,
                parts.datasets,
                parts.limits,
                RunSettings.connections(parts.concurrency, parts.partition),
                stop::isAbandoning,
                parts.observed);
        this.formats = parts.formats == null
                ? new StandardFileFormats(
                        CsvOptions.DEFAULT, ArchiveOptions.DEFAULT.settings(parts.datasets, parts.settings.retention()))
                : parts.formats;
        this.settings = parts.settings;
        this.partition = parts.partition;
        this.limits = parts.limits;
        this.name = parts.name;
        this.concurrency = parts.concurrency;
        this.listeners = List.copyOf(parts.listeners);
        this.log = parts.log;
        this.observed = parts.observed;
    }

    /**
     * Begins a worker with the built-in datasets and formats and the default settings.
     *
     * @param dataSource opens connections to a database that {@code satchel migrate} prepared
     * @param store where files go
     */
    public static Builder builder(DataSource dataSource, FileStore store) {
        return new Builder(dataSource, store);
    }

    /**
     * Makes sure that exports can be delivered to the store, before any is claimed.
     *
     * @throws StoreFailedException if the store fails its probe
     * @throws RuntimeException if the database cannot be used, as {@link #run}
     */
    public void checkStore() {
        jobs.ask(StoreProbe.class, probe -> {
            try {
                probe.probe();
            } catch (IOException | RuntimeException failed) {
                throw new StoreFailedException(failed);
            }
            return true;
        });
    }

    /**
     * Delivers what can be claimed at this moment, and ends; for a schedule. Where nothing can be claimed, it asks the
     * database once, and neither the database nor the log has a record of the run. What waits for its next attempt or for
     * the operator, or is held by a worker whose lease has not expired, is left to a later call.
     *
     * @throws RuntimeException as {@link #run}
     */
    public RunSummary runPending() {
        RunTotals totals = new RunTotals();
        RunReport report = report(totals);
        ExportHistory.Backlog backlog = backlog();
        if (!stop.isStopping() && backlog.silent() > 0 && reclaim(report)) {
            backlog = backlog();
        }
        if (PendingExports.isDue(backlog)) {
            return run(RunSettings.End.NOTHING_DUE, totals, report);
        }
        return recorded(RunSummary.of(totals, backlog));
    }

    private boolean reclaim(RunReport report) {
        return jobs.ask(ExportHistory.class, history -> PendingExports.reclaim(history, settings, report));
    }

    private RunReport report(RunTotals totals) {
        List<DeliveryListener> told = new ArrayList<>(List.of(totals, log));
        told.addAll(listeners);
        return new RunReport(told);
    }

    /**
     * What waits, and what workers hold at this moment.
     *
     * @throws RuntimeException if the database cannot be used, as {@link #run}
     */
    public ExportHistory.Backlog backlog() {
        return jobs.ask(ExportHistory.class, history -> history.backlog(settings.lease()));
    }

    /**
     * Delivers exports until nothing is left that a run can deliver: what waits for its turn, for its next attempt, or for
     * the end of a dead worker's lease. What waits for the operator is tried again, too. Blocks until then, or until {@link
     * #stop}; after that, it begins nothing. On a thread that is interrupted, it gives back the exports under way, returns
     * after that, and leaves the thread interrupted.
     *
     * <p>An export that fails is not an exception but a count in the summary, and its row says why.
     *
     * @throws StoreFailedException if the store fails its probe and does not recover by itself
     * @throws dev.satchel.SatchelException if the database was not migrated by this version
     * @throws org.springframework.dao.DataAccessException if the database cannot be used when the run begins, or later and
     *     does not recover by itself
     * @throws org.springframework.transaction.TransactionException likewise
     * @throws IllegalStateException if the worker is closed, or the thread is in a transaction
     */
    public RunSummary run() {
        LocalDateTime begin = LocalDateTime.now(ZoneId.systemDefault());
        RunTotals totals = new RunTotals();
        RunReport report = report(totals);
        return idle(report, begin)
                .map(backlog -> recorded(RunSummary.of(totals, backlog)))
                .orElseGet(() -> run(RunSettings.End.NOTHING_LEFT, totals, report));
    }

    // A run costs contexts, slots and connections. Before it begins, its caller waits for a database that is away.
    private Optional<ExportHistory.Backlog> idle(RunReport report, LocalDateTime begin) {
        if (stop.isStopping()) {
            return Optional.empty();
        }
        if (reclaim(report)) {
            return Optional.empty();
        }
        ExportHistory.Backlog backlog = backlog();
        if (backlog.waiting() + backlog.held() + backlog.silent() > 0) {
            return Optional.empty();
        }
        jobs.recordIdle(ExportRunJob.NAME, begin);
        return Optional.of(backlog);
    }

    /** As {@link #run}, but waits for more when nothing is left, and waits for a store or a database that is away. */
    public RunSummary watch() {
        RunTotals totals = new RunTotals();
        RunReport report = report(totals);
        return new FirstAnswer(stop, report::hasBegun).of(() -> run(RunSettings.End.STOPPED, totals, report));
    }

    private RunSummary run(RunSettings.End end, RunTotals totals, RunReport report) {
        if (stop.isStopping()) {
            return RunSummary.of(totals, backlog());
        }
        try (JobContext.ReadyJob job = begin(end, report)) {
            deliver(job, report);
            return recorded(RunSummary.of(totals, job.bean(PendingExports.class).left()));
        }
    }

    private RunSummary recorded(RunSummary summary) {
        if (observed != null && summary.isComplete() && !stop.isStopping()) {
            observed.jobMeters().succeeded(SatchelJob.EXPORT_RUN);
        }
        return summary;
    }

    private JobContext.ReadyJob begin(RunSettings.End end, RunReport report) {
        RunSettings runSettings = new RunSettings(name, concurrency, end, stop.forOneRun());
        return jobs.begin(
                context -> {
                    context.registerBean(FileFormats.class, () -> formats);
                    context.registerBean(ExportSettings.class, () -> settings);
                    context.registerBean(RunSettings.class, () -> runSettings);
                    context.registerBean(RunReport.class, () -> report);
                    if (partition.isOn()) {
                        context.registerBean(
                                PartitionConfiguration.Run.class,
                                () -> new PartitionConfiguration.Run(
                                        partition,
                                        name,
                                        settings.lease(),
                                        limits.maxSnapshotAge().plusMinutes(1),
                                        runSettings.stop()));
                        context.register(PartitionConfiguration.class);
                    }
                },
                ExportRunJob.class);
    }

    private static void deliver(JobContext.ReadyJob job, RunReport report) {
        Optional<Throwable> failure = failure(job, report);
        report.rethrow();
        failure.ifPresent(unrecorded -> {
            LOG.warn("the database has no complete record of this run");
            LOG.debug("the record of the run", unrecorded);
        });
    }

    // Where slots were at work, they say how the run ended; Spring Batch then only failed to keep its record.
    private static Optional<Throwable> failure(JobContext.ReadyJob job, RunReport report) {
        try {
            JobExecution run = job.run();
            if (JobContext.isCompleted(run) || JobContext.isInterrupted(run)) {
                return Optional.empty();
            }
            Throwable failure = JobContext.failure(run);
            if (!report.hasBegun()) {
                RunReport.rethrow(failure);
            }
            return Optional.of(failure);
        } catch (RuntimeException unrecorded) {
            if (!report.hasBegun()) {
                throw unrecorded;
            }
            return Optional.of(unrecorded);
        }
    }

    /**
     * Stops this worker for good, and returns at once: no run begins, or claims anything more. Runs under way deliver what
     * they have begun within {@link ExportSettings#stopGrace}, which begins now, and give back the rest. Their attempts are
     * not spent. Other workers deliver what is left.
     */
    public void stop() {
        stop.stop(settings.stopGrace());
    }

    /**
     * Stops as {@link #stop}, and waits for runs under way, a few seconds longer than the grace. Calls are refused from now
     * on.
     */
    @Override
    public void close() {
        stop();
        if (!jobs.close(stop.patience())) {
            stop.abandon();
            LOG.warn("a run is still under way; its exports are taken over when its leases expire");
        }
    }

    /** The parts of a worker. Used by one thread. */
    public static final class Builder {

        private final DataSource dataSource;
        private final FileStore store;
        private final List<DeliveryListener> listeners = new ArrayList<>();
        private PostgresDatasets datasets = PostgresDatasets.builtIn();
        private @Nullable FileFormats formats;
        private ExportSettings settings = ExportSettings.DEFAULT;
        private PartitionSettings partition = PartitionSettings.OFF;
        private PostgresSettings limits = PostgresSettings.DEFAULT;
        private String name = ManagementFactory.getRuntimeMXBean().getName();
        private int concurrency = CONCURRENCY;
        private RunLog log = RunLog.ofAll();
        private @Nullable StopSignal stop;
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

        /** How files are written; with the defaults, and archives without texts of an operator, when left out. */
        public Builder formats(FileFormats those) {
            formats = those;
            return this;
        }

        /** How exports are delivered, and how long files stay. */
        public Builder settings(ExportSettings those) {
            settings = those;
            return this;
        }

        /**
         * When an export is delivered together with other processes; by one process when left out. It needs the libraries
         * {@code spring-batch-integration} and {@code spring-integration-jdbc}.
         */
        public Builder partition(PartitionSettings those) {
            partition = those;
            return this;
        }

        /** How long an export may read. */
        public Builder limits(PostgresSettings those) {
            limits = those;
            return this;
        }

        /** The name of the worker in the leases that it takes; process and host when left out. */
        public Builder name(String that) {
            name = that;
            return this;
        }

        /** How many exports to deliver side by side, from 1 to 64; {@value ExportWorker#CONCURRENCY} when left out. */
        public Builder concurrency(int exports) {
            concurrency = exports;
            return this;
        }

        /**
         * Adds a listener, which is told the outcome of each attempt, one at a time; one that throws does not end a run.
         * The log is told without being asked for.
         */
        public Builder listener(DeliveryListener listener) {
            listeners.add(listener);
            return this;
        }

        /** Whether the log leaves out the exports that were delivered. */
        public Builder quiet(boolean quiet) {
            log = quiet ? RunLog.ofTrouble() : RunLog.ofAll();
            return this;
        }

        /** Measures and observes what this worker does; outcomes are counted by a listener, {@code ExportMeters}. */
        public Builder observe(ObservedBeans beans) {
            observed = beans;
            return this;
        }

        /** What stops this worker; a signal of its own when left out. */
        public Builder stopSignal(StopSignal signal) {
            stop = signal;
            return this;
        }

        /**
         * The worker, which has done nothing yet.
         *
         * @throws IllegalArgumentException if the concurrency is out of range, or the settings name a dataset that does not
         *     exist
         */
        public ExportWorker build() {
            RunSettings.connections(concurrency, partition);
            settings.settings(datasets::catalogue);
            return new ExportWorker(this);
        }
    }
}
