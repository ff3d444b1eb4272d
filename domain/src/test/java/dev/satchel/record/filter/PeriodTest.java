package dev.satchel.record.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeriodTest {

    private static Period day(String day, String zone) {
        return new Period(LocalDate.parse(day), LocalDate.parse(day), ZoneId.of(zone));
    }

    @Test
    void includesTheWholeLastDay() {
        Period january = new Period(LocalDate.parse("2026-01-01"), LocalDate.parse("2026-01-31"), ZoneId.of("Z"));

        assertThat(january.start()).contains(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(january.end()).contains(Instant.parse("2026-02-01T00:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-28, Europe/Madrid, 24",
        "2026-03-29, Europe/Madrid, 23",
        "2026-10-25, Europe/Madrid, 25",
        "2026-11-01, America/Los_Angeles, 25",
        "2026-03-08, America/Los_Angeles, 23",
        // Clocks jump at midnight, so this day begins at one o'clock.
        "2018-11-04, America/Sao_Paulo, 23",
        // The day that Samoa left out.
        "2011-12-30, Pacific/Apia, 0",
        "2026-01-01, Asia/Kathmandu, 24"
    })
    void lastsAsLongAsTheDayDoesInItsZone(String day, String zone, int hours) {
        Period period = day(day, zone);

        assertThat(Duration.between(period.start().orElseThrow(), period.end().orElseThrow()))
                .isEqualTo(Duration.ofHours(hours));
    }

    @Test
    void startsWhenTheDayDoesInItsZone() {
        assertThat(day("2026-01-01", "Asia/Kathmandu").start()).contains(Instant.parse("2025-12-31T18:15:00Z"));
        assertThat(day("2018-11-04", "America/Sao_Paulo").start()).contains(Instant.parse("2018-11-04T03:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource({"2026-03-28, Europe/Madrid", "2026-10-25, Europe/Madrid", "2018-11-03, America/Sao_Paulo"})
    void sharesNothingWithTheNextDay(String day, String zone) {
        Period next = day(LocalDate.parse(day).plusDays(1).toString(), zone);

        assertThat(day(day, zone).end()).isEqualTo(next.start());
    }

    @Test
    void mayBeOpenOnOneSide() {
        LocalDate day = LocalDate.parse("2026-01-01");

        assertThat(new Period(day, null, ZoneId.of("Z")).end()).isEmpty();
        assertThat(new Period(null, day, ZoneId.of("Z")).start()).isEmpty();
    }

    @Test
    void refusesToBeOpenOnBothSides() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Period(null, null, ZoneId.of("Z")))
                .withMessage("a period needs a first day (from), a last day (to), or both");
    }

    @Test
    void refusesToEndBeforeItBegins() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new Period(LocalDate.parse("2026-01-02"), LocalDate.parse("2026-01-01"), ZoneId.of("Z")))
                .withMessage("the last day (to) 2026-01-01 is before the first (from) 2026-01-02");
    }

    @ParameterizedTest
    @CsvSource({"0001-01-01", "9999-12-31"})
    void acceptsTheFirstAndTheLastYear(String day) {
        assertThat(day(day, "Pacific/Kiritimati").end()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({"0000-12-31, 0000-12-31", "+10000-01-01, +10000-01-01"})
    void refusesYearsBeyondThem(String day, String shown) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> day(day, "Z"))
                .withMessage("'" + shown + "' is out of range for 'from': expected a year from 1 to 9999");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Etc/UTC", "Z", "GMT", "Etc/GMT0", "Zulu"})
    void knowsUtcUnderOneName(String name) {
        assertThat(day("2026-01-01", name).zone()).isEqualTo(ZoneOffset.UTC);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+02:00", "UTC+02:00", "GMT-03:30"})
    void refusesAZoneThatHasNoName(String zone) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> day("2026-01-01", zone))
                .withMessage("'" + zone + "' is not a time zone: expected an IANA name such as Europe/Madrid, or UTC");
    }
}
