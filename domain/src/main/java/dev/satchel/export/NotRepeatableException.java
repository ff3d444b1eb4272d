package dev.satchel.export;

import dev.satchel.SatchelException;

/** What an export asked for is not asked for again: it did not fail, or would fail again. */
public final class NotRepeatableException extends SatchelException {

    private static final long serialVersionUID = 1L;

    NotRepeatableException(String problem, String remedy) {
        super(problem, remedy);
    }
}
