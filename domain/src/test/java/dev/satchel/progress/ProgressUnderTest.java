package dev.satchel.progress;

import dev.satchel.UserId;
import dev.satchel.record.filter.Phase;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.UUID;

/**
 * The progress of learners, and what the application does to the sessions and words behind it.
 *
 * <p>An implementation is proven by extending {@link LearnerProgressContract} with one of these, made anew for each
 * test. What a method does is committed when it returns.
 */
public interface ProgressUnderTest {

    LearnerProgress progress();

    /** The time by which rows are written. */
    Instant now();

    UserId addUser();

    void deleteUser(UserId user);

    /** Adds a session, also one that was deleted before. */
    void insert(UUID id, LearningSession session);

    /** Makes the session what is given, whatever it was. */
    void update(UUID id, LearningSession session);

    void delete(UUID id);

    /** Counts the user's days in that zone from a moment on. */
    void setZone(UserId user, Instant since, ZoneId zone);

    /** Makes these the user's words, each in its phase, and no others. */
    void setWords(UserId user, Collection<Phase> phases);
}
