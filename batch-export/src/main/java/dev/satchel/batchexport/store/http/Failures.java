package dev.satchel.batchexport.store.http;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.ExecutionException;

/** What another thread threw, for the thread that waits for it. */
final class Failures {

    private Failures() {}

    /** The exception to throw for a request that was aborted. */
    static IOException givenUp() {
        return new IOException("the request was given up");
    }

    /** The exception of the other thread if it is an IOException; throws every other. */
    static IOException thrown(ExecutionException failed) {
        Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
        if (cause instanceof IOException network) {
            return network;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        throw cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
    }
}
