package dev.satchel.batchexport.run;

import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.export.Failure;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long the slots of a run wait for a history that does not answer. Safe for use by many threads. */
final class DatabaseOutage {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseOutage.class);

    private static final Duration PAUSE = Duration.ofMillis(500);

    /** A refused login or a missing right must not be tried every moment. */
    private static final Duration PAUSE_FOR_THE_OPERATOR = Duration.ofSeconds(10);

    private final FailureDiagnosis diagnosis;
    private final RunSettings runSettings;
    private final Duration patience;
    private boolean on;
    private long begun;

    /** @param patience how long a run that does not watch waits for a database that may come back by itself */
    DatabaseOutage(FailureDiagnosis diagnosis, RunSettings runSettings, Duration patience) {
        this.diagnosis = diagnosis;
        this.runSettings = runSettings;
        this.patience = patience;
    }

    synchronized void answered() {
        if (on) {
            LOG.info("the database answers again");
            on = false;
        }
    }

    /**
     * Says that the history did not answer, or refused to.
     *
     * @return how long to wait before it is asked again
     * @throws RuntimeException what was thrown, where the run should not wait for the database any longer
     */
    synchronized Duration failed(Throwable thrown) {
        Failure failure = diagnosis.diagnose(thrown);
        boolean passing = failure.code().verdict() == Failure.Verdict.TRANSIENT;
        if (!on) {
            on = true;
            begun = System.nanoTime();
            LOG.warn("no export is claimed for now: {}", failure.message());
        }
        LOG.debug("the claim", thrown);
        if (!runSettings.watch() && (!passing || System.nanoTime() - begun > patience.toNanos())) {
            throw thrown instanceof RuntimeException exception ? exception : new IllegalStateException(thrown);
        }
        return passing ? PAUSE : PAUSE_FOR_THE_OPERATOR;
    }
}
