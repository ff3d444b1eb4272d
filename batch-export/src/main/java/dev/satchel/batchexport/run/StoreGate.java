package dev.satchel.batchexport.run;

import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.export.Failure;
import dev.satchel.store.StoreProbe;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the slots of a run claim exports, but not while the store fails its probe: closed by an export that met a store
 * which does, it probes the store again and again, and opens when it passes. Safe for use by many threads.
 */
final class StoreGate {

    private static final Logger LOG = LoggerFactory.getLogger(StoreGate.class);

    /** What passes by itself may pass any moment; what waits for the operator takes longer. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final StoreProbe probe;
    private final FailureDiagnosis diagnosis;
    private final RunSettings runSettings;
    private final Duration patience;
    private @Nullable Failure closedBy;
    private Duration pause = PAUSE;
    private long closedAt;
    private long nextProbe;
    private boolean probing;

    /** @param patience how long a run that does not watch waits for a store that may come back by itself */
    StoreGate(StoreProbe probe, FailureDiagnosis diagnosis, RunSettings runSettings, Duration patience) {
        this.probe = probe;
        this.diagnosis = diagnosis;
        this.runSettings = runSettings;
        this.patience = patience;
    }

    /** Says that an export met a store that fails its probe. */
    synchronized void close(Failure failure) {
        if (closedBy == null) {
            LOG.warn("no export is claimed until the store passes its probe: {}", failure.messageInFull());
            closedBy = failure;
            closedAt = System.nanoTime();
            nextProbe = closedAt;
            pause = PAUSE;
        }
    }

    /**
     * Whether exports may be claimed. One slot at a time probes a store that failed, when it is time to.
     *
     * @throws StoreFailedException where the run should not wait for the store any longer
     */
    boolean isOpen() throws StoreFailedException {
        synchronized (this) {
            if (closedBy == null) {
                return true;
            }
            if (probing || System.nanoTime() - nextProbe < 0) {
                return false;
            }
            probing = true;
        }
        try {
            probe.probe();
            open();
            return true;
        } catch (IOException | RuntimeException failed) {
            stayClosed(failed);
            return false;
        } finally {
            synchronized (this) {
                probing = false;
            }
        }
    }

    private synchronized void open() {
        LOG.info("the store passes its probe again");
        closedBy = null;
    }

    private synchronized void stayClosed(Exception failed) throws StoreFailedException {
        Failure failure = diagnosis.diagnose(failed);
        // The detail may be another one each time.
        if (closedBy == null || !failure.message().equals(closedBy.message())) {
            LOG.warn("the store fails its probe: {}", failure.messageInFull());
        }
        LOG.debug("the probe", failed);
        closedBy = failure;
        long now = System.nanoTime();
        boolean passing = failure.code().verdict() == Failure.Verdict.TRANSIENT;
        if (!runSettings.watch() && (!passing || now - closedAt > patience.toNanos())) {
            throw new StoreFailedException(failed);
        }
        Duration doubled = pause.multipliedBy(2);
        pause = passing ? PAUSE : doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        nextProbe = now + pause.toNanos();
    }
}
