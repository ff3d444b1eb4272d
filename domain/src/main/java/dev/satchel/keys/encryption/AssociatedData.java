package dev.satchel.keys.encryption;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Builds the associated data of authenticated encryption: the context that a ciphertext is bound to. Decryption with
 * other associated data fails.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5116">RFC 5116</a>
 */
public final class AssociatedData {

    private AssociatedData() {}

    /**
     * Joins the parts, each preceded by its length in four bytes, so that different lists of parts never give the same
     * bytes.
     */
    public static byte[] of(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    /** A part: the text in UTF-8. */
    public static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A part: the 16 bytes of the id. */
    public static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }
}
