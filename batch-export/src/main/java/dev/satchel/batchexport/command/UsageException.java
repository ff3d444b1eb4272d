package dev.satchel.batchexport.command;

import org.jspecify.annotations.Nullable;

/** The call itself is wrong: an argument or a setting. Ends the program with exit code 2. */
final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UsageException(@Nullable String message) {
        super(message);
    }
}
