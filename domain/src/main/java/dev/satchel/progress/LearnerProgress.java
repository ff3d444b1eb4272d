package dev.satchel.progress;

import dev.satchel.UserId;
import java.time.Instant;
import java.util.Optional;

/**
 * Reads the progress of learners. Safe for use by many threads.
 *
 * <p>Each method reads one consistent state. "Today" is the day of {@code at} in the time zone that the user has at
 * that moment; it includes sessions that ended later on the same day. For an unknown user the answers are those of a
 * user without sessions.
 */
public interface LearnerProgress {

    /** The user's stored totals; empty if the user does not exist. */
    Optional<Progress> find(UserId user);

    /** The number of sessions on each of the last {@value Activity#DAYS} days up to today. */
    Activity activity(UserId user, Instant at);

    /** The streak at that moment. The longest streak also counts days after it. */
    Streak streak(UserId user, Instant at);
}
