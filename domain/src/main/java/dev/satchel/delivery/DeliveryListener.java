package dev.satchel.delivery;

/**
 * Is told the outcome of each attempt to deliver an export: one method per outcome, so that a new outcome does not compile
 * until every listener says what it means to it.
 */
public interface DeliveryListener {

    void delivered(Delivery.Delivered delivery);

    void retried(Delivery.Retried delivery);

    void postponed(Delivery.Postponed delivery);

    void failed(Delivery.Failed delivery);

    void released(Delivery.Released delivery);

    void leaseLost(Delivery.LeaseLost delivery);

    void unconfirmed(Delivery.Unconfirmed delivery);

    void abandoned(Delivery.Abandoned delivery);

    void refused(Delivery.Refused delivery);
}
