package dev.satchel.record.filter;

import dev.satchel.Codes;
import java.util.Locale;

/** The difficulty of a word: the application's {@code difficulty_level}. */
public enum Difficulty {
    BEGINNER,
    INTERMEDIATE,
    ADVANCED;

    /**
     * The difficulty of that name.
     *
     * @throws IllegalArgumentException if no difficulty has that name; the message lists the names that exist
     */
    public static Difficulty of(String code) {
        return Codes.find("difficulty", code, values(), Difficulty::code);
    }

    /** The name in the database and on the command line. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
