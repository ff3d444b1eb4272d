package dev.satchel.batchexport.job;

import dev.satchel.export.Delivery;
import java.util.function.Consumer;

/** Counts how the attempts of a run ended, and passes each on to whoever watches. Safe for use by many threads. */
public final class RunReport {

    private final Consumer<Delivery> watcher;
    private long delivered;
    private long records;
    private long bytes;
    private long retried;
    private long failed;
    private long unfinished;
    private long unconfirmed;

    /** @param watcher is told of each attempt, one at a time */
    public RunReport(Consumer<Delivery> watcher) {
        this.watcher = watcher;
    }

    synchronized void add(Delivery delivery) {
        if (delivery instanceof Delivery.Delivered done) {
            delivered++;
            records += done.export().file().recordCount();
            bytes += done.export().file().bytes();
        } else if (delivery instanceof Delivery.Retried) {
            retried++;
        } else if (delivery instanceof Delivery.GivenUp) {
            failed++;
        } else if (delivery instanceof Delivery.Unconfirmed) {
            unconfirmed++;
        } else {
            unfinished++;
        }
        watcher.accept(delivery);
    }

    /** What was counted until now. */
    public synchronized Totals totals() {
        return new Totals(delivered, records, bytes, retried, failed, unfinished, unconfirmed);
    }

    /**
     * The counts of a run.
     *
     * @param unfinished attempts whose export is another worker's to finish: released or lost
     * @param unconfirmed attempts that do not know whether their file is published
     */
    public record Totals(
            long delivered, long records, long bytes, long retried, long failed, long unfinished, long unconfirmed) {}
}
