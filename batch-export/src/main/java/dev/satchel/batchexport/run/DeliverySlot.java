package dev.satchel.batchexport.run;

import dev.satchel.batchexport.observe.ExportObservations;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.delivery.DeliverExport;
import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;
import dev.satchel.export.Export;
import dev.satchel.export.ImpossibleExportException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.AbstractStep;
import org.springframework.batch.core.step.StepExecution;

/**
 * One of the slots of a run: it claims an export, delivers it, reports the outcome, and claims the next one, whatever the
 * other slots do.
 *
 * <p>A step of its own kind, because the others hold a transaction, and with it a connection, from claim to report. Read
 * counts what was claimed, write what was delivered, process skip what failed, and filter what ended otherwise.
 * Spring Batch's record of these counts is renewed once a minute; no delivery waits for it or fails with it. One object
 * serves all slots of a run.
 */
final class DeliverySlot extends AbstractStep {

    private static final Logger LOG = LoggerFactory.getLogger(DeliverySlot.class);

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final long RECORD_INTERVAL = TimeUnit.MINUTES.toNanos(1);

    private final PendingExports exports;
    private final StoreGate store;
    private final DatabaseOutage database;
    private final DeliverExport deliverExport;
    private final RunReport report;
    private final ExportObservations observations;
    private final StopSignal stop;

    DeliverySlot(
            JobRepository runs,
            PendingExports exports,
            StoreGate store,
            DatabaseOutage database,
            DeliverExport deliverExport,
            RunReport report,
            ExportObservations observations,
            StopSignal stop) {
        super(runs);
        this.exports = exports;
        this.store = store;
        this.database = database;
        this.deliverExport = deliverExport;
        this.report = report;
        this.observations = observations;
        this.stop = stop;
    }

    @Override
    protected void doExecute(StepExecution step) {
        long recordedAt = System.nanoTime();
        report.begin();
        Idle idle = new Idle(stop);
        try {
            while (!stop.isStopping() && goOn(step, idle)) {
                if (System.nanoTime() - recordedAt > RECORD_INTERVAL) {
                    record(step);
                    recordedAt = System.nanoTime();
                }
            }
        } catch (RuntimeException | Error ended) {
            report.endedBy(ended);
            throw ended;
        }
    }

    /** Delivers the next export, or waits a while for one; says whether to begin again. */
    private boolean goOn(StepExecution step, Idle idle) {
        if (!store.isOpen()) {
            stop.await(PAUSE);
            return true;
        }
        Optional<Export.Processing> claimed;
        try {
            claimed = exports.claim();
            boolean done = claimed.isEmpty() && exports.isDone();
            database.answered();
            if (done) {
                return false;
            }
        } catch (ImpossibleExportException impossible) {
            report(new Delivery.Refused(impossible.exportId(), impossible.failure()), step);
            return true;
        } catch (RuntimeException | Error noAnswer) {
            stop.await(database.failed(noAnswer));
            return true;
        }
        if (claimed.isPresent()) {
            idle.over();
            deliver(claimed.get(), step);
        } else {
            idle.await();
        }
        return true;
    }

    /**
     * How long a slot waits that found nothing: hardly at first, because slots that ask at the same moment take each other
     * for busy, and then longer.
     */
    private static final class Idle {

        private static final Duration SHORTEST = Duration.ofMillis(10);

        private final StopSignal stop;
        private Duration next = SHORTEST;

        Idle(StopSignal stop) {
            this.stop = stop;
        }

        void await() {
            stop.await(next);
            Duration doubled = next.multipliedBy(2);
            next = doubled.compareTo(PAUSE) < 0 ? doubled : PAUSE;
        }

        void over() {
            next = SHORTEST;
        }
    }

    private void deliver(Export.Processing export, StepExecution step) {
        Delivery delivery;
        try {
            delivery = attempt(export);
        } finally {
            exports.ended();
        }
        report(delivery, step);
        if (delivery instanceof Delivery.Postponed postponed && postponed.storeFailed()) {
            store.close(postponed.failure());
        }
    }

    // The use case throws nothing; where the JVM is so short of memory that it does all the same, the lease will tell.
    private Delivery attempt(Export.Processing export) {
        try {
            return observations.observe(export, () -> deliverExport.deliver(export, stop::isAbandoning));
        } catch (RuntimeException | Error failed) {
            return new Delivery.Unconfirmed(export.id(), failed);
        }
    }

    private void report(Delivery delivery, StepExecution step) {
        step.setReadCount(step.getReadCount() + 1);
        delivery.tell(new StepCounts(step));
        step.incrementCommitCount();
        report.add(delivery);
    }

    private void record(StepExecution step) {
        try {
            getJobRepository().update(step);
        } catch (RuntimeException later) {
            LOG.debug("the record of the run is not renewed", later);
        }
    }

    /** Counts outcomes in the columns that Spring Batch has for a step. */
    private record StepCounts(StepExecution step) implements DeliveryListener {

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
