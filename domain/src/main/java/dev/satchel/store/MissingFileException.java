package dev.satchel.store;

import java.io.IOException;
import java.net.URI;

/** The store answered that it has no file at that location. */
public final class MissingFileException extends IOException {

    private static final long serialVersionUID = 1L;

    public MissingFileException(URI location, Throwable cause) {
        super("the store has no file " + location, cause);
    }
}
