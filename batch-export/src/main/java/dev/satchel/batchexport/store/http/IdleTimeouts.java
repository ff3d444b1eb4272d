package dev.satchel.batchexport.store.http;

import java.time.Duration;

/**
 * The idle timeouts of the requests to a store: how long one waits while the store neither takes a byte nor answers.
 *
 * @param first while the store answered the last request
 * @param again after a request timed out, until the store answers one
 * @param later once the store has been silent for {@code inAll}; once it has been silent for twice that time, {@code
 *     first} applies again
 * @param inAll after this time without an answer, a request that timed out is not repeated
 */
public record IdleTimeouts(Duration first, Duration again, Duration later, Duration inAll) {

    // Some stores put the parts of a large file together for long before they answer. The three attempts of the SDK and
    // the requests that follow, which remove what was stored and try the store, take 67 seconds: little more than the
    // default
    // lease.
    public static final IdleTimeouts DEFAULT = new IdleTimeouts(
            Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofSeconds(50));
}
