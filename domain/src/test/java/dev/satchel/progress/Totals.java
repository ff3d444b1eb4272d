package dev.satchel.progress;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The exact sums of a user's contributions. All rounded values are computed from them.
 *
 * @param sessions the number of contributions
 * @param attempts correct and wrong answers to questions
 */
record Totals(
        long sessions,
        long descriptions,
        long images,
        long attempts,
        long correct,
        long vocabulary,
        Duration time,
        long points) {

    /** The totals of a user without contributions. */
    public static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, Duration.ZERO, 0);

    private static final BigDecimal ALL_CORRECT = new BigDecimal("100.00");

    /** These totals with one more contribution. */
    public Totals plus(Contribution more) {
        return new Totals(
                sessions + 1,
                descriptions + more.descriptions(),
                images + more.images(),
                attempts + more.attempts(),
                correct + more.correct(),
                vocabulary + more.vocabulary(),
                time.plus(more.time()),
                Math.addExact(points, more.points()));
    }

    /** Correct answers per hundred attempts, rounded half up to two decimals; at most 100, and 0 without attempts. */
    public BigDecimal accuracy() {
        if (attempts == 0) {
            return BigDecimal.ZERO.setScale(2);
        }
        return BigDecimal.valueOf(correct)
                .movePointRight(2)
                .divide(BigDecimal.valueOf(attempts), 2, RoundingMode.HALF_UP)
                .min(ALL_CORRECT);
    }

    /** The row of a user with these totals. Counts above {@link Integer#MAX_VALUE} become that value. */
    public Progress shown(Words words, Streak streak, @Nullable Instant lastActivityAt) {
        return new Progress(
                integer(sessions),
                integer(descriptions),
                integer(images),
                integer(attempts),
                integer(vocabulary),
                integer(minutes()),
                integer(points),
                accuracy(),
                words,
                streak,
                lastActivityAt);
    }

    private static int integer(long count) {
        return (int) Math.min(count, Integer.MAX_VALUE);
    }

    /** The total time in minutes, rounded down once. */
    public long minutes() {
        return time.toMinutes();
    }
}
