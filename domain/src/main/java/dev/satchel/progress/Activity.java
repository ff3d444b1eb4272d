package dev.satchel.progress;

import java.time.LocalDate;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many sessions a user ended on each of the last {@value #DAYS} days, today included.
 *
 * @param today in the user's zone
 * @param sessions the number of sessions per day; days without sessions are left out
 */
public record Activity(LocalDate today, SortedMap<LocalDate, Long> sessions) {

    /** The number of days, today included. */
    public static final int DAYS = 365;

    public Activity {
        sessions = Collections.unmodifiableSortedMap(new TreeMap<>((Map<LocalDate, Long>) sessions));
        for (LocalDate day : sessions.keySet()) {
            if (day.isBefore(firstDay(today)) || day.isAfter(today)) {
                throw new IllegalArgumentException(
                        day + " is not one of the " + DAYS + " days from " + firstDay(today) + " to " + today);
            }
        }
    }

    /** The first of the {@value #DAYS} days that end with {@code today}. */
    public static LocalDate firstDay(LocalDate today) {
        return today.minusDays(DAYS - 1);
    }

    /** The number of sessions of that day; 0 for a day outside of the range. */
    public long on(LocalDate day) {
        return sessions.getOrDefault(day, 0L);
    }
}
