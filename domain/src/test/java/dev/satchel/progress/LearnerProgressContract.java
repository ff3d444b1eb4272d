package dev.satchel.progress;

import dev.satchel.UserId;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;

/**
 * The set-up that the contracts of {@link LearnerProgress} share. Every implementation passes {@link TotalsContract} and
 * {@link ActivityContract}.
 */
public abstract class LearnerProgressContract {

    static final Instant NOON = Instant.parse("2024-05-15T12:00:00Z");
    static final int MOST = Integer.MAX_VALUE;
    ProgressUnderTest world;
    LearnerProgress progress;
    UserId user;

    /** Progress without users. */
    protected abstract ProgressUnderTest emptyProgress();

    @BeforeEach
    void begin() {
        world = emptyProgress();
        progress = world.progress();
        user = world.addUser();
    }

    UUID inserted(LearningSession session) {
        UUID id = UUID.randomUUID();
        world.insert(id, session);
        return id;
    }

    Progress found() {
        return found(user);
    }

    Progress found(UserId who) {
        return progress.find(who).orElseThrow();
    }

    static Instant at(String moment) {
        return Instant.parse(moment);
    }

    static LocalDate day(String day) {
        return LocalDate.parse(day);
    }

    // Which points a session is worth stands in one place of the tests, beside satchel.points() itself.
    static int points(int descriptions, int attempts, int correct, int vocabulary) {
        return Math.toIntExact(
                new Contribution(descriptions, 0, attempts, correct, vocabulary, Duration.ZERO).points());
    }

    static Progress zeros() {
        return new Progress(0, 0, 0, 0, 0, 0, 0, BigDecimal.ZERO, Words.NONE, Streak.NONE, null);
    }
}
