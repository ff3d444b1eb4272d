package dev.satchel.keyset;

import dev.satchel.SatchelException;

/** A file of key-encryption keys cannot be made, read or changed; the message names the file and says what to do. */
public final class UnusableKeysetException extends SatchelException {

    private static final long serialVersionUID = 1L;

    UnusableKeysetException(String problem, String remedy) {
        super(problem, remedy);
    }
}
