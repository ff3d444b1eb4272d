package dev.satchel.batchexport.serve;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.observe.ExportMeters;
import dev.satchel.batchexport.observe.LagGauges;
import dev.satchel.batchexport.observe.ObservedBeans;
import dev.satchel.batchexport.observe.ObservedProgressUpkeep;
import dev.satchel.batchexport.observe.ObservedProviderCheck;
import dev.satchel.batchexport.observe.SatchelJob;
import dev.satchel.batchexport.observe.health.BoundedCheck;
import dev.satchel.batchexport.observe.health.DatabaseCheck;
import dev.satchel.batchexport.observe.health.HealthCheck;
import dev.satchel.batchexport.observe.health.HealthSettings;
import dev.satchel.batchexport.observe.health.KeyEncryptionKeyCheck;
import dev.satchel.batchexport.observe.health.OldestPendingCheck;
import dev.satchel.batchexport.observe.health.StoreLook;
import dev.satchel.batchexport.observe.health.StuckLeaseCheck;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.run.RunSettings;
import dev.satchel.batchexport.run.RunSummary;
import dev.satchel.batchexport.run.cleanup.CleanUpReport;
import dev.satchel.batchexport.run.cleanup.ExportCleanUp;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.run.partition.PartitionSettings;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.batchexport.serve.management.ManagementServer;
import dev.satchel.batchexport.serve.schedule.DatabaseClock;
import dev.satchel.batchexport.serve.schedule.JobScheduler;
import dev.satchel.batchexport.serve.schedule.ScheduledJob;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.batchexport.terminal.RefusedException;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportHistory;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.validation.KeyRevalidation;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.session.OwnSessions;
import dev.satchel.progress.ProgressUpkeep;
import dev.satchel.provider.HttpProviderCheck;
import dev.satchel.store.StoreCheck;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program that runs Satchel's jobs on schedule, until it is told to stop. Any number may run beside each other: each
 * tick is run by one of them, and all of them deliver exports side by side where they watch.
 */
public final class Service {

    private static final Logger LOG = LoggerFactory.getLogger(Service.class);

    /** A tick is to the second. */
    private static final Duration POLL = Duration.ofMillis(500);

    /** For the scheduler, its heartbeats, each check of health and the gauges. */
    private static final int OWN_CONNECTIONS = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Parts parts;
    private final StopSignal stop;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ObservedBeans beans = new ObservedBeans(() -> meters, () -> ObservationRegistry.NOOP);
    private final ExportMeters exportMeters = new ExportMeters(meters);
    private final DatabaseClock clock;
    private final LastRuns last;
    private final JobRuns runs;
    private final SatchelPostgres satchel;
    private final List<ScheduledJob> jobs = new ArrayList<>();

    /**
     * What a service is made of.
     *
     * @param store where files are; null where no job needs it
     * @param keys the key-encryption keys; null where keys are not checked
     * @param jobConnections for the jobs, at least {@link #jobConnections}
     * @param ownConnections for everything else, so that no job takes the last one
     */
    public record Parts(
            ServeSettings serve,
            ExportSettings exports,
            PartitionSettings partition,
            HealthSettings health,
            PostgresDatasets datasets,
            FileFormats formats,
            int concurrency,
            @Nullable NamedFileStore store,
            @Nullable KeyEncryptionKeys keys,
            DataSource jobConnections,
            DataSource ownConnections) {}

    /**
     * The connections for everything but the jobs. Who asks for one that cannot be had waits for less time than a probe of
     * health, so that health can say why.
     *
     * @throws SQLException as {@link Database#pool}
     */
    public static HikariDataSource ownConnections(Database database) throws SQLException {
        HikariDataSource pool = database.pool(OWN_CONNECTIONS);
        pool.setConnectionTimeout(PATIENCE.toMillis());
        return pool;
    }

    /** @throws SQLException if the database does not answer */
    public Service(Parts parts, StopSignal stop) throws SQLException {
        this.parts = parts;
        this.stop = stop;
        this.clock = DatabaseClock.of(parts.ownConnections(), System::nanoTime);
        this.last = new LastRuns(clock::now);
        this.runs = new JobRuns(last, stop);
        this.satchel = new SatchelPostgres(new OwnSessions(parts.ownConnections()), parts.datasets());
    }

    /**
     * How many connections the jobs use at most.
     *
     * @throws IllegalArgumentException if that many exports cannot be delivered side by side
     */
    public static int jobConnections(int concurrency, PartitionSettings partition) {
        return RunSettings.connections(concurrency, partition) + ExportCleanUp.CONNECTIONS + 2;
    }

    /**
     * Runs until told to stop, and returns when everything under way has ended.
     *
     * @param management answers on the management port; null for none
     * @throws RuntimeException if the store does not fit at the start, the database cannot be used, or exports cannot be
     *     delivered any more
     */
    public void run(@Nullable ManagementServer management) {
        NamedFileStore store = parts.store();
        try (ExportWorker worker = store == null ? null : worker(store);
                ExportCleanUp cleanUp = store == null ? null : cleanUp(store)) {
            WatchedExports watched = null;
            if (worker != null) {
                watched = addExports(worker);
            }
            if (cleanUp != null) {
                addCleanUp(cleanUp);
            }
            addStreaks();
            addKeys();
            new LagGauges(satchel.exportCatalog(), new KnownFailures()).bindTo(meters);
            JobScheduler scheduler = new JobScheduler(
                    parts.ownConnections(),
                    clock,
                    jobs,
                    new JobScheduler.Times(
                            POLL, parts.exports().lease(), parts.exports().stopGrace()),
                    last::succeeded);
            run(scheduler, watched, management);
        } finally {
            meters.close();
        }
    }

    private void run(JobScheduler scheduler, @Nullable WatchedExports watched, @Nullable ManagementServer management) {
        if (stop.isStopping()) {
            return;
        }
        try (scheduler) {
            scheduler.start();
            if (watched != null) {
                watched.start();
            }
            if (management != null) {
                start(management, watched, scheduler);
            }
            jobs.forEach(job -> LOG.info("{} at {}", job.name(), job.schedule()));
            if (watched != null) {
                LOG.info("exports all day");
            }
            stop.await();
            LOG.info("stopped by a signal: nothing begins any more, and what is under way ends");
            scheduler.pause();
        }
        // The watch has ended meanwhile, or has the rest of its grace.
        if (watched != null) {
            end(watched);
        }
    }

    private static void end(WatchedExports watched) {
        watched.close();
        Error fatal = watched.fatal();
        if (fatal != null) {
            throw new RefusedException(
                    "exports could not be delivered any more (" + fatal + "): start the program again");
        }
    }

    private void start(ManagementServer management, @Nullable WatchedExports watched, JobScheduler scheduler) {
        Map<String, HealthCheck> needed = needed();
        Map<String, HealthCheck> checks = new LinkedHashMap<>(needed);
        checks.put(
                "satchelOldestPending",
                BoundedCheck.ofTheDatabase(new OldestPendingCheck(
                        satchel.exportCatalog(), parts.health().oldestPending(), new KnownFailures())));
        checks.put(
                "satchelStuckLease",
                BoundedCheck.ofTheDatabase(new StuckLeaseCheck(
                        satchel.exportCatalog(), parts.health().stuckLease(), new KnownFailures())));
        checks.put("satchelSchedule", scheduler);
        checks.put("satchelJobs", last);
        Set<String> names = new LinkedHashSet<>(needed.keySet());
        names.add("satchelSchedule");
        management.start(
                checks,
                names,
                () -> watched == null || watched.isAlive() || stop.isStopping(),
                stop::isStopping,
                meters::scrape);
        LOG.info("health and metrics at http://{}/actuator/health", management.address());
    }

    private Map<String, HealthCheck> needed() {
        Map<String, HealthCheck> needed = new LinkedHashMap<>();
        needed.put(
                "satchelDatabase",
                BoundedCheck.ofTheDatabase(new DatabaseCheck(parts.ownConnections(), new KnownFailures())));
        NamedFileStore store = parts.store();
        if (store != null) {
            StoreCheck check =
                    new StoreCheck(store, satchel.knownStores(), satchel.uploadJournal(), satchel.probeRecords());
            needed.put(
                    "satchelStore",
                    BoundedCheck.elsewhere(
                            "the store " + store.root(), new StoreLook(store, check, new KnownFailures())));
        }
        KeyEncryptionKeys keys = parts.keys();
        if (keys != null) {
            needed.put(
                    "satchelKeyEncryptionKey",
                    BoundedCheck.elsewhere("the key-encryption key", new KeyEncryptionKeyCheck(() -> keys)));
        }
        return needed;
    }

    private ExportWorker worker(NamedFileStore store) {
        return ExportWorker.builder(new OwnSessions(parts.jobConnections()), store)
                .datasets(parts.datasets())
                .formats(parts.formats())
                .settings(parts.exports())
                .partition(parts.partition())
                .concurrency(parts.concurrency())
                .observe(beans)
                .listener(exportMeters)
                .stopSignal(stop)
                .build();
    }

    private ExportCleanUp cleanUp(NamedFileStore store) {
        return ExportCleanUp.builder(new OwnSessions(parts.jobConnections()), store)
                .datasets(parts.datasets())
                .settings(parts.exports())
                .observe(beans)
                .listener(exportMeters)
                .stopSignal(stop)
                .build();
    }

    private @Nullable WatchedExports addExports(ExportWorker worker) {
        boolean isWatching = parts.serve().isWatching();
        parts.serve()
                .exportTicks()
                .ifPresent(ticks ->
                        jobs.add(new ScheduledJob("exports", ticks, runs.of("exports", () -> told(worker.run())))));
        if (isWatching || parts.serve().exportTicks().isPresent()) {
            beans.countFromZero(SatchelJob.EXPORT_RUN);
            worker.checkStore();
        }
        return isWatching ? new WatchedExports(worker::watch, () -> look(worker), stop, last) : null;
    }

    private void look(ExportWorker worker) {
        ExportHistory.Backlog left = worker.backlog();
        if (left.waiting() == 0 && left.silent() == 0) {
            beans.jobMeters().succeeded(SatchelJob.EXPORT_RUN);
        }
    }

    private String told(RunSummary summary) {
        if (!summary.isComplete() && !stop.isStopping()) {
            throw new IncompleteRunException(
                    "%d exports failed for good, %d wait and %d are held by silent workers: see 'satchel export list'"
                            .formatted(
                                    summary.failed(),
                                    summary.left().waiting(),
                                    summary.left().silent()));
        }
        return "";
    }

    private void addCleanUp(ExportCleanUp cleanUp) {
        parts.serve().cleanUpTicks().ifPresent(ticks -> {
            beans.countFromZero(SatchelJob.CLEANUP);
            jobs.add(new ScheduledJob("cleanup", ticks, runs.of("cleanup", () -> told(cleanUp.run()))));
        });
    }

    private static String told(CleanUpReport report) {
        if (!report.isComplete()) {
            throw new IncompleteRunException("not everything could be removed; the next clean-up tries it again");
        }
        return report.streaksEnded() == 0 ? "" : "ended " + report.streaksEnded() + " streaks";
    }

    private void addStreaks() {
        parts.serve().streakTicks().ifPresent(ticks -> {
            ProgressUpkeep upkeep = new ObservedProgressUpkeep(
                    new SatchelPostgres(new OwnSessions(parts.jobConnections()), parts.datasets()).progressUpkeep(),
                    meters);
            jobs.add(new ScheduledJob("streaks", ticks, runs.of("streaks", () -> {
                long ended = upkeep.endBrokenStreaks();
                beans.jobMeters().succeeded(SatchelJob.STREAKS);
                return ended == 0 ? "" : "ended " + ended + " streaks";
            })));
        });
    }

    private void addKeys() {
        KeyEncryptionKeys keys = parts.keys();
        if (keys == null) {
            return;
        }
        beans.countFromZero(SatchelJob.KEYS_VALIDATE);
        KeyRevalidation revalidation = new KeyRevalidation(
                new SatchelPostgres(new OwnSessions(parts.jobConnections()), parts.datasets()).keyVault(keys),
                new ObservedProviderCheck(new HttpProviderCheck(), meters, ObservationRegistry.NOOP));
        parts.serve()
                .keyTicks()
                .ifPresent(ticks -> jobs.add(new ScheduledJob(
                        "keys", ticks, runs.of("keys", () -> told(revalidation.validateDue(stop::await))))));
    }

    private String told(KeyRevalidation.Round round) {
        if (round.unopened() > 0) {
            throw new IncompleteRunException(
                    round.unopened() + " keys could not be opened: see 'satchel keys validate --user ID'");
        }
        if (!stop.isStopping()) {
            beans.jobMeters().succeeded(SatchelJob.KEYS_VALIDATE);
        }
        long answered = round.valid() + round.invalid() + round.unknown();
        return answered == 0
                ? ""
                : "%d valid, %d invalid, %d unknown".formatted(round.valid(), round.invalid(), round.unknown());
    }
}
