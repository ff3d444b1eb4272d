package dev.satchel.record;

import java.io.IOException;
import java.util.List;

/**
 * Takes a user's records value by value, without an object for any of them.
 *
 * <p>The calls come in this order: for each dataset {@code beginDataset}; for each of its records {@code beginRecord},
 * then exactly one value call per column in the columns' order, then {@code endRecord}; then {@code endDataset}. Byte
 * arrays belong to the caller and are valid during the call only. Used by one thread.
 */
public interface RecordSink {

    void beginDataset(Dataset dataset, List<Column> columns) throws IOException;

    void beginRecord() throws IOException;

    /** The column has no value: SQL's NULL, which is not the empty text. */
    void missing() throws IOException;

    void bool(boolean value) throws IOException;

    void integer(long value) throws IOException;

    /** A finite decimal number of any size, in plain ASCII notation: {@code -12.50}; its scale is the column's own. */
    void decimal(byte[] ascii, int offset, int length) throws IOException;

    /** A number, instant or date that is none: see {@link NonFinite}. */
    void nonFinite(NonFinite value) throws IOException;

    void uuid(long mostSignificantBits, long leastSignificantBits) throws IOException;

    void text(byte[] utf8, int offset, int length) throws IOException;

    /** One JSON value, as PostgreSQL prints it; its numbers are exact. */
    void json(byte[] utf8, int offset, int length) throws IOException;

    /**
     * A moment, as seconds since 1970-01-01T00:00:00Z and the microseconds after that second, 0 to 999999.
     *
     * <p>In two numbers, because PostgreSQL's last years are beyond what microseconds since 1970 fit into one.
     */
    void instant(long epochSecond, int microOfSecond) throws IOException;

    /** A calendar date, in days since 1970-01-01. */
    void date(long epochDay) throws IOException;

    void endRecord() throws IOException;

    void endDataset() throws IOException;

    /** What a numeric, a timestamp or a date can hold besides values. */
    enum NonFinite {
        NAN("NaN"),
        INFINITY("Infinity"),
        NEGATIVE_INFINITY("-Infinity");

        private final String text;

        NonFinite(String text) {
            this.text = text;
        }

        /** The text in files, which PostgreSQL reads back for each of these types. */
        public String text() {
            return text;
        }
    }
}
