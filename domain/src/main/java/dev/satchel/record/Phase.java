package dev.satchel.record;

import dev.satchel.Codes;
import java.util.Locale;

/** How far a user has come with a word: the application's {@code learning_phase}. */
public enum Phase {
    NEW,
    LEARNING,
    REVIEW,
    MASTERED;

    /**
     * The phase of that name.
     *
     * @throws IllegalArgumentException if there is none, naming those that exist
     */
    public static Phase of(String code) {
        return Codes.find("phase", code, values(), Phase::code);
    }

    /** The name in the database and on the command line. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
