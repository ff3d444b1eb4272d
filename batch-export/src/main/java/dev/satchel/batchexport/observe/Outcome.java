package dev.satchel.batchexport.observe;

import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;
import java.util.Locale;

/** How an attempt to deliver an export ended, as the value of a tag. */
enum Outcome {
    DELIVERED,
    RETRIED,
    POSTPONED,
    FAILED,
    RELEASED,
    LEASE_LOST,
    CANCELLED,
    UNCONFIRMED,
    ABANDONED,
    REFUSED;

    /** The outcome of that delivery. */
    static Outcome of(Delivery delivery) {
        Reading reading = new Reading();
        delivery.tell(reading);
        return reading.outcome;
    }

    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static final class Reading implements DeliveryListener {

        private Outcome outcome = UNCONFIRMED;

        @Override
        public void delivered(Delivery.Delivered delivery) {
            outcome = DELIVERED;
        }

        @Override
        public void retried(Delivery.Retried delivery) {
            outcome = RETRIED;
        }

        @Override
        public void postponed(Delivery.Postponed delivery) {
            outcome = POSTPONED;
        }

        @Override
        public void failed(Delivery.Failed delivery) {
            outcome = FAILED;
        }

        @Override
        public void released(Delivery.Released delivery) {
            outcome = RELEASED;
        }

        @Override
        public void leaseLost(Delivery.LeaseLost delivery) {
            outcome = LEASE_LOST;
        }

        @Override
        public void cancelled(Delivery.Cancelled delivery) {
            outcome = CANCELLED;
        }

        @Override
        public void unconfirmed(Delivery.Unconfirmed delivery) {
            outcome = UNCONFIRMED;
        }

        @Override
        public void abandoned(Delivery.Abandoned delivery) {
            outcome = ABANDONED;
        }

        @Override
        public void refused(Delivery.Refused delivery) {
            outcome = REFUSED;
        }
    }
}
