package dev.satchel.keys.legacy;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.Provider;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A user's key that the application stored before it used the vault: in plain text or in base64, which is not
 * encryption.
 *
 * <p>Its text shows nothing of the key, and the key is overwritten in memory when closed. Used by one thread.
 */
public final class LegacyKey implements AutoCloseable {

    private final UUID row;
    private final @Nullable UserId user;
    private final Provider provider;
    private final byte[] stored;

    /**
     * @param row the id of the row that holds it
     * @param user the user of the row; null if the row has none
     * @param stored the stored text in UTF-8, which {@link #close} overwrites
     */
    public LegacyKey(UUID row, @Nullable UserId user, Provider provider, byte[] stored) {
        this.row = row;
        this.user = user;
        this.provider = provider;
        this.stored = stored;
    }

    public UUID row() {
        return row;
    }

    public Optional<UserId> user() {
        return Optional.ofNullable(user);
    }

    public Provider provider() {
        return provider;
    }

    /** Whether the stored text is empty or white space. */
    public boolean isBlank() {
        for (byte character : stored) {
            if (!isSpace(character)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Decodes the stored key, without surrounding white space and without the line breaks that base64 may have. The
     * caller closes the result.
     *
     * <p>Text that is valid base64 of visible characters is decoded, although it could be a key in plain text: for a
     * random key of 40 characters, the probability of that is 10<sup>-13</sup>.
     *
     * @throws IllegalArgumentException if it is not a key of the provider; the message says why, and repeats nothing
     *     of the stored text
     */
    public ApiKey read() {
        byte[] text = stripped();
        byte[] line = withoutLineBreaks(text);
        try {
            ApiKey key = decoded(Base64.getDecoder(), line)
                    .or(() -> decoded(Base64.getUrlDecoder(), line))
                    .orElseGet(() -> ApiKey.take(text.clone()));
            try {
                provider.requireKeyOf(key);
                return key;
            } catch (IllegalArgumentException e) {
                key.close();
                throw e;
            }
        } finally {
            Arrays.fill(text, (byte) 0);
            Arrays.fill(line, (byte) 0);
        }
    }

    private static Optional<ApiKey> decoded(Base64.Decoder decoder, byte[] text) {
        try {
            return Optional.of(ApiKey.take(decoder.decode(text)));
        } catch (IllegalArgumentException notBase64OfText) {
            return Optional.empty();
        }
    }

    // PostgreSQL's encode() breaks base64 lines after 76 characters, as RFC 2045 requires.
    private static byte[] withoutLineBreaks(byte[] text) {
        byte[] line = new byte[text.length];
        int length = 0;
        for (byte character : text) {
            if (character != '\n' && character != '\r') {
                line[length++] = character;
            }
        }
        byte[] fitting = Arrays.copyOf(line, length);
        Arrays.fill(line, (byte) 0);
        return fitting;
    }

    private byte[] stripped() {
        int from = 0;
        int to = stored.length;
        while (from < to && isSpace(stored[from])) {
            from++;
        }
        while (to > from && isSpace(stored[to - 1])) {
            to--;
        }
        return Arrays.copyOfRange(stored, from, to);
    }

    private static boolean isSpace(byte character) {
        return character == ' ' || (character >= '\t' && character <= '\r');
    }

    @Override
    public void close() {
        Arrays.fill(stored, (byte) 0);
    }

    @Override
    public String toString() {
        return "row " + row + ", " + provider.code();
    }
}
