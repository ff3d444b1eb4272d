package dev.satchel.batchexport.observe.health;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When health turns red.
 *
 * @param oldestPending how long an export may be pending: a day and two hours, which suits a nightly run. Where workers
 *     watch all day, minutes are enough
 * @param stuckLease how long an expired lease may stay before no worker takes it over
 */
@ConfigurationProperties("satchel.health")
public record HealthSettings(
        @DefaultValue("26h") Duration oldestPending,
        @DefaultValue("5m") Duration stuckLease) {

    public HealthSettings {
        positive("oldest-pending", oldestPending);
        positive("stuck-lease", stuckLease);
    }

    private static void positive(String name, Duration time) {
        if (time.isZero() || time.isNegative()) {
            throw new IllegalArgumentException("satchel.health." + name + " must be positive, was " + time);
        }
    }
}
