package dev.satchel.progress;

import dev.satchel.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one session that counts, by the rules that this package publishes, gives to its user's totals,
 * besides being one session. An oracle: the database has its own, and the contract tests hold the two together.
 *
 * @param attempts answers to questions, right and wrong
 * @param time from the session's start to its end
 */
record Contribution(int descriptions, int images, int attempts, int correct, int vocabulary, Duration time) {

    private static final long POINTS_PER_CORRECT_ANSWER = 10;
    private static final long POINTS_PER_OTHER_ATTEMPT = 5;
    private static final long POINTS_PER_VOCABULARY_ITEM = 10;
    private static final long POINTS_PER_DESCRIPTION = 2;

    public Contribution {
        if (Math.min(Math.min(descriptions, images), Math.min(Math.min(attempts, correct), vocabulary)) < 0) {
            throw new IllegalArgumentException("counts must not be negative, were " + descriptions + ", " + images
                    + ", " + attempts + ", " + correct + " and " + vocabulary);
        }
        if (time.isNegative()) {
            throw new IllegalArgumentException("time must not be negative, was " + time);
        }
    }

    /**
     * What a session gives as it is stored; empty when it does not count because it has no user or has not ended.
     *
     * @param startedAt null also for the infinities of the database
     * @param endedAt null also for the infinities of the database
     */
    public static Optional<Contribution> of(
            @Nullable UserId user,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable Integer descriptions,
            @Nullable Integer images,
            @Nullable Integer attempts,
            @Nullable Integer correct,
            @Nullable Integer vocabulary) {
        if (user == null || endedAt == null) {
            return Optional.empty();
        }
        return Optional.of(new Contribution(
                count(descriptions),
                count(images),
                count(attempts),
                count(correct),
                count(vocabulary),
                startedAt == null || startedAt.isAfter(endedAt)
                        ? Duration.ZERO
                        : Duration.between(startedAt, endedAt)));
    }

    private static int count(@Nullable Integer stored) {
        return stored == null ? 0 : Math.max(stored, 0);
    }

    /** What the session is worth. */
    public long points() {
        return POINTS_PER_CORRECT_ANSWER * correct
                + POINTS_PER_OTHER_ATTEMPT * Math.max(attempts - correct, 0)
                + POINTS_PER_VOCABULARY_ITEM * vocabulary
                + POINTS_PER_DESCRIPTION * descriptions;
    }
}
