package dev.satchel.batchexport.run;

/** The store fails its probe, as the cause says, so that nothing can be delivered. */
public final class StoreFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StoreFailedException(Exception cause) {
        super("the store fails its probe", cause);
    }
}
