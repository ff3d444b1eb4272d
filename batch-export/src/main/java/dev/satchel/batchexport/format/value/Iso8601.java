package dev.satchel.batchexport.format.value;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;

/**
 * The text of dates and times in files: ISO 8601 in UTC. Times always have six decimals of a second, the precision of
 * PostgreSQL. Years after 9999 have the sign {@code +}, years before 0 the sign {@code -}.
 */
public final class Iso8601 {

    private static final DateTimeFormatter MOMENT = new DateTimeFormatterBuilder()
            .appendValue(ChronoField.YEAR, 4, 10, SignStyle.EXCEEDS_PAD)
            .appendPattern("-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
            .toFormatter(Locale.ROOT);

    private Iso8601() {}

    public static String moment(long epochSecond, int microOfSecond) {
        return LocalDateTime.ofEpochSecond(epochSecond, microOfSecond * 1_000, ZoneOffset.UTC)
                .format(MOMENT);
    }

    public static String moment(Instant instant) {
        return LocalDateTime.ofInstant(instant, ZoneOffset.UTC).format(MOMENT);
    }

    public static String day(long epochDay) {
        return LocalDate.ofEpochDay(epochDay).toString();
    }
}
