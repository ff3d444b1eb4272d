package dev.satchel.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A store received or holds other bytes than were sent. The message is a sentence for the user that names the store.
 */
public final class DamagedFileException extends IOException {

    private static final long serialVersionUID = 1L;

    public DamagedFileException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
