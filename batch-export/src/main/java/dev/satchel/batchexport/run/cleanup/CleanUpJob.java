package dev.satchel.batchexport.run.cleanup;

import dev.satchel.archive.ArchiveHistory;
import dev.satchel.archive.HistoryArchive;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.delivery.CleanUp;
import dev.satchel.export.ExportHistory;
import dev.satchel.progress.ProgressUpkeep;
import dev.satchel.store.FileStore;
import dev.satchel.store.ProbeRecords;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.UploadJournal;
import dev.satchel.store.UploadJournal.Leftover;
import java.io.IOException;
import java.time.Duration;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.AbstractStep;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.batch.infrastructure.support.transaction.ResourcelessTransactionManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;

/**
 * The job that removes what is due, whole.
 *
 * <pre>
 * reclaim ──> end broken streaks ──> remove: list what is due ──> remove ──> report ──> archive ──> forget old runs
 * </pre>
 *
 * <p>The step that removes files holds no database transaction, and no connection: the store may be slow, and a server may
 * end connections that are idle. The archive reads a month in one statement while it writes the file.
 */
@Configuration(proxyBeanMethods = false)
class CleanUpJob {

    @Bean
    Job cleanup(
            JobRepository runs, Step reclaim, Step endBrokenStreaks, Step remove, Step archive, Step forgetOldRuns) {
        return new JobBuilder("cleanup", runs)
                .start(reclaim)
                .next(endBrokenStreaks)
                .next(remove)
                .next(archive)
                .next(forgetOldRuns)
                .build();
    }

    @Bean
    Step reclaim(JobRepository runs, ExportHistory history, ExportSettings settings, AbandonedExports abandoned) {
        return new StepBuilder("reclaim", runs)
                .tasklet((contribution, context) -> {
                    history.reclaimExpired(settings.attempts()).stream()
                            .filter(ExportHistory.Reclaimed::failed)
                            .forEach(reclaimed -> abandoned.add(reclaimed.id()));
                    return RepeatStatus.FINISHED;
                })
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

    @Bean
    Step archive(
            JobRepository runs,
            ArchiveHistory archive,
            ExportSettings settings,
            CleanUpReport report,
            StopSignal stop) {
        // A step of its own kind, because a tasklet runs in a transaction, which keeps a connection until its end.
        AbstractStep step = new AbstractStep(runs) {
            @Override
            protected void doExecute(StepExecution execution) {
                Duration age = settings.historyRetention();
                // What a store refused a moment ago it would refuse again.
                if (age != null && report.refusal().isEmpty()) {
                    try {
                        archive.run(age, stop::isStopping).forEach(report::archived);
                    } catch (IOException | RuntimeException refused) {
                        report.notArchived(new KnownFailures().diagnose(refused), refused);
                    }
                }
            }
        };
        step.setName("archive");
        return step;
    }

    @Bean
    Step forgetOldRuns(JobRepository runs) {
        OldRuns oldRuns = new OldRuns(runs);
        return new StepBuilder("forgetOldRuns", runs)
                .tasklet((contribution, context) -> {
                    oldRuns.forget();
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
    ArchiveHistory archiveHistory(HistoryArchive archive, UploadJournal journal, FileStore store, StoreCheck check) {
        return new ArchiveHistory(archive, journal, store, check);
    }

    @Bean
    LeftoverFiles leftoverFiles(CleanUp cleanUp, CleanUpReport report, StopSignal stop) {
        return new LeftoverFiles(cleanUp, report, stop);
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

    // While synchronization is active, Spring keeps the first connection of a thread for the whole transaction, even
    // for
    // one without resources.
    private static PlatformTransactionManager withoutConnection() {
        ResourcelessTransactionManager transactions = new ResourcelessTransactionManager();
        transactions.setTransactionSynchronization(AbstractPlatformTransactionManager.SYNCHRONIZATION_NEVER);
        return transactions;
    }
}
