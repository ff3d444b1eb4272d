package dev.satchel.batchexport.run.listener;

import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;

/** Counts the outcomes of a run. Safe for use by many threads. */
public final class RunTotals implements DeliveryListener {

    private long delivered;
    private long records;
    private long bytes;
    private long retried;
    private long failed;
    private long unfinished;
    private long cancelled;
    private long unconfirmed;

    /** Exports whose file is published. */
    public synchronized long delivered() {
        return delivered;
    }

    /** Records in the published files. */
    public synchronized long records() {
        return records;
    }

    /** Bytes of the published files. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Attempts that failed and will be followed by another. */
    public synchronized long retried() {
        return retried;
    }

    /** Exports that failed for good. */
    public synchronized long failed() {
        return failed;
    }

    /** Attempts whose export waits again or is another worker's: postponed, released, or their lease was lost. */
    public synchronized long unfinished() {
        return unfinished;
    }

    /** Exports that were cancelled while they were delivered. */
    public synchronized long cancelled() {
        return cancelled;
    }

    /** Attempts that do not know whether their file is published. */
    public synchronized long unconfirmed() {
        return unconfirmed;
    }

    @Override
    public synchronized void delivered(Delivery.Delivered delivery) {
        delivered++;
        records += delivery.export().file().recordCount();
        bytes += delivery.export().file().bytes();
    }

    @Override
    public synchronized void retried(Delivery.Retried delivery) {
        retried++;
    }

    @Override
    public synchronized void postponed(Delivery.Postponed delivery) {
        unfinished++;
    }

    @Override
    public synchronized void failed(Delivery.Failed delivery) {
        failed++;
    }

    @Override
    public synchronized void released(Delivery.Released delivery) {
        unfinished++;
    }

    @Override
    public synchronized void leaseLost(Delivery.LeaseLost delivery) {
        unfinished++;
    }

    @Override
    public synchronized void cancelled(Delivery.Cancelled delivery) {
        cancelled++;
    }

    @Override
    public synchronized void unconfirmed(Delivery.Unconfirmed delivery) {
        unconfirmed++;
    }

    @Override
    public synchronized void abandoned(Delivery.Abandoned delivery) {
        failed++;
    }

    @Override
    public synchronized void refused(Delivery.Refused delivery) {
        failed++;
    }
}
