package dev.satchel.keys;

import dev.satchel.keys.encryption.BrokenSealException;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sealed key as a row stores it: {@code dk1.<id of the data key>.<base64url without padding>}.
 *
 * <p>There is one text for each sealed key and no other form; the database refuses every other text too. It says nothing
 * about the key but its length, yet it prints only which data key it belongs to.
 */
public final class SealedKey {

    /** The commitment, the nonce, the tag, and one character at least. */
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
     * What was sealed under a data key.
     *
     * @throws IllegalArgumentException if it is shorter or longer than any sealed key
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

    /** Reads the text of a row. @throws BrokenSealException if it is anything but the text of a sealed key */
    public static SealedKey parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new BrokenSealException();
        }
        try {
            SealedKey key =
                    of(UUID.fromString(form.group(1)), Base64.getUrlDecoder().decode(form.group(2)));
            // Unused bits in the last character would give one sealed key several texts.
            if (key.text.equals(text)) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // Same answer as for every other text: which part is wrong is nobody's business.
        }
        throw new BrokenSealException();
    }

    /** The data key it is sealed under. */
    public UUID dataKeyId() {
        return dataKeyId;
    }

    /** The text that a row stores. */
    public String text() {
        return text;
    }

    /** The commitment to the data key, the nonce, the ciphertext and its tag, in this order. */
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
