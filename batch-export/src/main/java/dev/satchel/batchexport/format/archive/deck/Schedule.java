package dev.satchel.batchexport.format.archive.deck;

import dev.satchel.batchexport.format.archive.words.Word;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * When Anki shows a card next, in the columns of its table. A word with a next review is a review card, because no other
 * kind of card has an interval in days and an ease; any other word is a new card.
 *
 * @param type the kind of card, which is also its queue: 0 for new, 2 for review
 * @param due of a review card, the day since the collection was created; of a new card, its position
 * @param interval days between this review and the one before; 0 of a new card
 * @param ease thousandths by which the interval grows; 0 of a new card
 * @param reviews how often the word was reviewed; 0 of a new card
 */
record Schedule(int type, long due, long interval, long ease, long reviews) {

    private static final int NEW = 0;
    private static final int REVIEW = 2;

    /** A hundred years, the longest interval that Anki allows by default. */
    private static final long LONGEST = 36_500;

    /** Anki's own, for a word whose ease is unknown. */
    private static final long USUAL_EASE = 2_500;

    private static final BigDecimal LOWEST_EASE = BigDecimal.valueOf(1_300);
    /** Anki holds it in 16 bits. */
    private static final BigDecimal HIGHEST_EASE = BigDecimal.valueOf(65_535);

    /**
     * @param created the day on which the collection was created
     * @param position where the word stands among all
     */
    static Schedule of(Word word, LocalDate created, ZoneId zone, long position) {
        return word.nextReviewIn(zone)
                .map(day -> new Schedule(
                        REVIEW,
                        within(ChronoUnit.DAYS.between(created, day), -LONGEST, LONGEST),
                        within(word.intervalDays(), 1, LONGEST),
                        ease(word),
                        within(word.reviews(), 0, Integer.MAX_VALUE)))
                // Anki takes a card with reviews for one that is no longer new.
                .orElseGet(() -> new Schedule(NEW, position, 0, 0, 0));
    }

    private static long within(@Nullable Long value, long lowest, long highest) {
        return value == null ? lowest : Math.max(lowest, Math.min(highest, value));
    }

    private static long ease(Word word) {
        return word.easeFactor()
                .map(factor -> factor.scaleByPowerOfTen(3)
                        .max(LOWEST_EASE)
                        .min(HIGHEST_EASE)
                        .setScale(0, RoundingMode.HALF_UP)
                        .longValue())
                .orElse(USUAL_EASE);
    }
}
