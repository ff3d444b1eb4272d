package dev.satchel.keys;

import dev.satchel.UserId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the audit log of keys. The vault writes it; entries cannot be changed or deleted. Safe for use by many
 * threads.
 */
public interface KeyAudit {

    /** The entries about the user's keys, the newest first, at most {@code limit}. */
    List<Entry> newest(UserId user, int limit);

    /**
     * One action on a key.
     *
     * @param purpose why the key was opened; null for other actions than {@link Action#OPEN}
     * @param dataKeyId the id of the data key that the key was sealed with
     * @param login the login of the database session
     */
    record Entry(
            Instant at,
            UserId user,
            Provider provider,
            Action action,
            @Nullable Purpose purpose,
            UUID dataKeyId,
            String login) {}

    /** The actions that are recorded. */
    enum Action {
        SET,
        OPEN,
        REMOVE
    }
}
