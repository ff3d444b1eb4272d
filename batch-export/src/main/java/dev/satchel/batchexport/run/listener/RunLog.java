package dev.satchel.batchexport.run.listener;

import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a line into the log for each attempt of a run: how it ended. */
public final class RunLog implements DeliveryListener {

    private static final Logger LOG = LoggerFactory.getLogger(RunLog.class);

    private final boolean isOfTroubleOnly;

    private RunLog(boolean isOfTroubleOnly) {
        this.isOfTroubleOnly = isOfTroubleOnly;
    }

    /** Of every attempt. */
    public static RunLog ofAll() {
        return new RunLog(false);
    }

    /** Of attempts that did not deliver. */
    public static RunLog ofTrouble() {
        return new RunLog(true);
    }

    @Override
    public void delivered(Delivery.Delivered delivery) {
        if (isOfTroubleOnly) {
            return;
        }
        LOG.info(
                "export {} delivered: type={} format={} rows={} bytes={}",
                delivery.exportId(),
                delivery.export().request().type().name(),
                delivery.export().request().format().code(),
                delivery.export().file().recordCount(),
                delivery.export().file().bytes());
    }

    @Override
    public void retried(Delivery.Retried delivery) {
        LOG.warn(
                "export {} comes again in {} s: {}",
                delivery.exportId(),
                delivery.delay().toSeconds(),
                delivery.failure().messageInFull());
        LOG.debug("export {}", delivery.exportId(), delivery.cause());
    }

    @Override
    public void postponed(Delivery.Postponed delivery) {
        LOG.warn(
                "export {} waits, and no attempt is spent: {}",
                delivery.exportId(),
                delivery.failure().messageInFull());
        LOG.debug("export {}", delivery.exportId(), delivery.cause());
    }

    @Override
    public void failed(Delivery.Failed delivery) {
        LOG.error(
                "export {} failed: {} ({})",
                delivery.exportId(),
                delivery.export().failure().messageInFull(),
                delivery.cause().getClass().getSimpleName());
        LOG.debug("export {}", delivery.exportId(), delivery.cause());
    }

    @Override
    public void released(Delivery.Released delivery) {
        LOG.info("export {} released: the worker is stopping", delivery.exportId());
    }

    @Override
    public void leaseLost(Delivery.LeaseLost delivery) {
        LOG.warn("export {} is no longer this worker's", delivery.exportId());
    }

    @Override
    public void cancelled(Delivery.Cancelled delivery) {
        LOG.info("export {} was cancelled", delivery.exportId());
    }

    @Override
    public void unconfirmed(Delivery.Unconfirmed delivery) {
        LOG.warn("export {}: the database did not answer; its lease will tell", delivery.exportId());
        LOG.debug("export {}", delivery.exportId(), delivery.cause());
    }

    @Override
    public void abandoned(Delivery.Abandoned delivery) {
        LOG.error("export {} failed: the worker of its last attempt stopped answering", delivery.exportId());
    }

    @Override
    public void refused(Delivery.Refused delivery) {
        LOG.error(
                "export {} failed: {}", delivery.exportId(), delivery.failure().messageInFull());
    }
}
