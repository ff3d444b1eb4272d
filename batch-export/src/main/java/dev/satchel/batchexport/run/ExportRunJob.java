package dev.satchel.batchexport.run;

import dev.satchel.batchexport.observe.ExportObservations;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.run.partition.PartitionConfiguration;
import dev.satchel.delivery.DeliverExport;
import dev.satchel.delivery.ExportReading;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportHistory;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.UserRecords;
import dev.satchel.store.FileStore;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.UploadJournal;
import io.micrometer.observation.ObservationRegistry;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The job that delivers exports, whole.
 *
 * <pre>
 * [resume ──>] deliver, N slots side by side: claim ──> deliver ──> report ──> claim …
 * </pre>
 *
 * <p>A slot holds no database transaction, and no connection: an export may take an hour, a server may end connections that
 * are idle for less, and the steps of an export's life are atomic by themselves.
 */
@Configuration(proxyBeanMethods = false)
class ExportRunJob {

    static final String NAME = "exportRun";

    // A person who starts a run may just have put right what exports wait for; a schedule has put nothing right.
    @Bean
    Job exportRun(JobRepository runs, Step resume, Step deliver, RunSettings runSettings) {
        JobBuilder job = new JobBuilder(NAME, runs);
        return runSettings.end() == RunSettings.End.NOTHING_DUE
                ? job.start(deliver).build()
                : job.start(resume).next(deliver).build();
    }

    @Bean
    Step resume(JobRepository runs, ExportHistory history) {
        return new StepBuilder("resume", runs)
                .tasklet((contribution, context) -> {
                    history.resume();
                    return RepeatStatus.FINISHED;
                })
                .build();
    }

    @Bean
    Step deliver(JobRepository runs, DeliverySlot slot, RunSettings runSettings, RunReport report) {
        return new DeliveryStep(runs, slot, runSettings, report);
    }

    @Bean
    DeliverySlot slot(
            PendingExports exports,
            StoreCheck check,
            DeliverExport deliverExport,
            ExportSettings settings,
            RunSettings runSettings,
            RunReport report,
            ObjectProvider<ObservationRegistry> observations) {
        return new DeliverySlot(
                exports,
                new StoreGate(check, new KnownFailures(), runSettings, settings.outagePatience()),
                new DatabaseOutage(new KnownFailures(), runSettings, settings.outagePatience()),
                deliverExport,
                report,
                new ExportObservations(observations.getIfAvailable(() -> ObservationRegistry.NOOP)),
                runSettings.stop());
    }

    @Bean
    PendingExports pendingExports(
            ExportHistory history, RunSettings runSettings, ExportSettings settings, RunReport report) {
        return new PendingExports(history, runSettings, settings, report);
    }

    @Bean
    DeliverExport deliverExport(
            ExportHistory history,
            UploadJournal journal,
            UserRecords records,
            ObjectProvider<ExportReading> readings,
            FileFormats formats,
            FileStore store,
            StoreCheck check,
            ExportSettings settings,
            PostgresDatasets datasets,
            ScheduledExecutorService heartbeats,
            ScheduledExecutorService aborts) {
        return new DeliverExport(
                history,
                journal,
                readings.getIfAvailable(() -> ExportReading.alone(records)),
                formats,
                store,
                check,
                new KnownFailures(),
                settings.retries(),
                new DeliverExport.Heartbeats(heartbeats, aborts, new GarbageCollection(), System::nanoTime),
                settings.settings(datasets::catalogue));
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService heartbeats(RunSettings runSettings, ObjectProvider<PartitionConfiguration.Run> partition) {
        // One thread would let a single slow beat delay all others past their lease. One more looks for lost exports.
        return executor(Math.min(runSettings.concurrency() + parts(partition), 4) + 1, "heartbeat");
    }

    // A thread for each export and part: while the database is away, each cancel of a statement may take seconds, and a
    // stop has
    // only its grace.
    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService aborts(RunSettings runSettings, ObjectProvider<PartitionConfiguration.Run> partition) {
        return executor(runSettings.concurrency() + parts(partition), "abort");
    }

    private static int parts(ObjectProvider<PartitionConfiguration.Run> partition) {
        return partition.stream().mapToInt(run -> run.settings().slots()).sum();
    }

    private static ScheduledExecutorService executor(int threads, String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(threads, task -> daemon(task, name));
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
