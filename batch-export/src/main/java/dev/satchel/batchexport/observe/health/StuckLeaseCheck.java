package dev.satchel.batchexport.observe.health;

import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.export.ExportCatalog;
import java.time.Duration;

/** Whether exports are held by workers that stopped answering, and no worker takes them over. */
public final class StuckLeaseCheck implements HealthCheck {

    private final ExportCatalog catalog;
    private final Duration grace;
    private final Reasons reasons;

    /** @param grace how long ago a lease must have expired; a worker that runs takes over within seconds */
    public StuckLeaseCheck(ExportCatalog catalog, Duration grace, FailureDiagnosis diagnosis) {
        this.catalog = catalog;
        this.grace = grace;
        this.reasons = new Reasons(diagnosis);
    }

    @Override
    public CheckResult check() {
        try {
            long stuck = catalog.lag(grace).stuck();
            return stuck == 0
                    ? CheckResult.passed("no lease is stuck")
                    : CheckResult.failed("exports whose lease expired more than " + OldestPendingCheck.words(grace)
                            + " ago and that no worker has taken over: " + stuck
                            + "; their workers stopped answering, so start one: 'satchel export run'");
        } catch (RuntimeException failed) {
            return CheckResult.failed("leases could not be counted, because " + reasons.of(failed));
        }
    }
}
