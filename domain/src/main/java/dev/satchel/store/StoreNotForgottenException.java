package dev.satchel.store;

import dev.satchel.SatchelException;

/** A store was not forgotten, because it is not known, or may not be gone. */
public final class StoreNotForgottenException extends SatchelException {

    private static final long serialVersionUID = 1L;

    StoreNotForgottenException(String problem, String remedy) {
        super(problem, remedy);
    }
}
