package dev.satchel.keys;

import java.util.regex.Pattern;

/**
 * Why a key is opened, in a few words for the audit log, such as {@code describe image}.
 *
 * <p>Only words of lower-case letters are allowed, with at most {@value #MAX_LENGTH} characters. So neither a key nor
 * a user's data can get into the audit log, whose entries cannot be deleted.
 */
public record Purpose(String words) {

    public static final int MAX_LENGTH = 60;

    private static final Pattern WORDS = Pattern.compile("[a-z]+( [a-z]+)*");

    public Purpose {
        // The message does not repeat the text, which may be a key that was passed by mistake.
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
