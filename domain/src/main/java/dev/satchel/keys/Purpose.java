package dev.satchel.keys;

import java.util.regex.Pattern;

/**
 * What a key is opened for, in a few words for the audit, such as {@code describe image}.
 *
 * <p>Only words in lower case, at most {@value #MAX_LENGTH} characters: so that neither a key nor a user's data ends up in
 * a record that nobody can delete.
 */
public record Purpose(String words) {

    public static final int MAX_LENGTH = 60;

    private static final Pattern WORDS = Pattern.compile("[a-z]+( [a-z]+)*");

    public Purpose {
        // The text is not repeated: somebody may have passed the key.
        if (words.length() > MAX_LENGTH || !WORDS.matcher(words).matches()) {
            throw new IllegalArgumentException("a purpose is some words of the letters a to z with single spaces"
                    + " between them, at most " + MAX_LENGTH + " characters, such as 'describe image'");
        }
    }

    @Override
    public String toString() {
        return words;
    }
}
