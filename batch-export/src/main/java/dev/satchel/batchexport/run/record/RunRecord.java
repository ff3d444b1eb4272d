package dev.satchel.batchexport.run.record;

import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;
import java.time.Duration;
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

    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private final JobRepository runs;
    private final StepExecution step;
    private final long interval;
    private final Lock renewal = new ReentrantLock();
    private final Counts counts = new Counts();
    private long renewedAt = System.nanoTime();

    public RunRecord(JobRepository runs, StepExecution step) {
        this(runs, step, INTERVAL);
    }

    RunRecord(JobRepository runs, StepExecution step, Duration interval) {
        this.runs = runs;
        this.step = step;
        this.interval = interval.toNanos();
    }

    /** Counts how an attempt ended. */
    public synchronized void add(Delivery delivery) {
        counts.claimed++;
        delivery.tell(counts);
    }

    /** Hands the counts to the step, which Spring Batch records at its end. No thread may renew them at the same time. */
    public synchronized void handOver() {
        step.setReadCount(counts.claimed);
        step.setCommitCount(counts.claimed);
        step.setWriteCount(counts.delivered);
        step.setProcessSkipCount(counts.failed);
        step.setFilterCount(counts.other);
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
            if (System.nanoTime() - renewedAt > interval) {
                renewedAt = System.nanoTime();
                // Nothing else changes the step while it is written, for which no delivery waits.
                handOver();
                runs.update(step);
            }
        } catch (RuntimeException later) {
            LOG.debug("the record of the run is not renewed", later);
        } finally {
            renewal.unlock();
        }
    }

    /** Guarded by the record. */
    private static final class Counts implements DeliveryListener {

        private long claimed;
        private long delivered;
        private long failed;
        private long other;

        @Override
        public void delivered(Delivery.Delivered delivery) {
            delivered++;
        }

        @Override
        public void retried(Delivery.Retried delivery) {
            other++;
        }

        @Override
        public void postponed(Delivery.Postponed delivery) {
            other++;
        }

        @Override
        public void failed(Delivery.Failed delivery) {
            failed++;
        }

        @Override
        public void released(Delivery.Released delivery) {
            other++;
        }

        @Override
        public void leaseLost(Delivery.LeaseLost delivery) {
            other++;
        }

        @Override
        public void cancelled(Delivery.Cancelled delivery) {
            other++;
        }

        @Override
        public void unconfirmed(Delivery.Unconfirmed delivery) {
            other++;
        }

        @Override
        public void abandoned(Delivery.Abandoned delivery) {
            failed++;
        }

        @Override
        public void refused(Delivery.Refused delivery) {
            failed++;
        }
    }
}
