package dev.satchel.record.filter;

import dev.satchel.Codes;
import java.util.Locale;

/** The phase of learning a word: the application's {@code learning_phase}. */
public enum Phase {
    NEW,
    LEARNING,
    REVIEW,
    MASTERED;

    /**
     * The phase of that name.
     *
     * @throws IllegalArgumentException if no phase has that name; the message lists the names that exist
     */
    public static Phase of(String code) {
        return Codes.find("phase", code, values(), Phase::code);
    }

    /** The name in the database and on the command line. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
