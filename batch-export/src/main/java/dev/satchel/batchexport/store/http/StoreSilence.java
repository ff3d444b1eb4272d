package dev.satchel.batchexport.store.http;

import java.time.Duration;

/** Since when a store has been silent, from all requests of a client. Safe for use by many threads. */
final class StoreSilence {

    private final IdleTimeouts timeouts;
    private boolean silent;
    private long since;

    StoreSilence(IdleTimeouts timeouts) {
        this.timeouts = timeouts;
    }

    /** The store answered. */
    synchronized void ended() {
        silent = false;
    }

    /** A request gave up that had heard nothing since that time. */
    synchronized void noticed(long heardAt) {
        since = silent && since - heardAt < 0 ? since : heardAt;
        silent = true;
    }

    /** Whether a request that ended without an answer after so many nanoseconds met a silent store. */
    boolean isSilence(long nanos) {
        return nanos >= timeouts.again().toNanos();
    }

    /** How long a request that begins now may wait. */
    synchronized Duration limit() {
        if (!silent) {
            return timeouts.first();
        }
        if (!hasLasted(timeouts.inAll())) {
            return timeouts.again();
        }
        // Later on there is no haste, and a store that is slow must be able to come back.
        return hasLasted(timeouts.inAll().multipliedBy(2)) ? timeouts.first() : timeouts.later();
    }

    /** Whether the store has been silent for so long that repeating a request is in vain. */
    synchronized boolean isLong() {
        return silent && hasLasted(timeouts.inAll());
    }

    private boolean hasLasted(Duration time) {
        return System.nanoTime() - since >= time.toNanos();
    }
}
