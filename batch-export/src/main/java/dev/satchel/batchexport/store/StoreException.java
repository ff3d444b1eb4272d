package dev.satchel.batchexport.store;

import java.io.IOException;

/** A store did not do what it was asked to; the cause is what it threw. */
public final class StoreException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String store;

    StoreException(String store, Exception cause) {
        super("the store " + store + " failed", cause);
        this.store = store;
    }

    /** The store, as its setting names it. */
    public String store() {
        return store;
    }
}
