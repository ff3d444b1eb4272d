package dev.satchel.batchexport.store;

import java.io.IOException;

/** An operation of a store failed. The cause is the exception of the store. */
public final class StoreException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String store;

    StoreException(String store, Exception cause) {
        super("the store " + store + " failed", cause);
        this.store = store;
    }

    /** The address of the store, as in its setting. */
    public String store() {
        return store;
    }
}
