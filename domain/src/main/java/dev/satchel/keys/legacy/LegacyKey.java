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
 * What an application had stored as a user's key before it had a vault: in the clear, or in base64, which hides nothing.
 *
 * <p>It prints nothing of the key, and is wiped when closed. For use by one thread.
 */
public final class LegacyKey implements AutoCloseable {

    private final UUID row;
    private final @Nullable UserId user;
    private final Provider provider;
    private final byte[] stored;

    /**
     * @param row the row it is stored in
     * @param user whose it is; null if the row names nobody
     * @param stored what is stored, in UTF-8; this object wipes it
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

    /** Whether nothing is stored but spaces. */
    public boolean isBlank() {
        for (byte character : stored) {
            if (!isSpace(character)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The key that is stored, without spaces around it and without the line breaks that base64 may have. The caller closes
     * it.
     *
     * <p>What is base64 of visible characters is read as these, also where it could be a key itself: by chance a key of 40
     * characters is that once in 10^13 times.
     *
     * @throws IllegalArgumentException if it is no key of the provider; the message says what is wrong, and nothing of
     *     what is stored
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

    // PostgreSQL's encode() breaks base64 every 76 characters, as RFC 2045 wants it.
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
