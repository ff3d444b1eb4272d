package dev.satchel.batchexport.observe.actuator;

import dev.satchel.batchexport.observe.health.CheckResult;
import dev.satchel.batchexport.observe.health.HealthCheck;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** A check as a health indicator: up or down, with the sentence as the detail {@code message}. */
public final class SatchelHealthIndicator implements HealthIndicator {

    private final HealthCheck check;

    public SatchelHealthIndicator(HealthCheck check) {
        this.check = check;
    }

    @Override
    public Health health() {
        CheckResult result = check.check();
        return (result.passed() ? Health.up() : Health.down())
                .withDetail("message", result.sentence())
                .build();
    }
}
