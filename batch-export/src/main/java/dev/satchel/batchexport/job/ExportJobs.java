package dev.satchel.batchexport.job;

import dev.satchel.export.CleanUp;
import dev.satchel.export.DeliverExport;
import dev.satchel.export.Delivery;
import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.FileFormats;
import dev.satchel.export.FileLedger;
import dev.satchel.export.FileLedger.Leftover;
import dev.satchel.export.FileStore;
import dev.satchel.export.KnownStores;
import dev.satchel.export.ProbeRecords;
import dev.satchel.export.StoreCheck;
import dev.satchel.export.UserRecords;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.progress.ProgressUpkeep;
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
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Both jobs, whole.
 *
 * <pre>
 * exportRun:  rescue ──> deliver, N side by side: claim ──> deliver ──> report
 * cleanup:    rescue ──> end broken streaks ──> remove: list what is due ──> remove ──> report ──> forget old runs
 * </pre>
 *
 * <p>The steps hold no database transaction: an export may take an hour, and its own steps are atomic by themselves.
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
    ScheduledExecutorService heartbeats(RunTerms terms) {
        // One thread would let a single slow beat delay all others' past their lease.
        ScheduledThreadPoolExecutor beats =
                new ScheduledThreadPoolExecutor(Math.min(terms.concurrency(), 4), task -> daemon(task, "heartbeat"));
        beats.setRemoveOnCancelPolicy(true);
        return beats;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Bean
    StoreCheck storeCheck(FileStore store, KnownStores stores, FileLedger ledger, ProbeRecords probes) {
        return new StoreCheck(store, stores, ledger, probes);
    }

    @Bean
    DeliverExport deliverExport(
            ExportHistory history,
            FileLedger ledger,
            UserRecords records,
            FileFormats formats,
            FileStore store,
            StoreCheck check,
            ExportSettings settings,
            ScheduledExecutorService heartbeats) {
        return new DeliverExport(
                history,
                ledger,
                records,
                formats,
                store,
                check,
                new KnownFailures(),
                settings.retries(),
                heartbeats,
                settings.terms());
    }

    @Bean
    Job exportRun(JobRepository runs, Step rescue, Step deliver) {
        return new JobBuilder("exportRun", runs).start(rescue).next(deliver).build();
    }

    @Bean
    Step rescue(JobRepository runs, ExportHistory history, ExportSettings settings) {
        return new StepBuilder("rescue", runs)
                .tasklet((contribution, context) -> {
                    history.rescue(settings.attempts());
                    return RepeatStatus.FINISHED;
                })
                .build();
    }

    @Bean
    Step deliver(JobRepository runs, Step deliverNext, RunTerms terms) {
        SimpleAsyncTaskExecutor workers = new SimpleAsyncTaskExecutor("export-");
        return new StepBuilder("deliver", runs)
                .partitioner("worker", new SimplePartitioner())
                .step(deliverNext)
                .gridSize(terms.concurrency())
                .taskExecutor(workers)
                .build();
    }

    // A chunk is one export: what one worker has delivered is on record before it claims the next.
    @Bean
    Step deliverNext(
            JobRepository runs,
            ExportHistory history,
            DeliverExport deliverExport,
            ExportSettings settings,
            RunTerms terms,
            RunReport report) {
        StopSignal stop = terms.stop();
        return new StepBuilder("deliverNext", runs)
                .<Export.Processing, Delivery>chunk(1)
                .reader(new WaitingExports(history, terms.worker(), settings.lease(), settings.attempts(), stop))
                .processor(export -> deliverExport.deliver(export, stop::isAbandoning))
                .writer(deliveries -> deliveries.forEach(report::add))
                .build();
    }

    @Bean
    Job cleanup(JobRepository runs, Step rescue, Step endBrokenStreaks, Step remove, Step forgetOldRuns) {
        return new JobBuilder("cleanup", runs)
                .start(rescue)
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
            FileLedger ledger, FileStore store, StoreCheck check, ProbeRecords probes, ExportSettings settings) {
        return new CleanUp(ledger, store, check, probes, settings.orphanGrace());
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
                .reader(leftovers)
                .processor(leftover -> remove(cleanUp, leftovers, leftover))
                .writer(removals -> removals.forEach(report::add))
                .build();
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
