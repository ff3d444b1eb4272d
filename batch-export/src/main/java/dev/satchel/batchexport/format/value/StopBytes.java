package dev.satchel.batchexport.format.value;

/**
 * The bytes at which {@link BlockWriter#copy} stops: all control characters, and four others.
 *
 * <p>Eight bytes are examined at once, as one {@code long} ("SIMD within a register"). An encoder treats a control
 * character that its format does not escape like any other byte.
 */
public record StopBytes(long first, long second, long third, long fourth) {

    private static final long EACH = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long FIRST_PRINTABLE = ' ' * EACH;

    /** All control characters and these four ASCII characters, of which one may occur several times. */
    public static StopBytes of(String others) {
        return new StopBytes(
                EACH * others.charAt(0), EACH * others.charAt(1), EACH * others.charAt(2), EACH * others.charAt(3));
    }

    /**
     * The number of bytes of {@code word}, the low ones first, before the first stop byte: 8 without one.
     *
     * <p>Each term sets the high bit of the bytes that it looks for. A borrow can set bits above the first such byte,
     * but never below it.
     */
    int bytesBefore(long word) {
        long stops = below(word, FIRST_PRINTABLE)
                | zeros(word ^ first)
                | zeros(word ^ second)
                | zeros(word ^ third)
                | zeros(word ^ fourth);
        return Long.numberOfTrailingZeros(stops & HIGH_BITS) >>> 3;
    }

    private static long zeros(long word) {
        return below(word, EACH);
    }

    private static long below(long word, long bound) {
        return (word - bound) & ~word;
    }
}
