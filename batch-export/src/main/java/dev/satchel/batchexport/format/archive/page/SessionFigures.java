package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.format.value.RecordObjects.Moment;
import dev.satchel.record.Column;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What sessions add up to by day, in a year that ends today. As in the progress of a learner, a session counts when it
 * has ended, on the day of its end ({@link dev.satchel.progress}).
 */
final class SessionFigures {

    static final int WEEKS = 53;

    private final ZoneId zone;
    private final LocalDate today;
    private final LocalDate first;
    private final int started;
    private final int ended;
    private final int minutes;
    private final int attempts;
    private final int correct;
    private final Day[] days = new Day[WEEKS * 7];
    private long counted;
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
        this.first =
                today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).minusWeeks(WEEKS - 1L);
        this.started = View.index(columns, "started_at", Column.Type.INSTANT);
        this.ended = View.index(columns, "ended_at", Column.Type.INSTANT);
        this.minutes = View.index(columns, "duration_minutes", Column.Type.INTEGER);
        this.attempts = View.index(columns, "qa_attempts", Column.Type.INTEGER);
        this.correct = View.index(columns, "qa_correct", Column.Type.INTEGER);
        for (int day = 0; day < days.length; day++) {
            days[day] = new Day();
        }
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
        counted++;
        LocalDate date = Instant.ofEpochSecond(end.epochSecond()).atZone(zone).toLocalDate();
        if (date.isAfter(today)) {
            return;
        }
        if (latest == null || date.isAfter(latest)) {
            latest = date;
        }
        if (date.isBefore(first)) {
            return;
        }
        Day day = days[(int) (date.toEpochDay() - first.toEpochDay())];
        day.sessions++;
        day.seconds += seconds(values, end);
        day.attempts += number(values, attempts);
        day.correct += number(values, correct);
    }

    private long seconds(List<@Nullable Object> values, Moment end) {
        return values.get(started) instanceof Moment start
                ? bounded(end.epochSecond() - start.epochSecond())
                : 60 * number(values, minutes);
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

    LocalDate first() {
        return first;
    }

    /** How many sessions have ended. */
    long counted() {
        return counted;
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

    Day day(LocalDate date) {
        return days[(int) (date.toEpochDay() - first.toEpochDay())];
    }

    /** The sum of the week that begins at that Monday. */
    Day week(LocalDate monday) {
        Day week = new Day();
        for (LocalDate date = monday; date.isBefore(monday.plusWeeks(1)); date = date.plusDays(1)) {
            week.add(day(date));
        }
        return week;
    }

    /** The sum of all days of the year. */
    Day year() {
        Day year = new Day();
        for (Day day : days) {
            year.add(day);
        }
        return year;
    }

    /** On how many days of the year there was a session. */
    long activeDays() {
        return Arrays.stream(days).filter(day -> day.sessions > 0).count();
    }
}
