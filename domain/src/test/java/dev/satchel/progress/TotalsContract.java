package dev.satchel.progress;

import static dev.satchel.progress.LearningSession.ended;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.record.filter.Phase;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How every {@link LearnerProgress} adds up sessions and counts words. */
public abstract class TotalsContract extends LearnerProgressContract {

    @Nested
    class OfAUser {

        @Test
        void isEmptyForAnUnknownUser() {
            UserId stranger = new UserId(UUID.randomUUID());

            assertThat(progress.find(stranger)).isEmpty();
            assertThat(progress.streak(stranger, NOON)).isEqualTo(Streak.NONE);
            assertThat(progress.activity(stranger, NOON)).isEqualTo(new Activity(day("2024-05-15"), new TreeMap<>()));
        }

        @Test
        void beginsWithZeros() {
            assertThat(progress.find(user)).contains(zeros());
            assertThat(found().lastActivity()).isEmpty();
        }

        @Test
        void isTheirOwn() {
            UserId other = world.addUser();
            inserted(ended(other, NOON).counting(1, 1, 1, 1, 1));

            assertThat(found()).isEqualTo(zeros());
            assertThat(progress.streak(user, NOON)).isEqualTo(Streak.NONE);
            assertThat(progress.activity(user, NOON).sessions()).isEmpty();
        }

        @Test
        void goesWithTheAccount() {
            inserted(ended(user, NOON).counting(1, 1, 1, 1, 1));
            world.setWords(user, List.of(Phase.NEW));
            world.setZone(user, at("2020-01-01T00:00:00Z"), ZoneId.of("Asia/Tokyo"));

            world.deleteUser(user);

            assertThat(progress.find(user)).isEmpty();
            assertThat(progress.streak(user, NOON)).isEqualTo(Streak.NONE);
            assertThat(progress.activity(user, at("2024-05-15T23:00:00Z")))
                    .isEqualTo(new Activity(day("2024-05-15"), new TreeMap<>()));
        }
    }

    @Nested
    class Totalled {

        @Test
        void countsEverythingAboutAnEndedSession() {
            Instant end = world.now().truncatedTo(ChronoUnit.MICROS);

            inserted(ended(user, end).counting(3, 4, 9, 6, 5));

            assertThat(found())
                    .isEqualTo(new Progress(
                            1,
                            3,
                            4,
                            9,
                            5,
                            10,
                            points(3, 9, 6, 5),
                            new BigDecimal("66.67"),
                            Words.NONE,
                            new Streak(1, 1),
                            end));
            assertThat(found().lastActivity()).contains(end);
        }

        @Test
        void leavesOutWhatHasNotEndedOrHasNoUser() {
            inserted(ended(user, NOON).counting(1, 1, 1, 1, 1).open());
            inserted(ended(user, NOON).counting(1, 1, 1, 1, 1).by(null));

            assertThat(found()).isEqualTo(zeros());
        }

        @Test
        void countsMissingAndNegativeCountersAsZero() {
            inserted(ended(user, NOON).counting(null, null, null, null, null));
            inserted(ended(user, NOON).counting(-1, -1, -1, -1, -1));
            inserted(ended(user, NOON).counting(1, 1, 2, 1, 1));

            assertThat(found())
                    .isEqualTo(new Progress(
                            3, 1, 1, 2, 1, 30, 27, new BigDecimal("50.00"), Words.NONE, new Streak(0, 1), NOON));
        }

        @Test
        void countsMissingAndNegativeTimeAsZero() {
            inserted(ended(user, NOON).lasting(null, NOON));
            inserted(ended(user, NOON).lasting(NOON.plusSeconds(600), NOON));
            assertThat(found().minutes()).isZero();

            inserted(ended(user, NOON).lasting(NOON.minusSeconds(60), NOON));

            assertThat(found().minutes()).isEqualTo(1);
        }

        @Test
        void roundsMinutesOnceAndDown() {
            for (int session = 0; session < 3; session++) {
                inserted(ended(user, NOON).lasting(NOON.minus(Duration.ofNanos(39_999_999_000L)), NOON));
            }
            assertThat(found().minutes()).isEqualTo(1);

            inserted(ended(user, NOON).lasting(NOON.minus(Duration.ofNanos(3_000)), NOON));

            assertThat(found().minutes()).isEqualTo(2);
        }

        @ParameterizedTest
        @CsvSource({
            "0, 0, 0.00",
            "0, 5, 0.00",
            "1, 0, 0.00",
            "7, 0, 0.00",
            "1, 1, 100.00",
            "3, 1, 33.33",
            "3, 2, 66.67",
            // Halves of a hundredth go up, also where the even neighbour is below.
            "32, 1, 3.13",
            "800, 1, 0.13",
            "800, 3, 0.38",
            "3, 5, 100.00",
            "2147483647, 2147483646, 100.00",
            "2147483647, 1, 0.00"
        })
        void roundsAccuracyHalfUp(int attempts, int correct, BigDecimal accuracy) {
            inserted(ended(user, NOON).counting(0, 0, attempts, correct, 0));

            assertThat(found().accuracy()).isEqualTo(accuracy);
        }

        @Test
        void computesAccuracyFromTheSums() {
            inserted(ended(user, NOON).counting(0, 0, 1, 1, 0));
            inserted(ended(user, NOON).counting(0, 0, 99, 0, 0));

            assertThat(found().accuracy()).isEqualTo(new BigDecimal("1.00"));
        }

        @Test
        void givesNoPointsForAttemptsThatWereNotMade() {
            inserted(ended(user, NOON).counting(0, 0, 3, 5, 0));

            assertThat(found().points()).isEqualTo(points(0, 3, 5, 0)).isEqualTo(points(0, 5, 5, 0));
        }

        @Test
        void stopsAtTheGreatestInteger() {
            UUID first = inserted(ended(user, NOON).counting(MOST, MOST, MOST, MOST, MOST));
            inserted(ended(user, NOON).counting(1, 1, 2, 1, 1));

            assertThat(found())
                    .isEqualTo(new Progress(
                            2,
                            MOST,
                            MOST,
                            MOST,
                            MOST,
                            20,
                            MOST,
                            new BigDecimal("100.00"),
                            Words.NONE,
                            new Streak(0, 1),
                            NOON));

            world.update(first, ended(user, NOON));
            assertThat(found())
                    .isEqualTo(new Progress(
                            2,
                            1,
                            1,
                            2,
                            1,
                            20,
                            points(1, 2, 1, 1),
                            new BigDecimal("50.00"),
                            Words.NONE,
                            new Streak(0, 1),
                            NOON));
        }
    }

    @Nested
    class ForLife {

        private LearningSession rich;
        private LearningSession poor;

        @BeforeEach
        void begin() {
            rich = ended(user, NOON).counting(1, 2, 3, 2, 4);
            poor = ended(user, NOON).counting(0, 1, null, null, 0);
        }

        private Progress totals(LearningSession session) {
            return Totals.NONE
                    .plus(session.contribution().orElseThrow())
                    .shown(Words.NONE, new Streak(0, 1), session.endedAt());
        }

        @Test
        void endingAgainCountsOnce() {
            UUID id = inserted(rich.open());

            for (int time = 0; time < 5; time++) {
                world.update(id, rich);
            }

            assertThat(found()).isEqualTo(totals(rich));
        }

        @Test
        void aCorrectionLeavesTheLatestContribution() {
            UUID id = inserted(rich);

            world.update(id, poor);

            assertThat(found()).isEqualTo(totals(poor));
        }

        @Test
        void reopeningTakesTheContributionBackUntilTheNextEnd() {
            UUID id = inserted(rich);

            world.update(id, rich.open());
            assertThat(found()).isEqualTo(Totals.NONE.shown(Words.NONE, new Streak(0, 1), NOON));

            world.update(id, poor);
            assertThat(found()).isEqualTo(totals(poor));
        }

        @Test
        void movingTakesTheContributionAlong() {
            UserId other = world.addUser();
            UUID id = inserted(rich);

            world.update(id, rich.by(other));

            assertThat(found()).isEqualTo(Totals.NONE.shown(Words.NONE, new Streak(0, 1), NOON));
            assertThat(found(other)).isEqualTo(totals(rich));
            assertThat(progress.activity(user, NOON).sessions()).isEmpty();
            assertThat(progress.activity(other, NOON).on(day("2024-05-15"))).isEqualTo(1);
        }

        @Test
        void losingItsUserTakesTheContributionBack() {
            UUID id = inserted(rich);

            world.update(id, rich.by(null));

            assertThat(found()).isEqualTo(Totals.NONE.shown(Words.NONE, new Streak(0, 1), NOON));
        }

        @Test
        void deletingTakesNothingBackAndRestoringCountsOnce() {
            UUID id = inserted(rich);

            world.delete(id);
            assertThat(found()).isEqualTo(totals(rich));

            world.insert(id, rich);
            assertThat(found()).isEqualTo(totals(rich));

            world.delete(id);
            world.insert(id, poor);
            assertThat(found()).isEqualTo(totals(poor));
        }

        @Test
        void deletingAnOpenSessionChangesNothing() {
            inserted(rich);
            UUID open = inserted(rich.open());

            world.delete(open);

            assertThat(found()).isEqualTo(totals(rich));
        }

        @Test
        void lastActivityNeverGoesBack() {
            UserId other = world.addUser();
            UUID id = inserted(rich);

            inserted(ended(user, NOON.minusSeconds(1)));
            assertThat(found().lastActivity()).contains(NOON);

            world.update(id, ended(user, NOON.minusSeconds(2)));
            assertThat(found().lastActivity()).contains(NOON);

            world.update(id, ended(other, NOON.plusSeconds(1)));
            assertThat(found().lastActivity()).contains(NOON);
            assertThat(found(other).lastActivity()).contains(NOON.plusSeconds(1));
        }

        @Test
        void theLongestStreakNeverShrinks() {
            inserted(ended(user, "2024-05-13T12:00:00Z"));
            UUID middle = inserted(ended(user, "2024-05-14T12:00:00Z"));
            inserted(ended(user, "2024-05-15T12:00:00Z"));

            world.update(middle, ended(user, "2024-05-14T12:00:00Z").open());

            assertThat(found().streak()).isEqualTo(new Streak(0, 3));
            assertThat(progress.streak(user, NOON)).isEqualTo(new Streak(1, 3));
        }
    }

    @Nested
    class OfWords {

        @Test
        void countsTheWordsByPhase() {
            world.setWords(
                    user,
                    List.of(
                            Phase.NEW,
                            Phase.LEARNING,
                            Phase.REVIEW,
                            Phase.MASTERED,
                            Phase.NEW,
                            Phase.REVIEW,
                            Phase.NEW,
                            Phase.NEW));

            assertThat(found().words()).isEqualTo(new Words(1, 3, 4));
        }

        @Test
        void followsTheWordsAsTheyAreNow() {
            inserted(ended(user, NOON));
            world.setWords(user, List.of(Phase.MASTERED, Phase.MASTERED));

            world.setWords(user, List.of(Phase.REVIEW));
            assertThat(found().words()).isEqualTo(new Words(0, 1, 0));

            world.setWords(user, List.of());
            assertThat(found().words()).isEqualTo(Words.NONE);
            assertThat(found().sessions()).isEqualTo(1);
        }
    }
}
