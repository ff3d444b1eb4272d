package dev.satchel.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a store received or holds is not what was sent. The message names the store, for a person to read. */
public final class DamagedFileException extends IOException {

    private static final long serialVersionUID = 1L;

    public DamagedFileException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
