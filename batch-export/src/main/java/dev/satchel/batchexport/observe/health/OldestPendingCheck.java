package dev.satchel.batchexport.observe.health;

import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportCatalog.Lag;
import java.time.Duration;

/** Whether an export has waited for longer than it should. */
public final class OldestPendingCheck implements HealthCheck {

    private final ExportCatalog catalog;
    private final Duration threshold;
    private final Reasons reasons;

    /** @param threshold how long an export may wait */
    public OldestPendingCheck(ExportCatalog catalog, Duration threshold, FailureDiagnosis diagnosis) {
        this.catalog = catalog;
        this.threshold = threshold;
        this.reasons = new Reasons(diagnosis);
    }

    @Override
    public CheckResult check() {
        try {
            Lag lag = catalog.lag(Duration.ZERO);
            if (lag.oldestPending().compareTo(threshold) <= 0) {
                return CheckResult.passed("pending exports: " + lag.pending());
            }
            return CheckResult.failed("the oldest of " + lag.pending() + " pending exports has waited for "
                    + words(lag.oldestPending()) + ", longer than " + words(threshold)
                    + ": see that a worker runs, and what 'satchel export list --status pending' says it waits for");
        } catch (RuntimeException failed) {
            return CheckResult.failed("pending exports could not be counted, because " + reasons.of(failed));
        }
    }

    /** A time as a person would say it, such as {@code 26 hours} or {@code 90 seconds}. */
    static String words(Duration time) {
        if (time.compareTo(Duration.ofMinutes(2)) < 0) {
            return time.toSeconds() + " seconds";
        }
        return time.compareTo(Duration.ofHours(2)) < 0 ? time.toMinutes() + " minutes" : time.toHours() + " hours";
    }
}
