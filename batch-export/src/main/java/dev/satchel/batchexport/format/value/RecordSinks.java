package dev.satchel.batchexport.format.value;

import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.RecordSink;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/** Passes records on to several sinks, in their order. Used by one thread. */
public final class RecordSinks implements RecordSink {

    private final RecordSink[] sinks;

    public RecordSinks(List<? extends RecordSink> sinks) {
        this.sinks = sinks.toArray(RecordSink[]::new);
    }

    @Override
    public void begin(Instant takenAt, ZoneId zone) throws IOException {
        for (RecordSink sink : sinks) {
            sink.begin(takenAt, zone);
        }
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        for (RecordSink sink : sinks) {
            sink.beginDataset(dataset, columns);
        }
    }

    @Override
    public void beginRecord() throws IOException {
        for (RecordSink sink : sinks) {
            sink.beginRecord();
        }
    }

    @Override
    public void missing() throws IOException {
        for (RecordSink sink : sinks) {
            sink.missing();
        }
    }

    @Override
    public void bool(boolean value) throws IOException {
        for (RecordSink sink : sinks) {
            sink.bool(value);
        }
    }

    @Override
    public void integer(long value) throws IOException {
        for (RecordSink sink : sinks) {
            sink.integer(value);
        }
    }

    @Override
    public void decimal(byte[] ascii, int offset, int length) throws IOException {
        for (RecordSink sink : sinks) {
            sink.decimal(ascii, offset, length);
        }
    }

    @Override
    public void nonFinite(NonFinite value) throws IOException {
        for (RecordSink sink : sinks) {
            sink.nonFinite(value);
        }
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) throws IOException {
        for (RecordSink sink : sinks) {
            sink.uuid(mostSignificantBits, leastSignificantBits);
        }
    }

    @Override
    public void text(byte[] utf8, int offset, int length) throws IOException {
        for (RecordSink sink : sinks) {
            sink.text(utf8, offset, length);
        }
    }

    @Override
    public void json(byte[] utf8, int offset, int length) throws IOException {
        for (RecordSink sink : sinks) {
            sink.json(utf8, offset, length);
        }
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) throws IOException {
        for (RecordSink sink : sinks) {
            sink.instant(epochSecond, microOfSecond);
        }
    }

    @Override
    public void date(long epochDay) throws IOException {
        for (RecordSink sink : sinks) {
            sink.date(epochDay);
        }
    }

    @Override
    public void endRecord() throws IOException {
        for (RecordSink sink : sinks) {
            sink.endRecord();
        }
    }

    @Override
    public void endDataset() throws IOException {
        for (RecordSink sink : sinks) {
            sink.endDataset();
        }
    }
}
