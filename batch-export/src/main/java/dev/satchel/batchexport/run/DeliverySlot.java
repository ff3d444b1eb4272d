package dev.satchel.batchexport.run;

import dev.satchel.batchexport.observe.ExportObservations;
import dev.satchel.batchexport.run.record.RunRecord;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.delivery.DeliverExport;
import dev.satchel.delivery.Delivery;
import dev.satchel.export.Export;
import dev.satchel.export.ImpossibleExportException;
import java.time.Duration;
import java.util.Optional;

/**
 * One of the slots of a run: it claims an export, delivers it, reports the outcome, and claims the next one, whatever the
 * other slots do. One object serves all slots of a run.
 */
final class DeliverySlot {

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final PendingExports exports;
    private final StoreGate store;
    private final DatabaseOutage database;
    private final DeliverExport deliverExport;
    private final RunReport report;
    private final ExportObservations observations;
    private final StopSignal stop;

    DeliverySlot(
            PendingExports exports,
            StoreGate store,
            DatabaseOutage database,
            DeliverExport deliverExport,
            RunReport report,
            ExportObservations observations,
            StopSignal stop) {
        this.exports = exports;
        this.store = store;
        this.database = database;
        this.deliverExport = deliverExport;
        this.report = report;
        this.observations = observations;
        this.stop = stop;
    }

    /** Goes on until the run ends; what ends it before it is done is in the report. */
    void run(RunRecord record) {
        report.begin();
        Idle idle = new Idle(stop);
        try {
            while (!stop.isStopping() && goOn(record, idle)) {
                record.renew();
            }
        } catch (RuntimeException | Error ended) {
            report.endedBy(ended);
        }
    }

    /** Delivers the next export, or waits a while for one; says whether to begin again. */
    private boolean goOn(RunRecord record, Idle idle) {
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
            report(new Delivery.Refused(impossible.exportId(), impossible.failure()), record);
            return true;
        } catch (RuntimeException | Error noAnswer) {
            stop.await(database.failed(noAnswer));
            return true;
        }
        if (claimed.isPresent()) {
            idle.over();
            deliver(claimed.get(), record);
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

    private void deliver(Export.Processing export, RunRecord record) {
        Delivery delivery;
        try {
            delivery = attempt(export);
        } finally {
            exports.ended();
        }
        report(delivery, record);
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

    private void report(Delivery delivery, RunRecord record) {
        record.add(delivery);
        report.add(delivery);
    }
}
