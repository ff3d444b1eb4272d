package dev.satchel.keys;

import java.util.Arrays;
import java.util.function.Function;

/**
 * A user's key for another service, in plain text.
 *
 * <p>It prints nothing of the key, cannot be serialized or compared, and is overwritten in memory when closed. The
 * only way to read it is {@link #revealSecret}, so that a search for that name finds every reader. Used by one thread.
 */
public final class ApiKey implements AutoCloseable {

    /** Longer than the keys of all providers, and short enough that no document can be stored in the place of a key. */
    public static final int MAX_LENGTH = 1024;

    private final byte[] characters;
    private boolean closed;

    private ApiKey(byte[] characters) {
        this.characters = characters;
    }

    /**
     * Creates a key from its ASCII characters. Overwrites {@code key} with zeros, even if the key is refused.
     *
     * @throws IllegalArgumentException if the key is empty, longer than {@value #MAX_LENGTH}, or has a character that
     *     is not visible ASCII; the message says where, and repeats nothing of the key
     */
    public static ApiKey take(byte[] key) {
        try {
            if (key.length == 0) {
                throw new IllegalArgumentException("the key is empty");
            }
            if (key.length > MAX_LENGTH) {
                throw new IllegalArgumentException(
                        "the key has " + key.length + " characters: at most " + MAX_LENGTH + " are allowed");
            }
            for (int i = 0; i < key.length; i++) {
                if (key[i] <= ' ' || key[i] > '~') {
                    throw new IllegalArgumentException("the key has a character at position " + (i + 1)
                            + " that is not allowed: a key has letters, digits "
                            + "and punctuation, without spaces or line breaks");
                }
            }
            return new ApiKey(key.clone());
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /**
     * Passes a copy of the key's ASCII characters to {@code reader}, and overwrites the copy when {@code reader}
     * returns.
     *
     * @throws IllegalStateException if the key has been wiped
     */
    public <R> R revealSecret(Function<byte[], R> reader) {
        requireOpen();
        byte[] copy = characters.clone();
        try {
            return reader.apply(copy);
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
    }

    /** The first seven and the last four characters, or none of them if the key has at most fifteen characters. */
    public String masked() {
        requireOpen();
        if (characters.length <= 15) {
            return "…";
        }
        StringBuilder masked = new StringBuilder(12);
        for (int i = 0; i < 7; i++) {
            masked.append((char) characters[i]);
        }
        masked.append('…');
        for (int i = characters.length - 4; i < characters.length; i++) {
            masked.append((char) characters[i]);
        }
        return masked.toString();
    }

    /** Overwrites the key in memory; it cannot be read afterwards. */
    @Override
    public void close() {
        Arrays.fill(characters, (byte) 0);
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the key has been wiped");
        }
    }
}
