package dev.satchel.delivery;

import dev.satchel.export.Export;
import dev.satchel.export.Failure;
import java.time.Duration;
import java.util.UUID;

/** The outcome of one attempt to deliver an export. */
public sealed interface Delivery {

    UUID exportId();

    /** Calls the method of {@code listener} for this outcome. */
    void tell(DeliveryListener listener);

    /** The file is published. */
    record Delivered(Export.Completed export) implements Delivery {
        @Override
        public UUID exportId() {
            return export.id();
        }

        @Override
        public void tell(DeliveryListener listener) {
            listener.delivered(this);
        }
    }

    /** The attempt failed; another one follows after {@code delay}. */
    record Retried(Export.Pending export, Failure failure, Duration delay, Throwable cause) implements Delivery {
        @Override
        public UUID exportId() {
            return export.id();
        }

        @Override
        public void tell(DeliveryListener listener) {
            listener.retried(this);
        }
    }

    /**
     * The cause of the failure is not this export. It waits with the reason shown, and the attempt does not count.
     *
     * @param delay the least delay before the next attempt; zero if the store failed its probe, because then all
     *     exports wait for the store
     * @param storeFailed whether the store failed its probe, so that no export can be delivered now
     */
    record Postponed(Export.Pending export, Failure failure, Duration delay, boolean storeFailed, Throwable cause)
            implements Delivery {
        @Override
        public UUID exportId() {
            return export.id();
        }

        @Override
        public void tell(DeliveryListener listener) {
            listener.postponed(this);
        }
    }

    /** The attempt failed, and no other follows. */
    record Failed(Export.Failed export, Throwable cause) implements Delivery {
        @Override
        public UUID exportId() {
            return export.id();
        }

        @Override
        public void tell(DeliveryListener listener) {
            listener.failed(this);
        }
    }

    /** The worker, or one that delivered a part of the export, was told to stop. The export waits for another worker, and the attempt does not count. */
    record Released(Export.Pending export) implements Delivery {
        @Override
        public UUID exportId() {
            return export.id();
        }

        @Override
        public void tell(DeliveryListener listener) {
            listener.released(this);
        }
    }

    /**
     * The export is no longer this worker's: another worker has it, or its row was deleted. The attempt changed
     * nothing.
     */
    record LeaseLost(UUID exportId) implements Delivery {
        @Override
        public void tell(DeliveryListener listener) {
            listener.leaseLost(this);
        }
    }

    /** The export was cancelled while this worker delivered it, and has failed. The attempt published nothing. */
    record Cancelled(Export.Processing export) implements Delivery {
        @Override
        public UUID exportId() {
            return export.id();
        }

        @Override
        public void tell(DeliveryListener listener) {
            listener.cancelled(this);
        }
    }

    /**
     * The database did not confirm the outcome. Either the export is completed, or its lease expires and a worker
     * delivers it again; clean-up then removes the object of this attempt.
     */
    record Unconfirmed(UUID exportId, Throwable cause) implements Delivery {
        @Override
        public void tell(DeliveryListener listener) {
            listener.unconfirmed(this);
        }
    }

    /** The worker of the last attempt let its lease expire, and no other attempt follows. */
    record Abandoned(UUID exportId) implements Delivery {
        @Override
        public void tell(DeliveryListener listener) {
            listener.abandoned(this);
        }
    }

    /** The row asks for a type, format or filter that does not exist, so that no attempt was made. */
    record Refused(UUID exportId, Failure failure) implements Delivery {
        @Override
        public void tell(DeliveryListener listener) {
            listener.refused(this);
        }
    }
}
