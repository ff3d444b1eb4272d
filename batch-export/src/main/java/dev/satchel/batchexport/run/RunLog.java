package dev.satchel.batchexport.run;

import dev.satchel.delivery.Delivery;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says how each attempt of a run ended: a line in the log, and a bar where a person watches. */
public final class RunLog implements Delivery.Listener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunLog.class);

    private final @Nullable ProgressBar bar;
    private final RunReport report = new RunReport(this);

    /** @param watched whether to show a bar */
    public RunLog(boolean watched) {
        this.bar = watched ? new ProgressBar("exports", -1) : null;
    }

    public RunReport report() {
        return report;
    }

    @Override
    public void delivered(Delivery.Delivered delivery) {
        step();
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
        step();
        LOG.warn(
                "export {} comes again in {} s: {}",
                delivery.exportId(),
                delivery.delay().toSeconds(),
                delivery.failure().messageInFull());
        LOG.debug("export {}", delivery.exportId(), delivery.cause());
    }

    @Override
    public void postponed(Delivery.Postponed delivery) {
        step();
        LOG.warn(
                "export {} waits, and no attempt is spent: {}",
                delivery.exportId(),
                delivery.failure().messageInFull());
        LOG.debug("export {}", delivery.exportId(), delivery.cause());
    }

    @Override
    public void failed(Delivery.Failed delivery) {
        step();
        LOG.error(
                "export {} failed: {} ({})",
                delivery.exportId(),
                delivery.export().failure().messageInFull(),
                delivery.cause().getClass().getSimpleName());
        LOG.debug("export {}", delivery.exportId(), delivery.cause());
    }

    @Override
    public void released(Delivery.Released delivery) {
        step();
        LOG.info("export {} released: the worker is stopping", delivery.exportId());
    }

    @Override
    public void leaseLost(Delivery.LeaseLost delivery) {
        step();
        LOG.warn("export {} is no longer this worker's", delivery.exportId());
    }

    @Override
    public void unconfirmed(Delivery.Unconfirmed delivery) {
        step();
        LOG.warn("export {}: the database did not answer; its lease will tell", delivery.exportId());
        LOG.debug("export {}", delivery.exportId(), delivery.cause());
    }

    @Override
    public void abandoned(Delivery.Abandoned delivery) {
        step();
        LOG.error("export {} failed: the worker of its last attempt stopped answering", delivery.exportId());
    }

    @Override
    public void refused(Delivery.Refused delivery) {
        step();
        LOG.error(
                "export {} failed: {}", delivery.exportId(), delivery.failure().messageInFull());
    }

    private void step() {
        if (bar != null) {
            bar.step();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
