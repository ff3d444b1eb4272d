package dev.satchel.delivery;

/**
 * Receives the outcomes of attempts to deliver exports. There is one method per outcome, so that the compiler requires
 * each listener to handle a new one.
 */
public interface DeliveryListener {

    void delivered(Delivery.Delivered delivery);

    void retried(Delivery.Retried delivery);

    void postponed(Delivery.Postponed delivery);

    void failed(Delivery.Failed delivery);

    void released(Delivery.Released delivery);

    void leaseLost(Delivery.LeaseLost delivery);

    void cancelled(Delivery.Cancelled delivery);

    void unconfirmed(Delivery.Unconfirmed delivery);

    void abandoned(Delivery.Abandoned delivery);

    void refused(Delivery.Refused delivery);
}
