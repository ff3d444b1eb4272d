package dev.satchel.record.hash;

import java.util.HexFormat;

/**
 * The hash of any number of records: the sum of their hashes, so that their order does not matter, and a record that is
 * there twice counts twice. It finds accidents and careless changes. It is no signature, because everybody can compute it.
 *
 * @param high the sum, modulo 2^64, of bytes 1 to 8 of each record's SHA-256
 * @param low the sum, modulo 2^64, of bytes 9 to 16
 */
public record RecordHash(long high, long low) {

    /** The hash of no records. */
    public static final RecordHash NONE = new RecordHash(0, 0);

    /** The hash of these records and one more. */
    RecordHash plus(long nextHigh, long nextLow) {
        return new RecordHash(high + nextHigh, low + nextLow);
    }

    /** 32 lower-case hexadecimal digits. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(high) + hex.toHexDigits(low);
    }
}
