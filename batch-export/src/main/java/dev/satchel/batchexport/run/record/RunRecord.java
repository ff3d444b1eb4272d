package dev.satchel.batchexport.run.record;

import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;

/**
 * Counts the outcomes of a run in the columns that Spring Batch has for a step: read counts what was claimed, write what was
 * delivered, process skip what failed, and filter what ended otherwise. Safe for use by many threads.
 */
public final class RunRecord {

    private static final Logger LOG = LoggerFactory.getLogger(RunRecord.class);

    private static final long INTERVAL = TimeUnit.MINUTES.toNanos(1);

    private final JobRepository runs;
    private final StepExecution step;
    private final Lock renewal = new ReentrantLock();
    private long renewedAt = System.nanoTime();

    public RunRecord(JobRepository runs, StepExecution step) {
        this.runs = runs;
        this.step = step;
    }

    /** Counts how an attempt ended. */
    public synchronized void add(Delivery delivery) {
        step.setReadCount(step.getReadCount() + 1);
        delivery.tell(new Counts(step));
        step.incrementCommitCount();
    }

    /**
     * Writes the counts to the database if that was a minute ago. One thread waits for the database; no delivery does, and
     * none fails with it.
     */
    public void renew() {
        if (!renewal.tryLock()) {
            return;
        }
        try {
            if (System.nanoTime() - renewedAt > INTERVAL) {
                renewedAt = System.nanoTime();
                runs.update(step);
            }
        } catch (RuntimeException later) {
            LOG.debug("the record of the run is not renewed", later);
        } finally {
            renewal.unlock();
        }
    }

    private record Counts(StepExecution step) implements DeliveryListener {

        @Override
        public void delivered(Delivery.Delivered delivery) {
            step.setWriteCount(step.getWriteCount() + 1);
        }

        @Override
        public void retried(Delivery.Retried delivery) {
            step.setFilterCount(step.getFilterCount() + 1);
        }

        @Override
        public void postponed(Delivery.Postponed delivery) {
            step.setFilterCount(step.getFilterCount() + 1);
        }

        @Override
        public void failed(Delivery.Failed delivery) {
            step.setProcessSkipCount(step.getProcessSkipCount() + 1);
        }

        @Override
        public void released(Delivery.Released delivery) {
            step.setFilterCount(step.getFilterCount() + 1);
        }

        @Override
        public void leaseLost(Delivery.LeaseLost delivery) {
            step.setFilterCount(step.getFilterCount() + 1);
        }

        @Override
        public void cancelled(Delivery.Cancelled delivery) {
            step.setFilterCount(step.getFilterCount() + 1);
        }

        @Override
        public void unconfirmed(Delivery.Unconfirmed delivery) {
            step.setFilterCount(step.getFilterCount() + 1);
        }

        @Override
        public void abandoned(Delivery.Abandoned delivery) {
            step.setProcessSkipCount(step.getProcessSkipCount() + 1);
        }

        @Override
        public void refused(Delivery.Refused delivery) {
            step.setProcessSkipCount(step.getProcessSkipCount() + 1);
        }
    }
}
