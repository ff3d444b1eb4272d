package dev.satchel.batchexport.format.value;

import dev.satchel.delivery.FileFormats;
import dev.satchel.record.RecordSink;
import java.io.IOException;

/** A writer that passes records and values on to another one, as they are. Used by one thread. */
public abstract class ForwardingWriter implements FileFormats.Writer {

    /** What receives the records of the dataset that has begun. */
    protected abstract RecordSink writer();

    @Override
    public void beginRecord() throws IOException {
        writer().beginRecord();
    }

    @Override
    public void missing() throws IOException {
        writer().missing();
    }

    @Override
    public void bool(boolean value) throws IOException {
        writer().bool(value);
    }

    @Override
    public void integer(long value) throws IOException {
        writer().integer(value);
    }

    @Override
    public void decimal(byte[] ascii, int offset, int length) throws IOException {
        writer().decimal(ascii, offset, length);
    }

    @Override
    public void nonFinite(NonFinite value) throws IOException {
        writer().nonFinite(value);
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) throws IOException {
        writer().uuid(mostSignificantBits, leastSignificantBits);
    }

    @Override
    public void text(byte[] utf8, int offset, int length) throws IOException {
        writer().text(utf8, offset, length);
    }

    @Override
    public void json(byte[] utf8, int offset, int length) throws IOException {
        writer().json(utf8, offset, length);
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) throws IOException {
        writer().instant(epochSecond, microOfSecond);
    }

    @Override
    public void date(long epochDay) throws IOException {
        writer().date(epochDay);
    }

    @Override
    public void endRecord() throws IOException {
        writer().endRecord();
    }
}
