package dev.satchel.progress;

import dev.satchel.UserId;
import java.time.Instant;
import java.util.Optional;

/**
 * Looks at the progress of learners without changing it. Safe for use by many threads.
 *
 * <p>Each answer is of one moment in itself. Today is the day of {@code at} in the zone then in force for the user; what
 * ended later on that day belongs to it. A user nobody knows, like one who never ended a session, was never active.
 */
public interface LearnerProgress {

    /** The user's totals as they are stored; empty when there is no such user. */
    Optional<Progress> find(UserId user);

    /** The days up to today on which the user was active, and how much. */
    Activity activity(UserId user, Instant at);

    /** The streak as of that moment; the longest is the longest ever, also of days after it. */
    Streak streak(UserId user, Instant at);
}
