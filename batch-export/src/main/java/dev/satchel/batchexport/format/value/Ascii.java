package dev.satchel.batchexport.format.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Writes integers and UUIDs as ASCII into arrays, without making an object. */
final class Ascii {

    /** The longest integer: {@code -9223372036854775808}. */
    static final int LONGEST_INTEGER = 20;

    static final int UUID_LENGTH = 36;

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    /** The two digits of each number below 100, the first one in the low byte. */
    private static final short[] DECIMAL = pairs(10, "0123456789");

    /** The two hexadecimal digits of each byte, the first one in the low byte. */
    private static final short[] HEXADECIMAL = pairs(16, "0123456789abcdef");

    private Ascii() {}

    private static short[] pairs(int base, String digits) {
        short[] pairs = new short[base * base];
        for (int value = 0; value < pairs.length; value++) {
            pairs[value] = (short) (digits.charAt(value / base) | (digits.charAt(value % base) << 8));
        }
        return pairs;
    }

    /** Writes a number of 0 to 99 as two digits, and returns the position after them. */
    static int twoDigits(byte[] target, int at, int value) {
        SHORTS.set(target, at, DECIMAL[value]);
        return at + 2;
    }

    /** Writes a number of 0 to 9999 as four digits, and returns the position after them. */
    static int fourDigits(byte[] target, int at, int value) {
        return twoDigits(target, twoDigits(target, at, value / 100), value % 100);
    }

    /** Writes a number without leading zeros, and returns the position after it. */
    static int integer(byte[] target, int at, long value) {
        int start = at;
        // Counts down from a negative number, because the smallest long has no positive counterpart.
        long rest = value;
        if (value < 0) {
            target[start++] = '-';
        } else {
            rest = -value;
        }
        int end = start + digits(rest);
        int position = end;
        while (rest <= -100) {
            long hundreds = rest / 100;
            position -= 2;
            twoDigits(target, position, (int) (hundreds * 100 - rest));
            rest = hundreds;
        }
        if (rest <= -10) {
            twoDigits(target, start, (int) -rest);
        } else {
            target[start] = (byte) ('0' - rest);
        }
        return end;
    }

    private static int digits(long negative) {
        int digits = 1;
        long bound = -10;
        while (digits < 19 && negative <= bound) {
            digits++;
            bound *= 10;
        }
        return digits;
    }

    /** Writes the canonical form of a UUID (RFC 9562, section 4), and returns the position after it. */
    static int uuid(byte[] target, int at, long mostSignificantBits, long leastSignificantBits) {
        int end = hexadecimal(target, at, mostSignificantBits >>> 32, 4);
        target[end++] = '-';
        end = hexadecimal(target, end, mostSignificantBits >>> 16, 2);
        target[end++] = '-';
        end = hexadecimal(target, end, mostSignificantBits, 2);
        target[end++] = '-';
        end = hexadecimal(target, end, leastSignificantBits >>> 48, 2);
        target[end++] = '-';
        return hexadecimal(target, end, leastSignificantBits, 6);
    }

    private static int hexadecimal(byte[] target, int at, long value, int bytes) {
        int end = at;
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            SHORTS.set(target, end, HEXADECIMAL[(int) (value >>> shift) & 0xFF]);
            end += 2;
        }
        return end;
    }
}
