package dev.satchel.progress;

import java.time.LocalDate;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a user did on each of the last {@value #DAYS} days, the last of which is today.
 *
 * @param today in the user's zone
 * @param sessions how many sessions count for each day; days without any are left out
 */
public record Activity(LocalDate today, SortedMap<LocalDate, Long> sessions) {

    /** How many days an activity looks back, today included. */
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

    /** The first of the days that end with {@code today}. */
    public static LocalDate firstDay(LocalDate today) {
        return today.minusDays(DAYS - 1);
    }

    /** How many sessions count for that day; 0 for a day outside. */
    public long on(LocalDate day) {
        return sessions.getOrDefault(day, 0L);
    }
}
