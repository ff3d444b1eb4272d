package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.format.value.RecordObjects.Moment;
import dev.satchel.record.Column;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What sessions add up to by day. As in the progress of a learner, a session counts when it has ended, on the day of its
 * end, and its time is 0 without a start ({@link dev.satchel.progress}). Days are those of the page's zone.
 */
final class SessionFigures {

    static final int WEEKS = 53;

    /**
     * Older days are not kept, so that their number has a limit. Only at the end it is known which days were requested.
     */
    private static final int MOST_YEARS = 120;

    private final ZoneId zone;
    private final LocalDate today;
    private final LocalDate oldest;
    private final int started;
    private final int ended;
    private final int attempts;
    private final int correct;
    private final Map<LocalDate, Day> days = new HashMap<>();
    private long open;
    private @Nullable LocalDate latest;

    /** What sessions of a day, or of several days, add up to. */
    static final class Day {

        long sessions;
        long seconds;
        long attempts;
        long correct;

        void add(Day other) {
            sessions += other.sessions;
            seconds += other.seconds;
            attempts += other.attempts;
            correct += other.correct;
        }

        long minutes() {
            return seconds / 60;
        }

        /** The share of correct answers; null without attempts. */
        @Nullable
        Double accuracy() {
            return attempts == 0 ? null : Math.min(1.0, (double) correct / attempts);
        }
    }

    private SessionFigures(List<Column> columns, ZoneId zone, LocalDate today) {
        this.zone = zone;
        this.today = today;
        this.oldest = today.minusYears(MOST_YEARS);
        this.started = View.index(columns, "started_at", Column.Type.INSTANT);
        this.ended = View.index(columns, "ended_at", Column.Type.INSTANT);
        this.attempts = View.index(columns, "qa_attempts", Column.Type.INTEGER);
        this.correct = View.index(columns, "qa_correct", Column.Type.INTEGER);
    }

    /** The figures of a dataset; null if it is not one of learning sessions. */
    static @Nullable SessionFigures of(String dataset, List<Column> columns, ZoneId zone, LocalDate today) {
        boolean isOne = dataset.equals("sessions")
                && View.index(columns, "started_at", Column.Type.INSTANT) >= 0
                && View.index(columns, "ended_at", Column.Type.INSTANT) >= 0;
        return isOne ? new SessionFigures(columns, zone, today) : null;
    }

    void add(List<@Nullable Object> values) {
        if (!(values.get(ended) instanceof Moment end)) {
            open++;
            return;
        }
        LocalDate date = Instant.ofEpochSecond(end.epochSecond()).atZone(zone).toLocalDate();
        if (date.isAfter(today)) {
            return;
        }
        if (latest == null || date.isAfter(latest)) {
            latest = date;
        }
        if (date.isBefore(oldest)) {
            return;
        }
        Day day = days.computeIfAbsent(date, each -> new Day());
        day.sessions++;
        day.seconds += seconds(values, end);
        day.attempts += number(values, attempts);
        day.correct += number(values, correct);
    }

    private long seconds(List<@Nullable Object> values, Moment end) {
        return values.get(started) instanceof Moment start ? bounded(end.epochSecond() - start.epochSecond()) : 0;
    }

    private static long number(List<@Nullable Object> values, int at) {
        return at >= 0 && values.get(at) instanceof Long number ? bounded(number) : 0;
    }

    /** Not negative, and small enough for a sum of all sessions. */
    private static long bounded(long number) {
        return Math.max(0, Math.min(number, Integer.MAX_VALUE));
    }

    LocalDate today() {
        return today;
    }

    /** How many sessions have not ended. */
    long open() {
        return open;
    }

    /** The last day with a session; null if none has ended. */
    @Nullable
    LocalDate latest() {
        return latest;
    }

    /** The weeks up to that day, which is in the last of them. */
    Year year(LocalDate last) {
        return new Year(last);
    }

    /** The days of {@value #WEEKS} weeks, the first of which is a Monday. */
    final class Year {

        private final LocalDate first;
        private final LocalDate last;

        private Year(LocalDate last) {
            this.first = last.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
                    .minusWeeks(WEEKS - 1L);
            this.last = last;
        }

        LocalDate first() {
            return first;
        }

        LocalDate last() {
            return last;
        }

        Day day(LocalDate date) {
            return date.isAfter(last) ? new Day() : days.getOrDefault(date, new Day());
        }

        /** The sum of the week that begins at that Monday. */
        Day week(LocalDate monday) {
            return sum(monday, monday.plusDays(6));
        }

        /** The sum of all days. */
        Day total() {
            return sum(first, last);
        }

        private Day sum(LocalDate from, LocalDate to) {
            Day sum = new Day();
            for (LocalDate date = from; !date.isAfter(to); date = date.plusDays(1)) {
                sum.add(day(date));
            }
            return sum;
        }

        /** On how many days there was a session. */
        long activeDays() {
            return first.datesUntil(last.plusDays(1))
                    .filter(date -> day(date).sessions > 0)
                    .count();
        }
    }
}
