package dev.satchel.postgres.records;

import dev.satchel.record.Column;
import dev.satchel.record.RecordSink;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Decodes the output of one {@code COPY … TO STDOUT (FORMAT binary)} and pushes the records into a sink as they
 * arrive.
 *
 * <p>Decodes these types of PostgreSQL, according to the type of the column: {@code bool}, {@code int2}, {@code int4},
 * {@code int8}, {@code numeric}, {@code uuid}, {@code text}, {@code json} and {@code jsonb}, {@code timestamptz},
 * {@code date}. Values are not boxed, and messages with complete records, as the server sends them, are decoded
 * without a copy. Malformed input throws an {@link IOException}, so that no file holds misread values. Used by one
 * thread.
 */
final class BinaryCopyDecoder {

    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};

    /** The length of the signature, the flags and the length field of the header extension. */
    private static final int HEADER = SIGNATURE.length + 4 + 4;

    /** The flags that a reader must know. The only one ever defined, for object ids, was removed in PostgreSQL 12. */
    private static final int CRITICAL_FLAGS = 0xFFFF_0000;

    private static final int TRAILER = -1;
    private static final int MISSING = -1;

    private static final byte JSONB_VERSION = 1;

    /** Seconds and days from 1970-01-01, Java's epoch, to 2000-01-01, PostgreSQL's epoch. */
    private static final long EPOCH_SECONDS = 946_684_800L;

    private static final long EPOCH_DAYS = 10_957L;
    private static final long MICROS_PER_SECOND = 1_000_000L;

    private static final int NUMERIC_POSITIVE = 0x0000;
    private static final int NUMERIC_NEGATIVE = 0x4000;
    private static final int NUMERIC_NAN = 0xC000;
    private static final int NUMERIC_INFINITY = 0xD000;
    private static final int NUMERIC_NEGATIVE_INFINITY = 0xF000;
    private static final int NUMERIC_HEADER = 8;
    private static final int NUMERIC_GROUP = 4;

    private final RecordSink sink;
    private final List<Column> columns;
    private final Column.Type[] types;

    private static final byte[] NO_BYTES = {};

    private byte[] bytes = NO_BYTES;
    private int position;
    private int limit;

    /** The bytes of a record that continues in the next message. */
    private byte[] carry = {};

    private int carried;

    private byte[] ascii = new byte[64];
    private boolean begun;
    private boolean ended;
    private long records;

    BinaryCopyDecoder(List<Column> columns, RecordSink sink) {
        this.sink = sink;
        this.columns = columns;
        this.types = columns.stream().map(Column::type).toArray(Column.Type[]::new);
    }

    /** Takes the next bytes, which may begin and end within a record, and pushes every record that is now complete. */
    void accept(byte[] message) throws IOException {
        if (carried == 0) {
            decode(message, message.length);
        } else {
            append(message, message.length, 0);
            int length = carried;
            carried = 0;
            decode(carry, length);
        }
        if (position < limit) {
            append(bytes, limit, position);
        }
        bytes = NO_BYTES;
    }

    /**
     * Verifies that the output was complete.
     *
     * @return the number of records
     */
    long finish() throws IOException {
        if (!ended) {
            throw malformed("it ended before its trailer");
        }
        return records;
    }

    private void append(byte[] source, int end, int start) {
        int length = end - start;
        if (carry.length - carried < length) {
            carry = Arrays.copyOf(carry, Math.max(carried + length, carry.length * 2));
        }
        System.arraycopy(source, start, carry, carried, length);
        carried += length;
    }

    private void decode(byte[] source, int length) throws IOException {
        bytes = source;
        position = 0;
        limit = length;
        if (!begun && !header()) {
            return;
        }
        while (!ended && isRecordComplete()) {
            record();
        }
        if (ended && position < limit) {
            throw malformed("it goes on after its trailer");
        }
    }

    private boolean header() throws IOException {
        if (limit < HEADER) {
            return false;
        }
        if (!Arrays.equals(bytes, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
            throw malformed("it does not begin with the signature of COPY");
        }
        int flags = int4(SIGNATURE.length);
        if ((flags & CRITICAL_FLAGS) != 0) {
            throw malformed("its header has the flags 0x" + Integer.toHexString(flags));
        }
        int extension = int4(SIGNATURE.length + 4);
        if (extension < 0) {
            throw malformed("its header has an extension of " + extension + " bytes");
        }
        if (limit - HEADER < extension) {
            return false;
        }
        position = HEADER + extension;
        begun = true;
        return true;
    }

    // Checked before a value is pushed, so that the sink never gets a part of a record.
    private boolean isRecordComplete() throws IOException {
        if (limit - position < 2) {
            return false;
        }
        int fields = int2(position);
        if (fields == TRAILER) {
            return true;
        }
        if (fields != types.length) {
            throw malformed("record " + (records + 1) + " has " + fields + " fields instead of " + types.length);
        }
        int next = position + 2;
        for (int i = 0; i < fields; i++) {
            if (limit - next < 4) {
                return false;
            }
            int length = int4(next);
            if (length < MISSING) {
                throw malformed(columns.get(i), "a length of " + length);
            }
            next += 4;
            if (length > 0) {
                if (limit - next < length) {
                    return false;
                }
                next += length;
            }
        }
        return true;
    }

    private void record() throws IOException {
        int fields = int2(position);
        position += 2;
        if (fields == TRAILER) {
            ended = true;
            return;
        }
        sink.beginRecord();
        for (int i = 0; i < types.length; i++) {
            int length = int4(position);
            position += 4;
            if (length == MISSING) {
                sink.missing();
            } else {
                value(i, length);
                position += length;
            }
        }
        sink.endRecord();
        records++;
    }

    private void value(int index, int length) throws IOException {
        switch (types[index]) {
            case BOOLEAN -> bool(index, length);
            case INTEGER -> integer(index, length);
            case DECIMAL -> decimal(index, length);
            case UUID -> uuid(index, length);
            case TEXT -> sink.text(bytes, position, length);
            case JSON -> json(index, length);
            case INSTANT -> instant(index, length);
            case DATE -> date(index, length);
        }
    }

    private void bool(int index, int length) throws IOException {
        checkLength(index, length, 1);
        byte value = bytes[position];
        if (value != 0 && value != 1) {
            throw malformed(columns.get(index), "the byte " + value);
        }
        sink.bool(value == 1);
    }

    private void integer(int index, int length) throws IOException {
        switch (length) {
            case 2 -> sink.integer(int2(position));
            case 4 -> sink.integer(int4(position));
            case 8 -> sink.integer(int8(position));
            default -> throw malformed(columns.get(index), length + " bytes");
        }
    }

    private void uuid(int index, int length) throws IOException {
        checkLength(index, length, 16);
        sink.uuid(int8(position), int8(position + 8));
    }

    // jsonb begins with a version byte, which no JSON text can begin with.
    private void json(int index, int length) throws IOException {
        if (length == 0) {
            throw malformed(columns.get(index), "0 bytes");
        }
        int version = bytes[position] == JSONB_VERSION ? 1 : 0;
        sink.json(bytes, position + version, length - version);
    }

    private void instant(int index, int length) throws IOException {
        checkLength(index, length, 8);
        long micros = int8(position);
        if (micros == Long.MAX_VALUE) {
            sink.nonFinite(NonFinite.INFINITY);
        } else if (micros == Long.MIN_VALUE) {
            sink.nonFinite(NonFinite.NEGATIVE_INFINITY);
        } else {
            sink.instant(Math.floorDiv(micros, MICROS_PER_SECOND) + EPOCH_SECONDS, (int)
                    Math.floorMod(micros, MICROS_PER_SECOND));
        }
    }

    private void date(int index, int length) throws IOException {
        checkLength(index, length, 4);
        int days = int4(position);
        if (days == Integer.MAX_VALUE) {
            sink.nonFinite(NonFinite.INFINITY);
        } else if (days == Integer.MIN_VALUE) {
            sink.nonFinite(NonFinite.NEGATIVE_INFINITY);
        } else {
            sink.date(days + EPOCH_DAYS);
        }
    }

    /**
     * Decodes a numeric: digits to the base 10,000, of which the first has the value 10,000 to the power of {@code
     * weight} and missing ones are zero, and {@code scale}, the number of decimal digits after the point.
     */
    private void decimal(int index, int length) throws IOException {
        if (length < NUMERIC_HEADER) {
            throw malformed(columns.get(index), length + " bytes");
        }
        int groups = int2(position) & 0xFFFF;
        int weight = int2(position + 2);
        int sign = int2(position + 4) & 0xFFFF;
        int scale = int2(position + 6) & 0xFFFF;
        checkLength(index, length, NUMERIC_HEADER + 2 * groups);
        switch (sign) {
            case NUMERIC_NAN -> sink.nonFinite(NonFinite.NAN);
            case NUMERIC_INFINITY -> sink.nonFinite(NonFinite.INFINITY);
            case NUMERIC_NEGATIVE_INFINITY -> sink.nonFinite(NonFinite.NEGATIVE_INFINITY);
            case NUMERIC_POSITIVE, NUMERIC_NEGATIVE -> {
                int end = plain(index, groups, weight, sign == NUMERIC_NEGATIVE, scale);
                sink.decimal(ascii, 0, end);
            }
            default -> throw malformed(columns.get(index), "the sign 0x" + Integer.toHexString(sign));
        }
    }

    private int plain(int index, int groups, int weight, boolean negative, int scale) throws IOException {
        int needed = 1 + Math.max(weight + 1, 1) * NUMERIC_GROUP + 1 + scale + NUMERIC_GROUP;
        if (ascii.length < needed) {
            ascii = new byte[needed];
        }
        int end = 0;
        if (negative) {
            ascii[end++] = '-';
        }
        int integerStart = end;
        for (int power = weight; power >= 0; power--) {
            end = fourDigits(group(index, groups, weight - power), end);
        }
        end = withoutLeadingZeros(integerStart, end);
        if (scale > 0) {
            ascii[end++] = '.';
            int fractionEnd = end + scale;
            for (int power = -1; end < fractionEnd; power--) {
                end = fourDigits(group(index, groups, weight - power), end);
            }
            end = fractionEnd;
        }
        return end;
    }

    private int group(int index, int groups, int which) throws IOException {
        if (which < 0 || which >= groups) {
            return 0;
        }
        int group = int2(position + NUMERIC_HEADER + 2 * which);
        if (group < 0 || group > 9_999) {
            throw malformed(columns.get(index), "the digit " + group + " to the base 10000");
        }
        return group;
    }

    private int fourDigits(int group, int end) {
        ascii[end] = (byte) ('0' + group / 1_000);
        ascii[end + 1] = (byte) ('0' + group / 100 % 10);
        ascii[end + 2] = (byte) ('0' + group / 10 % 10);
        ascii[end + 3] = (byte) ('0' + group % 10);
        return end + NUMERIC_GROUP;
    }

    private int withoutLeadingZeros(int start, int end) {
        int first = start;
        while (first < end && ascii[first] == '0') {
            first++;
        }
        if (first == end) {
            ascii[start] = '0';
            return start + 1;
        }
        System.arraycopy(ascii, first, ascii, start, end - first);
        return start + end - first;
    }

    private void checkLength(int index, int length, int expected) throws IOException {
        if (length != expected) {
            throw malformed(columns.get(index), length + " bytes");
        }
    }

    private int int2(int at) {
        return (bytes[at] << 8) | (bytes[at + 1] & 0xFF);
    }

    private int int4(int at) {
        return (int2(at) << 16) | (int2(at + 2) & 0xFFFF);
    }

    private long int8(int at) {
        return ((long) int4(at) << 32) | (int4(at + 4) & 0xFFFF_FFFFL);
    }

    private static IOException malformed(Column column, String what) {
        return malformed("the column '" + column.name() + "' of type " + column.type() + " came with " + what);
    }

    private static IOException malformed(String what) {
        return new IOException("the answer of COPY cannot be read: " + what);
    }
}
