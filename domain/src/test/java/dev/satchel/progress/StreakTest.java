package dev.satchel.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDate;
import java.time.Year;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreakTest {

    private static final LocalDate TODAY = LocalDate.parse("2024-03-01");

    private static Set<LocalDate> daysBefore(LocalDate today, int... back) {
        return Arrays.stream(back).mapToObj(today::minusDays).collect(Collectors.toSet());
    }

    // Counts every run from each of its days by itself, and walks the calendar as a person with a pencil would.
    private static Streak counted(Set<LocalDate> days, LocalDate today) {
        int longest = 0;
        for (LocalDate first : days) {
            int run = 0;
            for (LocalDate day = first; days.contains(day); day = next(day)) {
                run++;
            }
            longest = Math.max(longest, run);
        }
        LocalDate yesterday = previous(today);
        int current = 0;
        for (LocalDate day = days.contains(today) ? today : yesterday; days.contains(day); day = previous(day)) {
            current++;
        }
        return new Streak(current, longest);
    }

    private static LocalDate next(LocalDate day) {
        if (day.getDayOfMonth() < lengthOfMonth(day.getYear(), day.getMonthValue())) {
            return LocalDate.of(day.getYear(), day.getMonthValue(), day.getDayOfMonth() + 1);
        }
        return day.getMonthValue() < 12
                ? LocalDate.of(day.getYear(), day.getMonthValue() + 1, 1)
                : LocalDate.of(day.getYear() + 1, 1, 1);
    }

    private static LocalDate previous(LocalDate day) {
        if (day.getDayOfMonth() > 1) {
            return LocalDate.of(day.getYear(), day.getMonthValue(), day.getDayOfMonth() - 1);
        }
        int year = day.getMonthValue() > 1 ? day.getYear() : day.getYear() - 1;
        int month = day.getMonthValue() > 1 ? day.getMonthValue() - 1 : 12;
        return LocalDate.of(year, month, lengthOfMonth(year, month));
    }

    private static int lengthOfMonth(int year, int month) {
        return switch (month) {
            case 2 -> Year.isLeap(year) ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }

    @Test
    void countsConsecutiveDays() {
        Random random = new Random(20240229);
        // Around the ends of leap years, of others, and of a century without a leap day.
        List<LocalDate> ends = List.of(
                LocalDate.parse("2024-02-29"),
                LocalDate.parse("2023-02-28"),
                LocalDate.parse("2023-12-31"),
                LocalDate.parse("2000-02-29"),
                LocalDate.parse("2100-02-28"));
        Set<Streak> seen = new HashSet<>();

        for (int round = 0; round < 50_000; round++) {
            LocalDate middle = ends.get(random.nextInt(ends.size()));
            int likely = random.nextInt(1, 100);
            Set<LocalDate> days = new HashSet<>();
            IntStream.range(-20, 20)
                    .filter(offset -> random.nextInt(100) < likely)
                    .forEach(offset -> days.add(middle.plusDays(offset)));
            LocalDate today = middle.plusDays(random.nextInt(-25, 25));

            Streak streak = Streak.of(days, today);

            assertThat(streak).as("%s as of %s", new TreeSet<>(days), today).isEqualTo(counted(days, today));
            seen.add(streak);
        }
        assertThat(seen).as("different streaks").hasSizeGreaterThan(300);
    }

    @Test
    void isNoneWithoutDays() {
        assertThat(Streak.of(Set.of(), TODAY)).isEqualTo(Streak.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void livesOnUntilTheDayAfterItsLast(int back) {
        assertThat(Streak.of(daysBefore(TODAY, back, back + 1, back + 2), TODAY))
                .isEqualTo(new Streak(3, 3));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 1000})
    void isOverAfterThat(int back) {
        assertThat(Streak.of(daysBefore(TODAY, back, back + 1, back + 2), TODAY))
                .isEqualTo(new Streak(0, 3));
    }

    @Test
    void countsFutureDaysForTheLongestRunOnly() {
        assertThat(Streak.of(daysBefore(TODAY, 0, -1, -2, -3), TODAY)).isEqualTo(new Streak(1, 4));
        assertThat(Streak.of(daysBefore(TODAY, -1, -2), TODAY)).isEqualTo(new Streak(0, 2));
    }

    @Test
    void takesDaysInAnyOrderAndMoreThanOnce() {
        List<LocalDate> days = List.of(TODAY.minusDays(1), TODAY, TODAY.minusDays(1), TODAY.minusDays(2));
        Set<LocalDate> backwards = new TreeSet<>(Collections.reverseOrder());
        backwards.addAll(days);

        assertThat(Streak.of(days, TODAY)).isEqualTo(new Streak(3, 3));
        assertThat(Streak.of(backwards, TODAY)).isEqualTo(new Streak(3, 3));
    }

    @Test
    void remembersALongerOne() {
        Streak streak = new Streak(1, 3);

        assertThat(streak.remembering(2)).isEqualTo(streak);
        assertThat(streak.remembering(7)).isEqualTo(new Streak(1, 7));
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "1, 0", "0, -1"})
    void refusesImpossibleStreaks(int current, int longest) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Streak(current, longest))
                .withMessage("a streak must satisfy 0 <= current <= longest, was " + current + " and " + longest);
    }
}
