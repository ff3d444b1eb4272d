package dev.satchel.batchexport.job;

import dev.satchel.export.DeliverExport;
import dev.satchel.export.RetryPolicy;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How exports are delivered and how long they stay.
 *
 * @param retention how long a delivered file stays
 * @param lease how long a worker may be silent before its exports are taken back
 * @param attempts how often an export is tried in all
 * @param stopGrace how long a worker that is told to stop goes on with the exports it has begun
 * @param orphanGrace how long clean-up leaves an object alone that no export points to
 */
@ConfigurationProperties("satchel.export")
public record ExportSettings(
        @DefaultValue("7d") Duration retention,
        @DefaultValue("60s") Duration lease,
        @DefaultValue("5") int attempts,
        @DefaultValue("20s") Duration stopGrace,
        @DefaultValue("24h") Duration orphanGrace) {

    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(3);

    /** Longer than a snapshot may be read, and than a request to a store may take: then nothing is waited for any more. */
    private static final Duration PATIENCE = Duration.ofMinutes(70);

    private static final int LEASES_OF_OUTAGE = 5;

    public ExportSettings {
        atLeast("retention", retention, Duration.ofSeconds(1));
        atLeast("lease", lease, SHORTEST_LEASE);
        atLeast("stop-grace", stopGrace, Duration.ZERO);
        atLeast("orphan-grace", orphanGrace, lease.multipliedBy(2));
        if (attempts < 1 || attempts > 100) {
            throw new IllegalArgumentException(
                    "satchel.export.attempts must be a whole number from 1 to 100, was " + attempts);
        }
    }

    private static void atLeast(String name, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException("satchel.export." + name + " must be at least " + least.toSeconds()
                    + "s, was " + value.toMillis() + "ms");
        }
    }

    DeliverExport.Terms terms() {
        return new DeliverExport.Terms(lease, lease.dividedBy(4), PATIENCE, retention);
    }

    /** How long a run that does not watch waits for a database or a store that may come back by itself. */
    Duration outagePatience() {
        return lease.multipliedBy(LEASES_OF_OUTAGE);
    }

    RetryPolicy retries() {
        return new RetryPolicy(attempts, RetryPolicy.DEFAULT.base(), RetryPolicy.DEFAULT.cap());
    }
}
