package dev.satchel.batchexport.run.cleanup;

import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.launch.NoSuchJobException;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.dao.OptimisticLockingFailureException;

/** The record that Spring Batch keeps of runs, which would otherwise grow without end: it is kept for 30 days. */
final class OldRuns {

    private static final Period KEPT = Period.ofDays(30);
    private static final int PAGE = 100;

    private final JobRepository runs;

    OldRuns(JobRepository runs) {
        this.runs = runs;
    }

    void forget() {
        // Spring Batch writes the time of this machine.
        LocalDateTime limit = LocalDateTime.now(ZoneId.systemDefault()).minus(KEPT);
        try {
            for (String job : runs.getJobNames()) {
                forget(job, limit);
            }
        } catch (OptimisticLockingFailureException | NoSuchJobException another) {
            // Another clean-up forgets them at the same time.
            return;
        }
    }

    // From the oldest on, which are the last that Spring Batch lists, until one is young.
    private void forget(String job, LocalDateTime limit) throws NoSuchJobException {
        List<JobInstance> withoutRun = new ArrayList<>();
        long unread = runs.getJobInstanceCount(job);
        while (unread > 0) {
            int page = (int) Math.min(PAGE, unread);
            unread -= page;
            List<JobInstance> instances = runs.getJobInstances(job, Math.toIntExact(unread), page);
            for (int oldest = instances.size() - 1; oldest >= 0; oldest--) {
                List<JobExecution> executions = runs.getJobExecutions(instances.get(oldest));
                // Without a time of its own: it may be about to begin, unless a later one is old.
                if (executions.isEmpty()) {
                    withoutRun.add(instances.get(oldest));
                    continue;
                }
                if (executions.stream().anyMatch(run -> run.getCreateTime().isAfter(limit))) {
                    return;
                }
                withoutRun.forEach(runs::deleteJobInstance);
                withoutRun.clear();
                // A run that watches may have begun long ago; its slots renew their record while it lives.
                if (lastUpdates(executions).noneMatch(limit::isBefore)) {
                    runs.deleteJobInstance(instances.get(oldest));
                }
            }
        }
    }

    private static Stream<LocalDateTime> lastUpdates(List<JobExecution> executions) {
        return executions.stream()
                .flatMap(run -> run.getStepExecutions().stream())
                .map(StepExecution::getLastUpdated)
                .flatMap(Stream::ofNullable);
    }
}
