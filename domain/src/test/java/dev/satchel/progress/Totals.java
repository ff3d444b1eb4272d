package dev.satchel.progress;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The exact sums of a user's contributions, from which everything that is rounded is computed.
 *
 * @param sessions how many contributions there are
 * @param attempts answers to questions, right and wrong
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

    /** The totals of a user who has ended no session yet. */
    public static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, Duration.ZERO, 0);

    private static final BigDecimal ALL_CORRECT = new BigDecimal("100.00");

    /** The totals with one contribution more. */
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

    /** Correct answers per hundred attempts, with two decimals, half up; at most 100, and 0 without attempts. */
    public BigDecimal accuracy() {
        if (attempts == 0) {
            return BigDecimal.ZERO.setScale(2);
        }
        return BigDecimal.valueOf(correct)
                .movePointRight(2)
                .divide(BigDecimal.valueOf(attempts), 2, RoundingMode.HALF_UP)
                .min(ALL_CORRECT);
    }

    /** What the row of a user with these totals holds; counts beyond an integer stop at its greatest. */
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

    /** The whole minutes of all time together. */
    public long minutes() {
        return time.toMinutes();
    }
}
