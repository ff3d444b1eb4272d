package dev.satchel.record.hash;

import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.RecordSink;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/**
 * Computes the {@link RecordHash} of the records that it receives.
 *
 * <p>The hash of a record is the SHA-256 of what PostgreSQL's {@code record_send} makes of its values: the number of
 * values, and for each the object id of its type, its length, and its bytes. Integers are {@code int8}; numbers with
 * decimals and JSON are {@code text}. JSON is as a JSON file has it: its {@code null} is no value, white space around it is
 * left out, and each line break in it is a space. Used by one thread.
 */
public final class RecordHasher implements RecordSink {

    private static final int BOOL = 16;
    private static final int INT8 = 20;
    private static final int TEXT = 25;
    private static final int DATE = 1082;
    private static final int TIMESTAMPTZ = 1184;
    private static final int UUID = 2950;

    private static final int MISSING = -1;
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    /** Seconds and days from 1970-01-01, Java's epoch, to 2000-01-01, PostgreSQL's epoch. */
    private static final long EPOCH_SECONDS = 946_684_800L;

    private static final long EPOCH_DAYS = 10_957L;
    private static final long MICROS_PER_SECOND = 1_000_000L;

    private final MessageDigest sha256;
    private int[] types = {};
    private byte[] bytes = new byte[1024];
    private int length;
    private int column;
    private RecordHash hash = RecordHash.NONE;
    private long records;

    public RecordHasher() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** The hash of the records of the last dataset. */
    public RecordHash hash() {
        return hash;
    }

    /** The number of records of the last dataset. */
    public long records() {
        return records;
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) {
        begin(columns);
    }

    /** Begins a dataset with these columns. */
    public void begin(List<Column> columns) {
        types = columns.stream().mapToInt(each -> typeOf(each.type())).toArray();
        hash = RecordHash.NONE;
        records = 0;
    }

    private static int typeOf(Column.Type type) {
        return switch (type) {
            case BOOLEAN -> BOOL;
            case INTEGER -> INT8;
            case DECIMAL, TEXT, JSON -> TEXT;
            case UUID -> UUID;
            case INSTANT -> TIMESTAMPTZ;
            case DATE -> DATE;
        };
    }

    @Override
    public void beginRecord() {
        length = 0;
        column = 0;
        int4(types.length);
    }

    private void value(int size) {
        int4(types[column++]);
        int4(size);
    }

    @Override
    public void missing() {
        value(MISSING);
    }

    @Override
    public void bool(boolean value) {
        value(1);
        reserve(1);
        bytes[length++] = (byte) (value ? 1 : 0);
    }

    @Override
    public void integer(long value) {
        value(8);
        int8(value);
    }

    @Override
    public void decimal(byte[] ascii, int offset, int size) {
        text(ascii, offset, size);
    }

    @Override
    public void nonFinite(NonFinite value) {
        switch (types[column]) {
            case TIMESTAMPTZ -> {
                value(8);
                int8(value == NonFinite.INFINITY ? Long.MAX_VALUE : Long.MIN_VALUE);
            }
            case DATE -> {
                value(4);
                int4(value == NonFinite.INFINITY ? Integer.MAX_VALUE : Integer.MIN_VALUE);
            }
            default -> {
                byte[] text = value.text().getBytes(StandardCharsets.US_ASCII);
                text(text, 0, text.length);
            }
        }
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) {
        value(16);
        int8(mostSignificantBits);
        int8(leastSignificantBits);
    }

    @Override
    public void text(byte[] utf8, int offset, int size) {
        value(size);
        reserve(size);
        System.arraycopy(utf8, offset, bytes, length, size);
        length += size;
    }

    @Override
    public void json(byte[] utf8, int offset, int size) {
        int start = offset;
        int end = offset + size;
        while (start < end && isSpace(utf8[start])) {
            start++;
        }
        while (start < end && isSpace(utf8[end - 1])) {
            end--;
        }
        if (Arrays.equals(utf8, start, end, NULL, 0, NULL.length)) {
            missing();
            return;
        }
        text(utf8, start, end - start);
        breaksAsSpaces(end - start);
    }

    private static boolean isSpace(byte value) {
        return value == ' ' || value == '\t' || value == '\n' || value == '\r';
    }

    private void breaksAsSpaces(int size) {
        for (int at = length - size; at < length; at++) {
            if (bytes[at] == '\n' || bytes[at] == '\r') {
                bytes[at] = ' ';
            }
        }
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) {
        value(8);
        int8((epochSecond - EPOCH_SECONDS) * MICROS_PER_SECOND + microOfSecond);
    }

    @Override
    public void date(long epochDay) {
        value(4);
        int4((int) (epochDay - EPOCH_DAYS));
    }

    @Override
    public void endRecord() {
        sha256.update(bytes, 0, length);
        byte[] digest = sha256.digest();
        hash = hash.plus(int8(digest, 0), int8(digest, 8));
        records++;
    }

    @Override
    public void endDataset() {}

    private static long int8(byte[] from, int at) {
        long value = 0;
        for (int index = 0; index < 8; index++) {
            value = (value << 8) | (from[at + index] & 0xFF);
        }
        return value;
    }

    private void int4(int value) {
        reserve(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >> shift);
        }
    }

    private void int8(long value) {
        int4((int) (value >> 32));
        int4((int) value);
    }

    private void reserve(int size) {
        if (bytes.length - length < size) {
            bytes = Arrays.copyOf(
                    bytes, Math.max(Math.addExact(length, size), (int) Math.min(2L * bytes.length, 1 << 30)));
        }
    }
}
