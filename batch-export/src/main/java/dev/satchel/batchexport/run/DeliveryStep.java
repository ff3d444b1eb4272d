package dev.satchel.batchexport.run;

import dev.satchel.batchexport.run.record.RunRecord;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.AbstractStep;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Runs the slots of a run side by side, and ends only after the last one has ended. Where the thread that waits is
 * interrupted, the run gives back what it has begun.
 *
 * <p>A step of its own kind, because the others hold a transaction, and with it a connection. The slots share its record:
 * Spring Batch's partitions would each have one of their own, and their handler does not wait for the slots when its thread
 * is interrupted. They would go on without heartbeats, and lose one lease after the other.
 */
final class DeliveryStep extends AbstractStep {

    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final DeliverySlot slot;
    private final RunSettings runSettings;
    private final RunReport report;

    DeliveryStep(JobRepository runs, DeliverySlot slot, RunSettings runSettings, RunReport report) {
        super(runs);
        this.slot = slot;
        this.runSettings = runSettings;
        this.report = report;
    }

    @Override
    protected void doExecute(StepExecution step) throws JobInterruptedException {
        RunRecord record = new RunRecord(getJobRepository(), step);
        if (runSettings.concurrency() == 0) {
            deliverPartsAlone(record);
            return;
        }
        ExecutorService threads =
                Executors.newFixedThreadPool(runSettings.concurrency(), new CustomizableThreadFactory("export-"));
        boolean interrupted;
        try {
            for (int lane = 0; lane < runSettings.concurrency(); lane++) {
                threads.execute(() -> slot.run(record));
            }
        } finally {
            threads.shutdown();
            interrupted = awaitEnd(threads);
            record.handOver();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new JobInterruptedException("the thread that waits for the slots was interrupted");
        }
        report.rethrow();
    }

    // The slots of parts are at work beside this step, until the run ends.
    private void deliverPartsAlone(RunRecord record) {
        report.begin();
        while (!runSettings.stop().await(PAUSE)) {
            record.renew();
        }
        record.handOver();
    }

    /** Waits for the slots; says whether this thread was interrupted meanwhile. */
    private boolean awaitEnd(ExecutorService threads) {
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = threads.awaitTermination(1, TimeUnit.DAYS);
            } catch (InterruptedException now) {
                interrupted = true;
                runSettings.stop().abandon();
            }
        }
        return interrupted;
    }
}
