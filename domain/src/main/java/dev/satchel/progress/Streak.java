package dev.satchel.progress;

import java.time.LocalDate;
import java.util.Collection;
import java.util.TreeSet;

/**
 * The number of consecutive days on which a user was active.
 *
 * @param current the length of the run that ends today or yesterday; 0 if there is no such run
 * @param longest the length of the longest run ever
 */
public record Streak(int current, int longest) {

    public static final Streak NONE = new Streak(0, 0);

    public Streak {
        if (current < 0 || longest < current) {
            throw new IllegalArgumentException(
                    "a streak must satisfy 0 <= current <= longest, was " + current + " and " + longest);
        }
    }

    /**
     * The streak of a user who was active on these days.
     *
     * <p>Days after {@code today} count for the longest run only, not for the current one.
     */
    public static Streak of(Collection<LocalDate> activeDays, LocalDate today) {
        int run = 0;
        int current = 0;
        int longest = 0;
        LocalDate before = null;
        for (LocalDate day : new TreeSet<>(activeDays)) {
            run = before != null && before.plusDays(1).equals(day) ? run + 1 : 1;
            longest = Math.max(longest, run);
            if (day.equals(today) || day.plusDays(1).equals(today)) {
                current = run;
            }
            before = day;
        }
        return new Streak(current, longest);
    }

    /** This streak with a longest run of at least {@code days}, an earlier value: the longest streak never shrinks. */
    public Streak remembering(int days) {
        return new Streak(current, Math.max(longest, days));
    }
}
