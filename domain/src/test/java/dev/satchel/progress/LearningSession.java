package dev.satchel.progress;

import dev.satchel.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A session as the application stores it, in which everything may be missing. */
public record LearningSession(
        @Nullable UserId user,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable Integer descriptions,
        @Nullable Integer images,
        @Nullable Integer attempts,
        @Nullable Integer correct,
        @Nullable Integer vocabulary) {

    /** A session of ten minutes in which nothing was counted. */
    public static LearningSession ended(UserId user, Instant endedAt) {
        return new LearningSession(user, endedAt.minus(Duration.ofMinutes(10)), endedAt, 0, 0, 0, 0, 0);
    }

    public static LearningSession ended(UserId user, String endedAt) {
        return ended(user, Instant.parse(endedAt));
    }

    LearningSession by(@Nullable UserId other) {
        return new LearningSession(other, startedAt, endedAt, descriptions, images, attempts, correct, vocabulary);
    }

    LearningSession lasting(@Nullable Instant from, @Nullable Instant to) {
        return new LearningSession(user, from, to, descriptions, images, attempts, correct, vocabulary);
    }

    /** The same session, not ended yet. */
    LearningSession open() {
        return lasting(startedAt, null);
    }

    LearningSession counting(
            @Nullable Integer describing,
            @Nullable Integer seeing,
            @Nullable Integer answering,
            @Nullable Integer right,
            @Nullable Integer learning) {
        return new LearningSession(user, startedAt, endedAt, describing, seeing, answering, right, learning);
    }

    Optional<Contribution> contribution() {
        return Contribution.of(user, startedAt, endedAt, descriptions, images, attempts, correct, vocabulary);
    }
}
