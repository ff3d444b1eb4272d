package dev.satchel.batchexport.report;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * The days of a report: the last of them is the one that {@code now} is in, and not over.
 *
 * <p>Where a day begins and how long it takes is decided here alone, by the rules of the zone, and not by the database.
 */
public record Period(Instant now, ZoneId zone, int days) {

    /** A year with a leap day. */
    public static final int MOST_DAYS = 366;

    private static final int DAYS_WITH_LABELS = 10;
    private static final int DAYS_WITH_WEEKS = 45;

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE d MMM uuuu", Locale.ENGLISH);
    private static final DateTimeFormatter SHORT = DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH);
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm", Locale.ENGLISH);
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm:ss", Locale.ENGLISH);

    public Period {
        if (days < 1 || days > MOST_DAYS) {
            throw new IllegalArgumentException("days must be a whole number from 1 to " + MOST_DAYS + ", was " + days);
        }
    }

    LocalDate first() {
        return last().minusDays(days - 1L);
    }

    LocalDate last() {
        return LocalDate.ofInstant(now, zone);
    }

    List<LocalDate> dates() {
        return LongStream.range(0, days).mapToObj(first()::plusDays).toList();
    }

    /** When each day began. */
    List<Instant> starts() {
        return dates().stream().map(date -> date.atStartOfDay(zone).toInstant()).toList();
    }

    Instant from() {
        return first().atStartOfDay(zone).toInstant();
    }

    /** Such as {@code Sun 29 Nov 2026}; of a day that is not over, it says so. */
    String name(LocalDate date) {
        return DATE.format(date) + (date.equals(last()) ? ", so far" : "");
    }

    /** What stands below a column; empty for most if there are many days. */
    String label(LocalDate date) {
        boolean isLabelled = days <= DAYS_WITH_LABELS
                || (days <= DAYS_WITH_WEEKS ? date.getDayOfWeek() == DayOfWeek.MONDAY : date.getDayOfMonth() == 1);
        return isLabelled ? SHORT.format(date) : "";
    }

    /** Such as {@code 29 Nov 2026, 10:15:00 UTC}. */
    String text(Instant moment) {
        return MOMENT.format(moment.truncatedTo(ChronoUnit.SECONDS).atZone(zone)) + " " + zone.getId();
    }

    /** Such as {@code 29 Nov 2026, 10:15}, in the zone of the report. */
    String minute(Instant moment) {
        return MINUTE.format(moment.atZone(zone));
    }

    /** Such as {@code 31 Oct to 29 Nov 2026}. */
    String text() {
        DateTimeFormatter whole = DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);
        if (days == 1) {
            return whole.format(last());
        }
        return (first().getYear() == last().getYear() ? SHORT : whole).format(first()) + " to " + whole.format(last());
    }

    /** Such as {@code these 30 days}. */
    String inWords() {
        return days == 1 ? "this day" : "these " + days + " days";
    }
}
