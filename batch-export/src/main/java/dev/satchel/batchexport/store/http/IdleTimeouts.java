package dev.satchel.batchexport.store.http;

import java.time.Duration;

/**
 * How long a request waits for a store that is silent: that neither takes a byte nor answers.
 *
 * @param first while the store answered the last request
 * @param again while it has not answered since an earlier request gave it up
 * @param later once it has been silent for {@code inAll}, and for as long again; afterwards as at first
 * @param inAll after this time without an answer, a request that gave up is not repeated
 */
public record Patience(Duration first, Duration again, Duration later, Duration inAll) {

    // Some stores put the parts of a large file together for long before they answer. The three attempts of the SDK and
    // the requests that follow, which remove what was stored and try the store, take little more than the default
    // lease.
    public static final Patience DEFAULT =
            new Patience(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(3), Duration.ofSeconds(50));
}
