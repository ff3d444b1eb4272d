package dev.satchel.batchexport.run;

import dev.satchel.delivery.Delivery;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Counts how the attempts of a run ended, and passes each on to the listener, one at a time. Safe for use by many
 * threads.
 */
public final class RunReport {

    private final Delivery.Listener listener;
    private final Counts counts = new Counts();
    private boolean begun;
    private @Nullable RuntimeException endedBy;

    public RunReport(Delivery.Listener listener) {
        this.listener = listener;
    }

    synchronized void add(Delivery delivery) {
        delivery.tell(counts);
        delivery.tell(listener);
    }

    /** Says that a place is at work. */
    synchronized void begin() {
        begun = true;
    }

    synchronized boolean hasBegun() {
        return begun;
    }

    /** Says that a place gave up, and with it the run. */
    synchronized void endedBy(RuntimeException reason) {
        if (endedBy == null) {
            endedBy = reason;
        }
    }

    /** Why the run ended although something was left to do; empty if it did not. */
    synchronized Optional<RuntimeException> endedBy() {
        return Optional.ofNullable(endedBy);
    }

    /** What was counted until now. */
    public synchronized Totals totals() {
        return new Totals(
                counts.delivered,
                counts.records,
                counts.bytes,
                counts.retried,
                counts.failed,
                counts.unfinished,
                counts.unconfirmed);
    }

    /**
     * The counts of a run.
     *
     * @param failed exports that were given up
     * @param unfinished attempts whose export waits again or is another worker's: postponed, released or lost
     * @param unconfirmed attempts that do not know whether their file is published
     */
    public record Totals(
            long delivered, long records, long bytes, long retried, long failed, long unfinished, long unconfirmed) {}

    private static final class Counts implements Delivery.Listener {

        private long delivered;
        private long records;
        private long bytes;
        private long retried;
        private long failed;
        private long unfinished;
        private long unconfirmed;

        @Override
        public void delivered(Delivery.Delivered delivery) {
            delivered++;
            records += delivery.export().file().recordCount();
            bytes += delivery.export().file().bytes();
        }

        @Override
        public void retried(Delivery.Retried delivery) {
            retried++;
        }

        @Override
        public void postponed(Delivery.Postponed delivery) {
            unfinished++;
        }

        @Override
        public void failed(Delivery.Failed delivery) {
            failed++;
        }

        @Override
        public void released(Delivery.Released delivery) {
            unfinished++;
        }

        @Override
        public void leaseLost(Delivery.LeaseLost delivery) {
            unfinished++;
        }

        @Override
        public void unconfirmed(Delivery.Unconfirmed delivery) {
            unconfirmed++;
        }

        @Override
        public void refused(Delivery.Refused delivery) {
            failed++;
        }

        @Override
        public void abandoned(Delivery.Abandoned delivery) {
            failed++;
        }
    }
}
