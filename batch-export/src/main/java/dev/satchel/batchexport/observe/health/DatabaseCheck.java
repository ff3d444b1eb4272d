package dev.satchel.batchexport.observe.health;

import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.export.ExportCatalog;
import java.time.Duration;

/** Whether the database answers, accepts the login and has Satchel's tables. */
public final class DatabaseCheck implements HealthCheck {

    private final ExportCatalog catalog;
    private final Reasons reasons;

    public DatabaseCheck(ExportCatalog catalog, FailureDiagnosis diagnosis) {
        this.catalog = catalog;
        this.reasons = new Reasons(diagnosis);
    }

    @Override
    public CheckResult check() {
        try {
            catalog.lag(Duration.ZERO);
            return CheckResult.passed("the database answers");
        } catch (RuntimeException failed) {
            return CheckResult.failed(reasons.of(failed));
        }
    }
}
