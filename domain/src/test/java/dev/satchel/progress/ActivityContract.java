package dev.satchel.progress;

import static dev.satchel.progress.LearningSession.ended;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How every {@link LearnerProgress} assigns sessions to days, and counts streaks. */
public abstract class ActivityContract extends LearnerProgressContract {

    @Nested
    class OfDays {

        private void activeAtNoonOn(String... days) {
            for (String day : days) {
                inserted(ended(user, day + "T12:00:00Z"));
            }
        }

        @ParameterizedTest
        @CsvSource({
            "2024-05-12T23:59:59.999999999Z, 0",
            "2024-05-13T00:00:00Z, 1",
            "2024-05-14T00:00:00Z, 2",
            "2024-05-15T00:00:00Z, 3",
            "2024-05-16T23:59:59.999999999Z, 3",
            "2024-05-17T00:00:00Z, 0",
            "2024-05-18T23:59:59.999999999Z, 0",
            "2024-05-19T00:00:00Z, 1",
            "2024-05-20T23:59:59.999999999Z, 1",
            "2024-05-21T00:00:00Z, 0"
        })
        void theCurrentStreakIsThatOfTheGivenMoment(Instant moment, int current) {
            activeAtNoonOn("2024-05-19", "2024-05-15", "2024-05-13", "2024-05-14", "2024-05-14");

            assertThat(progress.streak(user, moment)).isEqualTo(new Streak(current, 3));
        }

        @ParameterizedTest
        @CsvSource({
            "UTC, 2024-05-10T12:00:00Z, 2024-05-12T00:00:00Z",
            "Europe/Madrid, 2024-05-10T12:00:00Z, 2024-05-11T22:00:00Z",
            "Asia/Kathmandu, 2024-05-10T12:00:00Z, 2024-05-11T18:15:00Z",
            "Pacific/Kiritimati, 2024-05-10T12:00:00Z, 2024-05-12T10:00:00Z",
            "Pacific/Pago_Pago, 2024-05-10T12:00:00Z, 2024-05-12T11:00:00Z",
            "America/Los_Angeles, 2024-05-10T12:00:00Z, 2024-05-12T07:00:00Z",
            // Clocks were changed on the day, on the one after, and at the very midnight.
            "Europe/Madrid, 2024-03-31T12:00:00Z, 2024-04-01T22:00:00Z",
            "Europe/Madrid, 2024-10-26T12:00:00Z, 2024-10-27T23:00:00Z",
            "America/Los_Angeles, 2024-03-09T20:00:00Z, 2024-03-11T07:00:00Z",
            "Australia/Lord_Howe, 2024-04-06T02:00:00Z, 2024-04-07T13:30:00Z",
            "America/Sao_Paulo, 2018-11-02T15:00:00Z, 2018-11-04T03:00:00Z",
            "America/Havana, 2024-11-02T15:00:00Z, 2024-11-04T05:00:00Z",
            // A leap day, and the year that has none.
            "UTC, 2024-02-28T12:00:00Z, 2024-03-01T00:00:00Z",
            "UTC, 2023-02-27T12:00:00Z, 2023-03-01T00:00:00Z",
            // Samoa left out 30 December 2011: of two days' grace the second was never there.
            "Pacific/Apia, 2011-12-28T22:00:00Z, 2011-12-30T10:00:00Z",
            "Pacific/Apia, 2011-12-29T12:00:00Z, 2011-12-30T10:00:00Z",
            "Pacific/Apia, 2011-12-30T12:00:00Z, 2012-01-01T10:00:00Z"
        })
        void theCurrentStreakEndsAtLocalMidnight(String zone, Instant active, Instant end) {
            world.setZone(user, at("1990-01-01T00:00:00Z"), ZoneId.of(zone));
            inserted(ended(user, active));

            assertThat(progress.streak(user, end.minusNanos(1))).isEqualTo(new Streak(1, 1));
            assertThat(progress.streak(user, end)).isEqualTo(new Streak(0, 1));
        }

        @ParameterizedTest
        @CsvSource({
            "America/Los_Angeles, 2024-03-09T08:00:00Z, 2024-03-10T07:59:59Z, 1",
            "America/Los_Angeles, 2024-03-10T07:59:59Z, 2024-03-10T08:00:00Z, 2",
            // A day of 23 hours and one of 25.
            "America/Los_Angeles, 2024-03-10T08:00:00Z, 2024-03-11T06:59:59Z, 1",
            "America/Los_Angeles, 2024-03-10T08:00:00Z, 2024-03-11T07:00:00Z, 2",
            "America/Los_Angeles, 2024-11-03T07:00:00Z, 2024-11-04T07:59:59Z, 1",
            "America/Los_Angeles, 2024-11-03T07:00:00Z, 2024-11-04T08:00:00Z, 2",
            "UTC, 2024-02-28T12:00:00Z, 2024-02-29T12:00:00Z, 2",
            "UTC, 2024-02-28T12:00:00Z, 2024-03-01T12:00:00Z, 1",
            "UTC, 2023-02-28T12:00:00Z, 2023-03-01T12:00:00Z, 2",
            "UTC, 2023-12-31T12:00:00Z, 2024-01-01T12:00:00Z, 2",
            // The 29th and the 31st: the dates are not consecutive.
            "Pacific/Apia, 2011-12-30T09:59:59Z, 2011-12-30T10:00:00Z, 1",
            "Pacific/Apia, 2011-12-31T09:59:59Z, 2011-12-31T10:00:00Z, 2"
        })
        void twoSessionsAreOneRunWhenTheirLocalDaysAdjoin(String zone, Instant one, Instant other, int longest) {
            world.setZone(user, at("1990-01-01T00:00:00Z"), ZoneId.of(zone));

            inserted(ended(user, one));
            inserted(ended(user, other));

            assertThat(progress.streak(user, other).longest()).isEqualTo(longest);
            assertThat(found().streak()).isEqualTo(new Streak(0, longest));
        }

        @Test
        void futureDaysCountForTheLongestStreakOnly() {
            Instant now = world.now();
            inserted(ended(user, now));
            inserted(ended(user, now.plus(1, ChronoUnit.DAYS)));
            inserted(ended(user, now.plus(2, ChronoUnit.DAYS)));

            assertThat(progress.streak(user, now)).isEqualTo(new Streak(1, 3));
            assertThat(found().streak()).isEqualTo(new Streak(1, 3));
        }

        @Test
        void aRunInTheFutureIsNotTheCurrentStreak() {
            Instant now = world.now();
            inserted(ended(user, now.plus(2, ChronoUnit.DAYS)));

            assertThat(progress.streak(user, now)).isEqualTo(new Streak(0, 1));
            assertThat(found().streak()).isEqualTo(new Streak(0, 1));
        }

        @Test
        void aChangeOfZoneKeepsPastDays() {
            inserted(ended(user, "2024-05-13T23:30:00Z"));
            world.setZone(user, at("2024-05-01T00:00:00Z"), ZoneId.of("Asia/Tokyo"));

            inserted(ended(user, "2024-05-14T23:30:00Z"));

            // Until the change the day was the one of UTC; after it, Tokyo had the 15th already.
            assertThat(progress.activity(user, at("2024-05-15T00:00:00Z")))
                    .isEqualTo(new Activity(
                            day("2024-05-15"), new TreeMap<>(Map.of(day("2024-05-13"), 1L, day("2024-05-15"), 1L))));
            assertThat(progress.streak(user, at("2024-05-15T00:00:00Z"))).isEqualTo(new Streak(1, 1));
        }

        @Test
        void countsEachDayInTheZoneOfThatMoment() {
            world.setZone(user, at("2024-05-10T00:00:00Z"), ZoneId.of("Asia/Tokyo"));
            world.setZone(user, at("2024-05-12T00:00:00Z"), ZoneId.of("America/Los_Angeles"));

            inserted(ended(user, "2024-05-09T23:59:59Z"));
            inserted(ended(user, "2024-05-10T23:00:00Z"));
            inserted(ended(user, "2024-05-11T23:59:59Z"));
            inserted(ended(user, "2024-05-12T00:00:00Z"));

            assertThat(progress.activity(user, at("2024-05-12T00:00:00Z")))
                    .isEqualTo(new Activity(
                            day("2024-05-11"), new TreeMap<>(Map.of(day("2024-05-09"), 1L, day("2024-05-11"), 2L))));
            assertThat(progress.activity(user, at("2024-05-11T23:59:59Z")))
                    .isEqualTo(new Activity(
                            day("2024-05-12"),
                            new TreeMap<>(
                                    Map.of(day("2024-05-09"), 1L, day("2024-05-11"), 2L, day("2024-05-12"), 1L))));
        }

        @Test
        void aDayStaysUntilTheEndOrTheUserChanges() {
            LearningSession evening = ended(user, "2024-05-13T23:30:00Z");
            UUID id = inserted(evening);
            world.setZone(user, at("2024-05-01T00:00:00Z"), ZoneId.of("Asia/Tokyo"));

            world.update(id, evening.counting(1, 1, 1, 1, 1));
            assertThat(progress.activity(user, NOON).sessions()).containsOnlyKeys(day("2024-05-13"));

            world.delete(id);
            world.insert(id, evening);
            assertThat(progress.activity(user, NOON).sessions()).containsOnlyKeys(day("2024-05-13"));

            world.update(id, ended(user, "2024-05-13T23:31:00Z"));
            assertThat(progress.activity(user, NOON).sessions()).containsOnlyKeys(day("2024-05-14"));

            UserId other = world.addUser();
            world.update(id, ended(other, "2024-05-13T23:31:00Z"));
            assertThat(progress.activity(other, NOON).sessions()).containsOnlyKeys(day("2024-05-13"));
        }
    }

    @Nested
    class OfAYear {

        @Test
        void countsTheSessionsOfEachDay() {
            inserted(ended(user, "2024-05-15T00:00:00Z"));
            inserted(ended(user, "2024-05-15T23:59:59Z"));
            UUID deleted = inserted(ended(user, "2024-05-13T12:00:00Z"));
            world.delete(deleted);
            inserted(ended(user, "2024-05-12T12:00:00Z").open());

            Activity activity = progress.activity(user, NOON);

            assertThat(activity)
                    .isEqualTo(new Activity(
                            day("2024-05-15"), new TreeMap<>(Map.of(day("2024-05-13"), 1L, day("2024-05-15"), 2L))));
        }

        @ParameterizedTest
        @CsvSource({
            "2024-05-15T23:59:59Z, 2023-05-17",
            "2023-05-15T00:00:00Z, 2022-05-16",
            "2025-02-28T12:00:00Z, 2024-03-01",
            "2024-02-29T12:00:00Z, 2023-03-02"
        })
        void looksBack365DaysAndNotAhead(Instant moment, LocalDate first) {
            LocalDate today = day(moment.toString().substring(0, 10));
            for (LocalDate day : List.of(first.minusDays(1), first, today, today.plusDays(1))) {
                inserted(ended(user, day + "T12:00:00Z"));
            }

            assertThat(progress.activity(user, moment))
                    .isEqualTo(new Activity(today, new TreeMap<>(Map.of(first, 1L, today, 1L))));
        }
    }
}
