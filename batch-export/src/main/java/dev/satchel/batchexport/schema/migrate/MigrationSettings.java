package dev.satchel.batchexport.schema.migrate;

import java.time.Duration;
import java.util.Optional;

/**
 * What an operator can choose about a migration.
 *
 * @param lockTimeout how long one lock is waited for at a time, with writers queueing behind; from a millisecond to a minute
 * @param usersTable the table that holds the users, as {@code schema.table}; otherwise {@code public.users} where there is
 *     one, and else {@code auth.users}. It counts for the first migration only
 */
public record MigrationSettings(Duration lockTimeout, Optional<String> usersTable) {

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** Two seconds, and the table of users that is found. */
    public static final MigrationSettings DEFAULT = new MigrationSettings(Duration.ofSeconds(2), Optional.empty());

    public MigrationSettings {
        if (lockTimeout.compareTo(SHORTEST) < 0 || lockTimeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("the lock timeout must be between 1ms and 1m, was " + lockTimeout);
        }
    }
}
