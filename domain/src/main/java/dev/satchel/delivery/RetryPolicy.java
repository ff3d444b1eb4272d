package dev.satchel.delivery;

import dev.satchel.export.Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The number of attempts and the delays between them: exponential backoff with full jitter, so that exports which
 * failed in one outage are not all retried at the same time. Immutable.
 *
 * @param attempts the number of attempts including the first, at least 1
 * @param base the upper bound of the delay after the first attempt; it doubles with each further attempt
 * @param cap the upper bound of all delays
 */
public record RetryPolicy(int attempts, Duration base, Duration cap) {

    public static final RetryPolicy DEFAULT = new RetryPolicy(5, Duration.ofSeconds(10), Duration.ofMinutes(15));

    /**
     * At the first attempt, another export of the worker may have used the memory; the second attempt shows whether
     * this export needs too much by itself.
     */
    private static final int ATTEMPTS_OUT_OF_MEMORY = 2;

    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, was " + attempts);
        }
        if (base.isNegative() || cap.compareTo(base) < 0) {
            throw new IllegalArgumentException("delays must satisfy 0 <= base <= cap, were " + base + " and " + cap);
        }
    }

    /**
     * The delay before the next attempt after {@code attempt} ended in {@code failure}; empty if there is no next
     * attempt.
     */
    public Optional<Duration> delayAfter(int attempt, Failure failure, RandomGenerator random) {
        int most = failure.code() == Failure.Code.OUT_OF_MEMORY ? Math.min(attempts, ATTEMPTS_OUT_OF_MEMORY) : attempts;
        if (!failure.code().isTemporary() || attempt >= most) {
            return Optional.empty();
        }
        return Optional.of(
                Duration.ofMillis(random.nextLong(longestDelay(attempt).toMillis() + 1)));
    }

    /** The upper bound of the random delay after that attempt. */
    public Duration longestDelay(int attempt) {
        Duration delay = base;
        for (int doubled = 1; doubled < attempt && delay.compareTo(cap) < 0; doubled++) {
            delay = delay.multipliedBy(2);
        }
        return delay.compareTo(cap) < 0 ? delay : cap;
    }
}
