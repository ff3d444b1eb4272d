package dev.satchel.export;

import java.time.Duration;
import java.util.UUID;

/** How one attempt to deliver an export ended. */
public sealed interface Delivery {

    UUID exportId();

    /** The file is published. */
    record Delivered(Export.Completed export) implements Delivery {
        @Override
        public UUID exportId() {
            return export.id();
        }
    }

    /** The attempt failed, and another will be made after {@code delay}. */
    record Retried(Export.Pending export, Failure failure, Duration delay, Exception cause) implements Delivery {
        @Override
        public UUID exportId() {
            return export.id();
        }
    }

    /** The attempt failed, and none will follow. */
    record GivenUp(Export.Failed export, Exception cause) implements Delivery {
        @Override
        public UUID exportId() {
            return export.id();
        }
    }

    /** The worker was told to stop; the export waits for another, and the attempt is not spent. */
    record Released(Export.Pending export) implements Delivery {
        @Override
        public UUID exportId() {
            return export.id();
        }
    }

    /** The export is no longer this worker's: another has it, or the user deleted it. Nothing is left of the attempt. */
    record Lost(UUID exportId) implements Delivery {}

    /**
     * The file is stored, but the history did not answer whether it is published. The lease will end, and either the
     * export turns out completed or another worker delivers it anew; clean-up removes whatever nobody needs.
     */
    record Unconfirmed(UUID exportId, Exception cause) implements Delivery {}
}
