package dev.satchel.delivery;

import java.io.IOException;

/** The worker cannot load a library that a file needs, although others may. Its message says which, and what helps. */
public class LibraryUnavailableException extends IOException {

    private static final long serialVersionUID = 1L;

    public LibraryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
