package dev.satchel.postgres;

import dev.satchel.UserId;
import dev.satchel.keys.Provider;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Where a sealed key stands. It opens nowhere else. */
record KeyPlace(UUID row, UserId user, Provider provider) {

    private static final String FORMAT = "dk1";
    private static final String TABLE = "public.user_api_keys";

    /**
     * The associated data: table, column, row, user, provider and format version, each after its length, so that no two
     * places have the same.
     */
    byte[] associatedData() {
        return lengthPrefixed(
                text(TABLE),
                text(provider.column()),
                bytes(row),
                bytes(user.value()),
                text(provider.key()),
                text(FORMAT));
    }

    /** The parts one after another, each after its length in four bytes. */
    static byte[] lengthPrefixed(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }
}
