package dev.satchel.batchexport.format.value;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.record.RecordSink;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Receives records as lists of objects, for what needs them so: a file of a library, a page. The objects are {@code
 * null} for missing, {@link Boolean}, {@link Long}, {@link BigDecimal}, {@link UUID}, {@link String}, {@link Json},
 * {@link Moment}, {@link Day} and {@link RecordSink.NonFinite}. Used by one thread.
 */
public abstract class RecordObjects implements RecordSink {

    /** One JSON value, as PostgreSQL prints it. */
    public record Json(String text) {}

    /** A moment in UTC, whose range exceeds that of {@link java.time.Instant}; see {@link RecordSink#instant}. */
    public record Moment(long epochSecond, int microOfSecond) {}

    /** A date, in days since 1970-01-01, whose range exceeds that of {@link java.time.LocalDate}. */
    public record Day(long epochDay) {}

    private final List<@Nullable Object> values = new ArrayList<>();
    private boolean wanted = true;

    /** Whether records that follow are wanted, as all are at first. No objects are made for those that are not. */
    protected final void want(boolean wanted) {
        this.wanted = wanted;
    }

    /**
     * A record has ended.
     *
     * @param values in the order of the columns; valid during the call only
     */
    protected abstract void record(List<@Nullable Object> values) throws IOException;

    @Override
    public final void beginRecord() {
        values.clear();
    }

    @Override
    public final void endRecord() throws IOException {
        if (wanted) {
            record(values);
        }
    }

    @Override
    public final void missing() {
        add(null);
    }

    private void add(@Nullable Object value) {
        if (wanted) {
            values.add(value);
        }
    }

    @Override
    public final void bool(boolean value) {
        add(value);
    }

    @Override
    public final void integer(long value) {
        add(value);
    }

    @Override
    public final void decimal(byte[] ascii, int offset, int length) {
        if (wanted) {
            values.add(new BigDecimal(new String(ascii, offset, length, US_ASCII)));
        }
    }

    @Override
    public final void nonFinite(NonFinite value) {
        add(value);
    }

    @Override
    public final void uuid(long mostSignificantBits, long leastSignificantBits) {
        if (wanted) {
            values.add(new UUID(mostSignificantBits, leastSignificantBits));
        }
    }

    @Override
    public final void text(byte[] utf8, int offset, int length) {
        if (wanted) {
            values.add(new String(utf8, offset, length, UTF_8));
        }
    }

    @Override
    public final void json(byte[] utf8, int offset, int length) {
        if (wanted) {
            values.add(new Json(new String(utf8, offset, length, UTF_8)));
        }
    }

    @Override
    public final void instant(long epochSecond, int microOfSecond) {
        if (wanted) {
            values.add(new Moment(epochSecond, microOfSecond));
        }
    }

    @Override
    public final void date(long epochDay) {
        if (wanted) {
            values.add(new Day(epochDay));
        }
    }
}
