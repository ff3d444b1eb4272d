package dev.satchel.progress;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code user_progress} says about a user: each component is what the column of that meaning holds.
 *
 * <p>The streak is the one of the moment when the row was last written; what it is at another moment, {@link
 * LearnerProgress#streak} knows.
 *
 * @param questionsAnswered answers right and wrong
 * @param accuracy correct answers per hundred, with two decimals
 * @param lastActivityAt the end of the session that ended last; null before the first
 */
public record Progress(
        int sessions,
        int descriptions,
        int images,
        int questionsAnswered,
        int vocabularyLearned,
        int minutes,
        int points,
        BigDecimal accuracy,
        Words words,
        Streak streak,
        @Nullable Instant lastActivityAt) {

    /** @throws ArithmeticException if the accuracy has more than two decimals */
    public Progress {
        // 50 and 50.00 are equal here, as they are in the database.
        accuracy = accuracy.setScale(2, RoundingMode.UNNECESSARY);
    }

    /** When the user was last active; empty before the first session ended. */
    public Optional<Instant> lastActivity() {
        return Optional.ofNullable(lastActivityAt);
    }
}
