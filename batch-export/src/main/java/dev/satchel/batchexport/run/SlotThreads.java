package dev.satchel.batchexport.run;

import java.util.Collection;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.partition.PartitionHandler;
import org.springframework.batch.core.partition.StepExecutionSplitter;
import org.springframework.batch.core.partition.support.TaskExecutorPartitionHandler;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Runs the slots of a run side by side, and returns only after the last one has ended. Where the thread that waits is
 * interrupted, the run gives back what it has begun.
 *
 * <p>Spring Batch's own handler returns as soon as that thread is interrupted or the record of one slot cannot be kept. The
 * other slots would go on without heartbeats, and lose one lease after the other.
 */
final class SlotThreads implements PartitionHandler {

    private final DeliverySlot slot;
    private final RunSettings runSettings;

    SlotThreads(DeliverySlot slot, RunSettings runSettings) {
        this.slot = slot;
        this.runSettings = runSettings;
    }

    @Override
    public Collection<StepExecution> handle(StepExecutionSplitter splitter, StepExecution run) throws Exception {
        ExecutorService threads =
                Executors.newFixedThreadPool(runSettings.concurrency(), new CustomizableThreadFactory("export-"));
        TaskExecutorPartitionHandler slots = new TaskExecutorPartitionHandler();
        slots.setStep(slot);
        slots.setGridSize(runSettings.concurrency());
        slots.setTaskExecutor(threads::execute);
        try {
            return slots.handle(splitter, run);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new JobInterruptedException("the thread that waits for the slots was interrupted");
        } finally {
            threads.shutdown();
            awaitEnd(threads);
        }
    }

    private void awaitEnd(ExecutorService threads) {
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
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
