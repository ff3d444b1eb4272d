package dev.satchel.batchexport.run;

import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the outcomes of a run to its listeners, one at a time, and knows whether and how the run ended. Safe for use by many
 * threads.
 */
final class RunReport {

    private static final Logger LOG = LoggerFactory.getLogger(RunReport.class);

    private final List<DeliveryListener> listeners;
    private boolean begun;
    private @Nullable Throwable endedBy;

    RunReport(List<DeliveryListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    /** Tells every listener; one that throws is no reason to end the run. */
    synchronized void add(Delivery delivery) {
        for (DeliveryListener listener : listeners) {
            try {
                delivery.tell(listener);
            } catch (RuntimeException failed) {
                LOG.warn("{} failed", listener.getClass().getName(), failed);
            }
        }
    }

    /** Says that a slot is at work. */
    synchronized void begin() {
        begun = true;
    }

    synchronized boolean hasBegun() {
        return begun;
    }

    /** Says that a slot ended the run although something was left to do. */
    synchronized void endedBy(Throwable reason) {
        if (endedBy == null) {
            endedBy = reason;
        }
    }

    /** Why the run ended although something was left to do; empty if it did not. */
    synchronized Optional<Throwable> endedBy() {
        return Optional.ofNullable(endedBy);
    }

    /** Throws why the run ended although something was left to do, if it did. */
    void rethrow() {
        endedBy().ifPresent(RunReport::rethrow);
    }

    /** Throws what ended a run. */
    static void rethrow(Throwable reason) {
        if (reason instanceof Error error) {
            throw error;
        }
        throw reason instanceof RuntimeException exception
                ? exception
                : new IllegalStateException("the run did not begin", reason);
    }
}
