package dev.satchel.batchexport.bench.encode;

import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.RecordSink;
import java.util.List;

/** Takes every value and keeps a sum, so that no call can be left out. */
final class DroppingSink implements RecordSink {

    private long sum;

    long sum() {
        return sum;
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) {}

    @Override
    public void beginRecord() {
        sum++;
    }

    @Override
    public void missing() {
        sum++;
    }

    @Override
    public void bool(boolean value) {
        sum += value ? 1 : 0;
    }

    @Override
    public void integer(long value) {
        sum += value;
    }

    @Override
    public void decimal(byte[] ascii, int offset, int length) {
        sum += length;
    }

    @Override
    public void nonFinite(NonFinite value) {
        sum++;
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) {
        sum += mostSignificantBits ^ leastSignificantBits;
    }

    @Override
    public void text(byte[] utf8, int offset, int length) {
        sum += length;
    }

    @Override
    public void json(byte[] utf8, int offset, int length) {
        sum += length;
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) {
        sum += epochSecond + microOfSecond;
    }

    @Override
    public void date(long epochDay) {
        sum += epochDay;
    }

    @Override
    public void endRecord() {
        sum++;
    }

    @Override
    public void endDataset() {}
}
