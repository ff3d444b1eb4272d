package dev.satchel.batchexport.run.listener;

import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** A bar that counts the attempts of a run where a person watches. */
public final class RunProgress implements DeliveryListener, AutoCloseable {

    private final @Nullable ProgressBar bar;

    /** @param watched whether to show the bar */
    public RunProgress(boolean watched) {
        this.bar = watched ? new ProgressBar("exports", -1) : null;
    }

    private void step() {
        if (bar != null) {
            bar.step();
        }
    }

    @Override
    public void delivered(Delivery.Delivered delivery) {
        step();
    }

    @Override
    public void retried(Delivery.Retried delivery) {
        step();
    }

    @Override
    public void postponed(Delivery.Postponed delivery) {
        step();
    }

    @Override
    public void failed(Delivery.Failed delivery) {
        step();
    }

    @Override
    public void released(Delivery.Released delivery) {
        step();
    }

    @Override
    public void leaseLost(Delivery.LeaseLost delivery) {
        step();
    }

    @Override
    public void unconfirmed(Delivery.Unconfirmed delivery) {
        step();
    }

    @Override
    public void abandoned(Delivery.Abandoned delivery) {
        step();
    }

    @Override
    public void refused(Delivery.Refused delivery) {
        step();
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
