package dev.satchel.batchexport.page;

import java.util.Locale;

/** Numbers as a page says them, in English whatever the machine's language is. */
public final class Numbers {

    private static final String[] THOUSANDS = {"", "k", "M", "G", "T", "P", "E"};

    private Numbers() {}

    /** With a comma for each three digits. */
    public static String whole(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A count of things, such as {@code 1 table} or {@code 12 tables}. */
    public static String of(long number, String one, String many) {
        return whole(number) + " " + (number == 1 ? one : many);
    }

    /** A part of a whole in percent; a dash where there is no whole. A small part is not called nothing. */
    public static String percent(long part, long whole) {
        if (whole == 0) {
            return "–";
        }
        double percent = 100.0 * part / whole;
        if (part == 0 || part == whole) {
            return Math.round(percent) + "\u00a0%";
        }
        return String.format(Locale.ROOT, "%.1f\u00a0%%", Math.min(99.9, Math.max(0.1, percent)));
    }

    /** A time in seconds, such as {@code 0.8 s}, {@code 45 s}, {@code 12 min}, {@code 3.5 h} or {@code 2.1 days}. */
    public static String time(double seconds) {
        if (seconds < 120) {
            return seconds < 10 ? rounded(seconds) + " s" : Math.round(seconds) + " s";
        }
        if (seconds < 7200) {
            return Math.round(seconds / 60) + " min";
        }
        return seconds < 172_800 ? rounded(seconds / 3600) + " h" : rounded(seconds / 86_400) + " days";
    }

    private static String rounded(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    /** Short enough for a scale: 2,000,000 is {@code 2M}. */
    static String brief(long number) {
        double value = number;
        int unit = 0;
        while (value >= 1000) {
            value /= 1000;
            unit++;
        }
        return rounded(value) + THOUSANDS[unit];
    }
}
