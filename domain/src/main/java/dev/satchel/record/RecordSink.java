package dev.satchel.record;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/**
 * Receives a user's records value by value, so that no object is made for a record or a value.
 *
 * <p>The calls come in this order: {@code begin}; for each dataset {@code beginDataset}; for each of its records {@code beginRecord},
 * then exactly one value call per column in the columns' order, then {@code endRecord}; then {@code endDataset}. Byte
 * arrays belong to the caller and are valid during the call only. Used by one thread.
 */
public interface RecordSink {

    /**
     * The reading begins.
     *
     * @param takenAt when the snapshot was taken
     * @param zone the zone in which the user's days are counted; UTC if none is known
     */
    default void begin(Instant takenAt, ZoneId zone) throws IOException {}

    /** Whether this sink needs the hash of each dataset in the snapshot, which costs a second reading of the records. */
    default boolean needsHashes() {
        return false;
    }

    void beginDataset(Dataset dataset, List<Column> columns) throws IOException;

    void beginRecord() throws IOException;

    /** The column is NULL, which differs from the empty text. */
    void missing() throws IOException;

    void bool(boolean value) throws IOException;

    void integer(long value) throws IOException;

    /**
     * A finite decimal number of any size, in plain ASCII notation such as {@code -12.50}, with the scale of the
     * stored value.
     */
    void decimal(byte[] ascii, int offset, int length) throws IOException;

    /** NaN or an infinity, in the place of a number, an instant or a date. */
    void nonFinite(NonFinite value) throws IOException;

    void uuid(long mostSignificantBits, long leastSignificantBits) throws IOException;

    void text(byte[] utf8, int offset, int length) throws IOException;

    /** One JSON value, as PostgreSQL prints it. Its numbers are exact. */
    void json(byte[] utf8, int offset, int length) throws IOException;

    /**
     * A moment, as seconds since 1970-01-01T00:00:00Z and the microseconds after that second, 0 to 999999.
     *
     * <p>These are two numbers because PostgreSQL's range exceeds what a {@code long} can hold in microseconds since
     * 1970.
     */
    void instant(long epochSecond, int microOfSecond) throws IOException;

    /** A calendar date, in days since 1970-01-01. */
    void date(long epochDay) throws IOException;

    void endRecord() throws IOException;

    void endDataset() throws IOException;

    /** The special values of PostgreSQL's numeric, floating-point, timestamp and date types. */
    enum NonFinite {
        NAN("NaN"),
        INFINITY("Infinity"),
        NEGATIVE_INFINITY("-Infinity");

        private final String text;

        NonFinite(String text) {
            this.text = text;
        }

        /** The text in files. PostgreSQL accepts it as input for the same types. */
        public String text() {
            return text;
        }
    }
}
