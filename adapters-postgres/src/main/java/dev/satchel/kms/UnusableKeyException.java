package dev.satchel.kms;

import dev.satchel.SatchelException;

/**
 * A key in AWS KMS cannot be used now. The message says why and what to do.
 *
 * <p>There is no cause on purpose: what a server or a proxy on the way writes into its answer may repeat what it was
 * sent, and a data key was.
 */
public final class UnusableKeyException extends SatchelException {

    private static final long serialVersionUID = 1L;

    UnusableKeyException(String message) {
        super(message);
    }
}
