package dev.satchel.keys;

import java.util.Arrays;
import java.util.function.Function;

/**
 * A user's key for another service, in the clear.
 *
 * <p>It prints nothing of itself, cannot be serialized or compared, and is wiped when closed. Whoever wants to read it must
 * name {@link #revealSecret}, so that a search for that name finds every reader. For use by one thread.
 */
public final class ApiKey implements AutoCloseable {

    /** Longer than the key of any provider; keeps somebody from storing a document. */
    public static final int MAX_LENGTH = 1024;

    private final byte[] characters;
    private boolean closed;

    private ApiKey(byte[] characters) {
        this.characters = characters;
    }

    /**
     * Takes over a key in ASCII: {@code key} is wiped, also when the key is refused.
     *
     * @throws IllegalArgumentException if it is empty, longer than {@value #MAX_LENGTH}, or has a character that is not
     *     visible ASCII; the message says where, and nothing of the key
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
                            + " that no key has: letters, digits and punctuation are allowed, without spaces or line"
                            + " breaks");
                }
            }
            return new ApiKey(key.clone());
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /**
     * Lets {@code reader} read the key's ASCII characters. The array is the reader's own until it returns, then it is
     * wiped.
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

    /** Its first seven and last four characters; of a key of fifteen characters or fewer, none. */
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

    /** Wipes the key; it cannot be read afterwards. */
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
