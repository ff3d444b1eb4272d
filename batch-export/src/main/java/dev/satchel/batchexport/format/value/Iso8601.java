package dev.satchel.batchexport.format.value;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Instant;
import java.time.LocalDate;

/**
 * The text of dates and times in files: ISO 8601 in UTC. Times always have six decimals of a second, the precision of
 * PostgreSQL. Years after 9999 have the sign {@code +}, years before 0 the sign {@code -}.
 */
public final class Iso8601 {

    /** The longest date, with a sign and ten digits for the year. */
    static final int LONGEST_DAY = 17;

    static final int LONGEST_MOMENT = LONGEST_DAY + 17;

    private static final int SECONDS_PER_DAY = 86_400;
    private static final int LAST_YEAR_WITHOUT_SIGN = 9_999;

    private Iso8601() {}

    public static String moment(Instant instant) {
        byte[] text = new byte[LONGEST_MOMENT];
        int end = moment(text, 0, instant.getEpochSecond(), instant.getNano() / 1_000);
        return new String(text, 0, end, US_ASCII);
    }

    /** Writes a moment, and returns the position after it. */
    static int moment(byte[] target, int at, long epochSecond, int microOfSecond) {
        int end = clock(target, at, epochSecond, 'T');
        target[end] = '.';
        end = Ascii.twoDigits(target, end + 1, microOfSecond / 10_000);
        end = Ascii.fourDigits(target, end, microOfSecond % 10_000);
        target[end] = 'Z';
        return end + 1;
    }

    /** Writes the date and the time of a clock, to the second and without a zone, and returns the position after it. */
    static int clock(byte[] target, int at, long localSecond) {
        return clock(target, at, localSecond, ' ');
    }

    private static int clock(byte[] target, int at, long secondOfClock, char separator) {
        int second = (int) Math.floorMod(secondOfClock, (long) SECONDS_PER_DAY);
        int end = day(target, at, Math.floorDiv(secondOfClock, (long) SECONDS_PER_DAY));
        target[end] = (byte) separator;
        end = Ascii.twoDigits(target, end + 1, second / 3_600);
        target[end] = ':';
        end = Ascii.twoDigits(target, end + 1, second / 60 % 60);
        target[end] = ':';
        return Ascii.twoDigits(target, end + 1, second % 60);
    }

    /** Writes a date, and returns the position after it. */
    static int day(byte[] target, int at, long epochDay) {
        LocalDate date = LocalDate.ofEpochDay(epochDay);
        int end = year(target, at, date.getYear());
        target[end] = '-';
        end = Ascii.twoDigits(target, end + 1, date.getMonthValue());
        target[end] = '-';
        return Ascii.twoDigits(target, end + 1, date.getDayOfMonth());
    }

    private static int year(byte[] target, int at, int year) {
        int end = at;
        if (year < 0) {
            target[end++] = '-';
        } else if (year > LAST_YEAR_WITHOUT_SIGN) {
            target[end++] = '+';
        }
        int years = Math.abs(year);
        return years > LAST_YEAR_WITHOUT_SIGN
                ? Ascii.integer(target, end, years)
                : Ascii.fourDigits(target, end, years);
    }
}
