package dev.satchel.batchexport.run;

import dev.satchel.batchexport.run.cleanup.CleanUpReport;
import dev.satchel.batchexport.run.cleanup.GarbageCollection;
import dev.satchel.batchexport.run.cleanup.LeftoverFiles;
import dev.satchel.batchexport.run.cleanup.OldRuns;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.delivery.CleanUp;
import dev.satchel.delivery.DeliverExport;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportHistory;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.progress.ProgressUpkeep;
import dev.satchel.record.UserRecords;
import dev.satchel.store.FileStore;
import dev.satchel.store.KnownStores;
import dev.satchel.store.ProbeRecords;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.UploadJournal;
import dev.satchel.store.UploadJournal.Leftover;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import javax.sql.DataSource;
import org.springframework.batch.core.configuration.annotation.EnableBatchProcessing;
import org.springframework.batch.core.configuration.annotation.EnableJdbcJobRepository;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.partition.support.SimplePartitioner;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.batch.infrastructure.support.transaction.ResourcelessTransactionManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Both jobs, whole.
 *
 * <pre>
 * exportRun:  resume ──> deliver, N places side by side: claim ──> deliver ──> report ──> claim …
 * cleanup:    reclaim ──> end broken streaks ──> remove: list what is due ──> remove ──> report ──> forget old runs
 * </pre>
 *
 * <p>The steps that use the store hold no database transaction, and no connection: an export may take an hour, a server
 * may end connections that are idle for less, and the steps of its life are atomic by themselves.
 */
@Configuration(proxyBeanMethods = false)
@EnableBatchProcessing
@EnableJdbcJobRepository(tablePrefix = "satchel.batch_", isolationLevelForCreate = Isolation.READ_COMMITTED)
@Import(SatchelPostgres.class)
class ExportJobs {

    @Bean
    JdbcTransactionManager transactionManager(DataSource dataSource) {
        return new JdbcTransactionManager(dataSource);
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService heartbeats(RunSettings runSettings) {
        // One thread would let a single slow beat delay all others' past their lease.
        ScheduledThreadPoolExecutor beats = new ScheduledThreadPoolExecutor(
                Math.min(runSettings.concurrency(), 4), task -> daemon(task, "heartbeat"));
        beats.setRemoveOnCancelPolicy(true);
        return beats;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Bean
    StoreCheck storeCheck(FileStore store, KnownStores stores, UploadJournal journal, ProbeRecords probes) {
        return new StoreCheck(store, stores, journal, probes);
    }

    @Bean
    DeliverExport deliverExport(
            ExportHistory history,
            UploadJournal journal,
            UserRecords records,
            FileFormats formats,
            FileStore store,
            StoreCheck check,
            ExportSettings settings,
            PostgresDatasets datasets,
            ScheduledExecutorService heartbeats) {
        return new DeliverExport(
                history,
                journal,
                records,
                formats,
                store,
                check,
                new KnownFailures(),
                settings.retries(),
                new DeliverExport.Heartbeats(heartbeats, new GarbageCollection(), System::nanoTime),
                settings.settings(datasets.catalogue()));
    }

    @Bean
    WaitingExports waitingExports(
            ExportHistory history, RunSettings runSettings, ExportSettings settings, RunReport report) {
        return new WaitingExports(history, runSettings, settings, report);
    }

    @Bean
    Job exportRun(JobRepository runs, Step resume, Step deliver) {
        return new JobBuilder("exportRun", runs).start(resume).next(deliver).build();
    }

    // Somebody who starts a run may just have put right what exports wait for.
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
    Step reclaim(JobRepository runs, ExportHistory history, ExportSettings settings) {
        return new StepBuilder("reclaim", runs)
                .tasklet((contribution, context) -> {
                    history.reclaimExpired(settings.attempts());
                    return RepeatStatus.FINISHED;
                })
                .build();
    }

    @Bean
    Step deliver(JobRepository runs, Place place, RunSettings runSettings) {
        return new StepBuilder("deliver", runs)
                .partitioner("place", new SimplePartitioner())
                .step(place)
                .gridSize(runSettings.concurrency())
                .taskExecutor(new SimpleAsyncTaskExecutor("export-"))
                .build();
    }

    @Bean
    Place place(
            JobRepository runs,
            WaitingExports exports,
            StoreCheck check,
            DeliverExport deliverExport,
            ExportSettings settings,
            RunSettings runSettings,
            RunReport report) {
        return new Place(
                runs,
                exports,
                new StoreGate(check, new KnownFailures(), runSettings, settings.outagePatience()),
                new DatabaseOutage(new KnownFailures(), runSettings, settings.outagePatience()),
                deliverExport,
                report,
                runSettings.stop());
    }

    @Bean
    Job cleanup(JobRepository runs, Step reclaim, Step endBrokenStreaks, Step remove, Step forgetOldRuns) {
        return new JobBuilder("cleanup", runs)
                .start(reclaim)
                .next(endBrokenStreaks)
                .next(remove)
                .next(forgetOldRuns)
                .build();
    }

    // Before anything is asked of the store, whose outage is no reason for a streak that never ends.
    @Bean
    Step endBrokenStreaks(JobRepository runs, ProgressUpkeep upkeep, CleanUpReport report) {
        return new StepBuilder("endBrokenStreaks", runs)
                .tasklet((contribution, context) -> {
                    report.streaksEnded(upkeep.endBrokenStreaks());
                    upkeep.forgetDeparted();
                    return RepeatStatus.FINISHED;
                })
                .build();
    }

    @Bean
    CleanUp cleanUp(
            UploadJournal journal, FileStore store, StoreCheck check, ProbeRecords probes, ExportSettings settings) {
        return new CleanUp(journal, store, check, probes, settings.orphanGrace());
    }

    @Bean
    LeftoverFiles leftoverFiles(CleanUp cleanUp, CleanUpReport report) {
        return new LeftoverFiles(cleanUp, report);
    }

    // One at a time: what is read but not removed yet would be listed again.
    @Bean
    Step remove(JobRepository runs, CleanUp cleanUp, LeftoverFiles leftovers, CleanUpReport report) {
        return new StepBuilder("remove", runs)
                .<Leftover, CleanUpReport.Removal>chunk(1)
                .transactionManager(withoutConnection())
                .reader(leftovers)
                .processor(leftover -> remove(cleanUp, leftovers, leftover))
                .writer(removals -> removals.forEach(report::add))
                .build();
    }

    // While synchronization is active, Spring keeps the first connection of a thread for the whole transaction, even
    // for
    // one without resources.
    private static PlatformTransactionManager withoutConnection() {
        ResourcelessTransactionManager transactions = new ResourcelessTransactionManager();
        transactions.setTransactionSynchronization(AbstractPlatformTransactionManager.SYNCHRONIZATION_NEVER);
        return transactions;
    }

    private static CleanUpReport.Removal remove(CleanUp cleanUp, LeftoverFiles leftovers, Leftover leftover) {
        try {
            if (!cleanUp.remove(leftover)) {
                leftovers.keep(leftover);
            }
            return new CleanUpReport.Removal(leftover, null, null);
        } catch (IOException | RuntimeException refused) {
            leftovers.keep(leftover);
            return new CleanUpReport.Removal(leftover, new KnownFailures().diagnose(refused), refused);
        }
    }

    @Bean
    Step forgetOldRuns(JobRepository runs, DataSource dataSource, JdbcTransactionManager transactions) {
        OldRuns oldRuns = new OldRuns(JdbcClient.create(dataSource), new TransactionTemplate(transactions));
        return new StepBuilder("forgetOldRuns", runs)
                .tasklet((contribution, context) -> {
                    oldRuns.forget();
                    return RepeatStatus.FINISHED;
                })
                .build();
    }
}
