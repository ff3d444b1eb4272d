package dev.satchel.batchexport.bench.encode;

import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.RecordSink;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON Lines by Jackson's generator, with names that are encoded once and texts as UTF-8: what an encoder of our own is
 * compared with.
 */
final class JacksonLines implements RecordSink {

    private final JsonGenerator json;
    private SerializedString[] names = {};
    private int column;

    JacksonLines(OutputStream out) {
        this.json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), out);
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) {
        names = columns.stream().map(column -> new SerializedString(column.name())).toArray(SerializedString[]::new);
    }

    @Override
    public void beginRecord() {
        column = 0;
        json.writeStartObject();
    }

    private JsonGenerator name() {
        return json.writeName(names[column++]);
    }

    @Override
    public void missing() {
        name().writeNull();
    }

    @Override
    public void bool(boolean value) {
        name().writeBoolean(value);
    }

    @Override
    public void integer(long value) {
        name().writeNumber(value);
    }

    @Override
    public void decimal(byte[] ascii, int offset, int length) {
        name().writeNumber(new String(ascii, offset, length, StandardCharsets.US_ASCII));
    }

    @Override
    public void nonFinite(NonFinite value) {
        name().writeString(value.text());
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) {
        name().writeString(new UUID(mostSignificantBits, leastSignificantBits).toString());
    }

    @Override
    public void text(byte[] utf8, int offset, int length) {
        name().writeUTF8String(utf8, offset, length);
    }

    @Override
    public void json(byte[] utf8, int offset, int length) {
        name().writeRawValue(new String(utf8, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) {
        name().writeString(
                Instant.ofEpochSecond(epochSecond, microOfSecond * 1000L).toString());
    }

    @Override
    public void date(long epochDay) {
        name().writeString(LocalDate.ofEpochDay(epochDay).toString());
    }

    @Override
    public void endRecord() throws IOException {
        json.writeEndObject().writeRaw('\n');
    }

    @Override
    public void endDataset() {
        json.flush();
    }
}
