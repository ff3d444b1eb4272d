package dev.satchel.batchexport.terminal;

import dev.satchel.SatchelException;
import org.jspecify.annotations.Nullable;

/** The call itself is wrong: an argument or a setting. Ends the program with exit code 2. */
public final class UsageException extends SatchelException {

    private static final long serialVersionUID = 1L;

    public UsageException(@Nullable String message) {
        super(String.valueOf(message));
    }

    @Override
    public int exitCode() {
        return 2;
    }
}
