package dev.satchel.delivery;

import dev.satchel.export.Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How often and how late an export is tried again: exponential back-off with full jitter, so that the exports which one
 * outage failed do not all come back at once.
 *
 * @param attempts how many attempts an export gets in all, at least 1
 * @param base the longest delay after the first attempt; it doubles with each further one
 * @param cap the longest delay of all
 */
public record RetryPolicy(int attempts, Duration base, Duration cap) {

    public static final RetryPolicy DEFAULT = new RetryPolicy(5, Duration.ofSeconds(10), Duration.ofMinutes(15));

    /** The first time, what another export held may have been too much; the second time it is this export's own. */
    private static final int ATTEMPTS_OUT_OF_MEMORY = 2;

    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, was " + attempts);
        }
        if (base.isNegative() || cap.compareTo(base) < 0) {
            throw new IllegalArgumentException("delays must satisfy 0 <= base <= cap, were " + base + " and " + cap);
        }
    }

    /** The delay before the next attempt after {@code attempt} ended in {@code failure}; empty to give up. */
    public Optional<Duration> delayAfter(int attempt, Failure failure, RandomGenerator random) {
        int most = failure.code() == Failure.Code.OUT_OF_MEMORY ? Math.min(attempts, ATTEMPTS_OUT_OF_MEMORY) : attempts;
        if (!failure.code().isTemporary() || attempt >= most) {
            return Optional.empty();
        }
        return Optional.of(
                Duration.ofMillis(random.nextLong(longestDelay(attempt).toMillis() + 1)));
    }

    /** The upper bound of the jittered delay after that attempt. */
    public Duration longestDelay(int attempt) {
        Duration delay = base;
        for (int doubled = 1; doubled < attempt && delay.compareTo(cap) < 0; doubled++) {
            delay = delay.multipliedBy(2);
        }
        return delay.compareTo(cap) < 0 ? delay : cap;
    }
}
