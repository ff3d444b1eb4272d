package dev.satchel.progress;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A user's row of {@code user_progress}: each component is the value of one column.
 *
 * <p>The streak is that of the moment when the row was last written; {@link LearnerProgress#streak} computes it for
 * any moment.
 *
 * @param questionsAnswered correct and wrong answers
 * @param accuracy correct answers per hundred, with two decimals
 * @param lastActivityAt the end of the session that ended last; null before the first session ended
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

    /** When the user's last session ended; empty before the first one ended. */
    public Optional<Instant> lastActivity() {
        return Optional.ofNullable(lastActivityAt);
    }
}
