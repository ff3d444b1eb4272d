package dev.satchel.batchexport.format.archive.deck;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/**
 * A text as a field of a note, which Anki takes for HTML with commands in square brackets ({@code [sound:…]}, {@code
 * [latex]}). Here it is neither: it shows what it says.
 *
 * @param html as the field holds it
 * @param plain what Anki gets when it strips the HTML, as it does for sorting and for finding duplicates
 */
record FieldText(String html, String plain) {

    private static final char NO_BREAK_SPACE = '\u00A0';

    static FieldText of(@Nullable String text) {
        // Anki normalizes the fields of what it imports; a checksum of another spelling would be wrong afterwards.
        String normalized = Normalizer.normalize(text == null ? "" : text, Normalizer.Form.NFC)
                .replace("\r\n", "\n");
        StringBuilder html = new StringBuilder(normalized.length() + 16);
        StringBuilder plain = new StringBuilder(normalized.length());
        normalized.chars().forEach(unit -> add((char) unit, html, plain));
        return new FieldText(html.toString(), plain.toString());
    }

    private static void add(char character, StringBuilder html, StringBuilder plain) {
        if (character == '\n' || character == '\r') {
            html.append("<br>");
            return;
        }
        // Among them is what separates the fields of a note, 0x1f. Anki drops the others.
        boolean control = (character < ' ' && character != '\t') || character == '\u007f';
        String entity = switch (character) {
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '"' -> "&quot;";
            case '\'' -> "&#39;";
            case '[' -> "&#91;";
            case NO_BREAK_SPACE -> "&nbsp;";
            default -> String.valueOf(control ? ' ' : character);
        };
        html.append(entity);
        plain.append(control || character == NO_BREAK_SPACE ? ' ' : character);
    }

    /** The first 32 bits of the SHA-1 of the plain text, by which Anki finds duplicates. */
    long checksum() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(plain.getBytes(UTF_8));
            return Integer.toUnsignedLong(ByteBuffer.wrap(digest).getInt());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Java has no SHA-1", impossible);
        }
    }
}
