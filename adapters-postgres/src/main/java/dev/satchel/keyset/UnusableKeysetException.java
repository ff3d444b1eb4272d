package dev.satchel.keyset;

import dev.satchel.SatchelException;

/**
 * A file of key-encryption keys cannot be created, read or changed. The message names the file, the cause and the
 * remedy.
 */
public final class UnusableKeysetException extends SatchelException {

    private static final long serialVersionUID = 1L;

    UnusableKeysetException(String problem, String remedy) {
        super(problem, remedy);
    }
}
