package dev.satchel.postgres;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Limits that a service may set.
 *
 * @param maxSnapshotAge the longest time that an export may read, from 1s to 1h. An open snapshot keeps vacuum from removing
 *     dead rows
 * @param dataKeyTimeToLive how long a process can use a cached data key after its key-encryption key was disabled or
 *     deleted, at most 1h; 0s caches nothing
 * @param maxCachedDataKeys how many data keys of users are cached
 */
@ConfigurationProperties("satchel.postgres")
public record PostgresSettings(
        @DefaultValue("1h") Duration maxSnapshotAge,
        @DefaultValue("5m") Duration dataKeyTimeToLive,
        @DefaultValue("10000") int maxCachedDataKeys) {

    private static final Duration LONGEST = Duration.ofHours(1);

    /** The limits where nothing is set. */
    public static final PostgresSettings DEFAULT =
            new PostgresSettings(Duration.ofHours(1), Duration.ofMinutes(5), 10_000);

    public PostgresSettings {
        between("max-snapshot-age", maxSnapshotAge, Duration.ofSeconds(1));
        between("data-key-time-to-live", dataKeyTimeToLive, Duration.ZERO);
        if (maxCachedDataKeys < 0) {
            throw new IllegalArgumentException(
                    "satchel.postgres.max-cached-data-keys must not be negative, was " + maxCachedDataKeys);
        }
    }

    private static void between(String name, Duration value, Duration shortest) {
        if (value.compareTo(shortest) < 0 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("satchel.postgres." + name + " must be from " + shortest.toSeconds()
                    + "s to 1h, was " + value.toMillis() + "ms");
        }
    }
}
