package dev.satchel.batchexport.doctor.finding;

import java.time.Duration;
import java.util.Locale;

/** Times and sizes as a person would say them. */
public final class Words {

    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};

    private Words() {}

    /** Such as {@code 26 hours}, {@code 5 minutes} or {@code 90 seconds}. */
    public static String time(Duration time) {
        if (time.compareTo(Duration.ofMinutes(2)) < 0) {
            return time.toSeconds() + " seconds";
        }
        return time.compareTo(Duration.ofHours(2)) < 0 ? time.toMinutes() + " minutes" : time.toHours() + " hours";
    }

    /** Such as {@code 512 bytes} or {@code 1.5 GiB}. */
    public static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " bytes";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }
}
