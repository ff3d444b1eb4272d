package dev.satchel.keys;

import dev.satchel.UserId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the record of what was done with keys. The vault writes it; nobody changes it. */
public interface KeyAudit {

    /** What was done with the user's keys, the newest first, at most {@code limit}. */
    List<Entry> newest(UserId user, int limit);

    /**
     * One thing that was done.
     *
     * @param purpose what the key was opened for; present for {@link Action#OPEN} alone
     * @param dataKeyId under which the key was sealed
     * @param login who was logged in to the database
     */
    record Entry(
            Instant at,
            UserId user,
            Provider provider,
            Action action,
            @Nullable Purpose purpose,
            UUID dataKeyId,
            String login) {}

    /** What can be done with a key. */
    enum Action {
        SET,
        OPEN,
        REMOVE
    }
}
