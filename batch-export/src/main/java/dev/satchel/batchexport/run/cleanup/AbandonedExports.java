package dev.satchel.batchexport.run.cleanup;

import dev.satchel.batchexport.run.listener.RunLog;
import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log and listeners of the exports that a clean-up gives up, because their last worker stopped answering. */
final class AbandonedExports {

    private static final Logger LOG = LoggerFactory.getLogger(AbandonedExports.class);

    private final List<DeliveryListener> listeners;

    AbandonedExports(List<DeliveryListener> others) {
        this.listeners =
                Stream.concat(Stream.of(RunLog.ofTrouble()), others.stream()).toList();
    }

    /** Tells every listener; one that throws is no reason to end the clean-up. */
    synchronized void add(UUID export) {
        for (DeliveryListener listener : listeners) {
            try {
                listener.abandoned(new Delivery.Abandoned(export));
            } catch (RuntimeException failed) {
                LOG.warn("{} failed", listener.getClass().getName(), failed);
            }
        }
    }
}
