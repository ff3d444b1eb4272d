package dev.satchel.record;

import dev.satchel.Codes;
import java.util.Locale;

/** How hard a word is said to be: the application's {@code difficulty_level}. */
public enum Difficulty {
    BEGINNER,
    INTERMEDIATE,
    ADVANCED;

    /**
     * The difficulty of that name.
     *
     * @throws IllegalArgumentException if there is none, naming those that exist
     */
    public static Difficulty of(String code) {
        return Codes.find("difficulty", code, values(), Difficulty::code);
    }

    /** The name in the database and on the command line. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
