package dev.satchel.keys;

import dev.satchel.keys.encryption.BrokenSealException;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sealed key as a row stores it: {@code dk1.<id of the data key>.<base64url without padding>}.
 *
 * <p>Each sealed key has exactly one text; the database refuses every other form too. The text reveals only the length
 * of the key. Even so, {@link #toString} shows only the id of the data key. Immutable.
 */
public final class SealedKey {

    /** The bytes of the commitment, the nonce and the tag, and at least one character of the key. */
    static final int MIN_BYTES = 32 + 12 + 16 + 1;

    private static final int MAX_BYTES = 32 + 12 + 16 + ApiKey.MAX_LENGTH;

    private static final Pattern FORM = Pattern.compile(
            "dk1\\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\\.([A-Za-z0-9_-]{1,2048})");

    private final UUID dataKeyId;
    private final String text;

    private SealedKey(UUID dataKeyId, String text) {
        this.dataKeyId = dataKeyId;
        this.text = text;
    }

    /**
     * The sealed key with these bytes, which were encrypted with that data key.
     *
     * @throws IllegalArgumentException if the bytes are too few or too many for a sealed key
     */
    public static SealedKey of(UUID dataKeyId, byte[] sealed) {
        if (sealed.length < MIN_BYTES || sealed.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a sealed key has " + MIN_BYTES + " to " + MAX_BYTES + " bytes, was " + sealed.length);
        }
        return new SealedKey(
                dataKeyId,
                "dk1." + dataKeyId + "."
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(sealed));
    }

    /** Reads the text of a row; throws {@link BrokenSealException} if it is not the text of a sealed key. */
    public static SealedKey parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new BrokenSealException();
        }
        try {
            SealedKey key =
                    of(UUID.fromString(form.group(1)), Base64.getUrlDecoder().decode(form.group(2)));
            // Rejects texts that differ only in the unused bits of the last base64 character.
            if (key.text.equals(text)) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // The caller gets the same exception for every malformed text, without the part that is wrong.
        }
        throw new BrokenSealException();
    }

    /** The id of the data key that it is sealed with. */
    public UUID dataKeyId() {
        return dataKeyId;
    }

    /** The text as a row stores it. */
    public String text() {
        return text;
    }

    /** The commitment to the data key, the nonce, the ciphertext and the authentication tag, in this order. */
    public byte[] bytes() {
        return Base64.getUrlDecoder().decode(text.substring(text.lastIndexOf('.') + 1));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SealedKey that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "dk1." + dataKeyId + ".…";
    }
}
