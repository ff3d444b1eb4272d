package dev.satchel.batchexport.format.archive.words;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One word of the learner's, and how far the learner has come with it. What the record has no value for is {@code null};
 * the progress of a word that was never studied is {@code null} throughout.
 *
 * @param id what tells it from other words, the same in each export
 * @param text the word itself, never blank
 * @param nextReview when it is due, as {@link NextReview#of} gives it
 */
public record Word(
        String id,
        String text,
        @Nullable String translation,
        @Nullable String article,
        @Nullable String gender,
        @Nullable String partOfSpeech,
        @Nullable String example,
        @Nullable String exampleTranslation,
        @Nullable String pronunciation,
        @Nullable String list,
        @Nullable String phase,
        @Nullable Object nextReview,
        @Nullable Long reviews,
        @Nullable Long correct,
        @Nullable Object ease,
        @Nullable Long intervalDays) {

    /** The day on which it is due in a zone; infinity is the last or the first day that there is. */
    public Optional<LocalDate> nextReviewIn(ZoneId zone) {
        return NextReview.day(nextReview, zone);
    }

    /** How much the interval grows with each review; empty where that is unknown or no number. */
    public Optional<BigDecimal> easeFactor() {
        if (ease instanceof BigDecimal decimal) {
            return Optional.of(decimal);
        }
        return ease instanceof Long integer ? Optional.of(BigDecimal.valueOf(integer)) : Optional.empty();
    }
}
