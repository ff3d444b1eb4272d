package dev.satchel.record.filter;

import java.util.regex.Pattern;

/**
 * The OpenPGP public key to which the file of an export is encrypted: the option {@code encrypt_to} of a request. Whether
 * one can encrypt to it is decided when it is used, because keys expire.
 *
 * @param text the key (RFC 9580), in ASCII armor or as base64 without line breaks
 */
public record RecipientKey(String text) {

    /** Room for an RSA key of 4096 bits with one name; the database's limit for all filters is a little more. */
    private static final int LONGEST = 8_000;

    private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7E\\r\\n\\t]+");

    public RecipientKey {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "'encrypt_to' has " + text.length() + " characters, and at most " + LONGEST
                            + " are allowed: export the public key without the signatures of others (gpg --export-options"
                            + " export-minimal --export)");
        }
        if (!PRINTABLE.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'encrypt_to' is not an OpenPGP public key: expected ASCII armor or base64");
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "RecipientKey[" + text.length() + " characters]";
    }
}
