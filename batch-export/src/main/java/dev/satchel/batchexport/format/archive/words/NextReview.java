package dev.satchel.batchexport.format.archive.words;

import dev.satchel.batchexport.format.value.RecordObjects.Day;
import dev.satchel.batchexport.format.value.RecordObjects.Moment;
import dev.satchel.record.RecordSink.NonFinite;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When a word is due, in a column with or without a time of day and a zone. */
public final class NextReview {

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendLiteral('T')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart()
            .appendOffsetId()
            .toFormatter(Locale.ROOT);

    private NextReview() {}

    /**
     * The value as a {@link Moment}, a {@link Day} or an infinity; null if it is none of them. A text is what a column
     * that is declared as a timestamp without a zone may hold: that, which counts as UTC, as it does for filters, a
     * moment, or a day.
     */
    public static @Nullable Object of(@Nullable Object value) {
        if (value instanceof String text) {
            if (text.equals("infinity")) {
                return NonFinite.INFINITY;
            }
            return text.equals("-infinity") ? NonFinite.NEGATIVE_INFINITY : moment(text);
        }
        boolean isDue = value instanceof Moment
                || value instanceof Day
                || value == NonFinite.INFINITY
                || value == NonFinite.NEGATIVE_INFINITY;
        return isDue ? value : null;
    }

    private static @Nullable Object moment(String text) {
        try {
            TemporalAccessor time = TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
            if (time instanceof LocalDate day) {
                return new Day(day.toEpochDay());
            }
            return new Moment(
                    time instanceof OffsetDateTime moment
                            ? moment.toEpochSecond()
                            : ((LocalDateTime) time).toEpochSecond(ZoneOffset.UTC),
                    0);
        } catch (DateTimeParseException noTime) {
            return null;
        }
    }

    /**
     * The day in a zone; infinity is the last or the first day that there is.
     *
     * @param due as {@link #of} gives it
     */
    public static Optional<LocalDate> day(@Nullable Object due, ZoneId zone) {
        if (due instanceof Moment moment) {
            return Optional.of(
                    Instant.ofEpochSecond(moment.epochSecond()).atZone(zone).toLocalDate());
        }
        if (due instanceof Day day) {
            return Optional.of(LocalDate.ofEpochDay(day.epochDay()));
        }
        if (due == NonFinite.INFINITY) {
            return Optional.of(LocalDate.MAX);
        }
        return due == NonFinite.NEGATIVE_INFINITY ? Optional.of(LocalDate.MIN) : Optional.empty();
    }
}
