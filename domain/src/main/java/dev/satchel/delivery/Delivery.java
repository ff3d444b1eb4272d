package dev.satchel.delivery;

import dev.satchel.export.Export;
import dev.satchel.export.Failure;
import java.time.Duration;
import java.util.UUID;

/** How one attempt to deliver an export ended. */
public sealed interface Delivery {

    UUID exportId();

    /** Calls the one method of {@code listener} that is for this outcome. */
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

    /** The attempt failed, and another will be made after {@code delay}. */
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
     * What went wrong is not the export's: it waits, with the reason shown and without having spent the attempt.
     *
     * @param delay how long it waits at least; nothing when the store failed its probe, which every export waits for
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

    /** The attempt failed, and none will follow. */
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

    /** The worker was told to stop; the export waits for another, and the attempt is not spent. */
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

    /** The export is no longer this worker's: another has it, or the user deleted it. Nothing is left of the attempt. */
    record LeaseLost(UUID exportId) implements Delivery {
        @Override
        public void tell(DeliveryListener listener) {
            listener.leaseLost(this);
        }
    }

    /**
     * The history did not answer how the attempt ended. The lease will end, and either the export turns out completed or
     * a worker delivers it again; clean-up removes what is left over.
     */
    record Unconfirmed(UUID exportId, Throwable cause) implements Delivery {
        @Override
        public void tell(DeliveryListener listener) {
            listener.unconfirmed(this);
        }
    }

    /** The last attempt was that of a worker that stopped answering, and none will follow. */
    record Abandoned(UUID exportId) implements Delivery {
        @Override
        public void tell(DeliveryListener listener) {
            listener.abandoned(this);
        }
    }

    /** The row asks for what does not exist, so that no attempt was made. */
    record Refused(UUID exportId, Failure failure) implements Delivery {
        @Override
        public void tell(DeliveryListener listener) {
            listener.refused(this);
        }
    }
}
