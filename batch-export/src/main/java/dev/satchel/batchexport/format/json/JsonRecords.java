package dev.satchel.batchexport.format.json;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.satchel.batchexport.format.value.Iso8601;
import dev.satchel.delivery.FileFormats;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes each record as a JSON object on its own line.
 *
 * <p>Numbers keep all their digits; NaN and infinities are written as strings. Jackson writes to a buffer in memory,
 * so that an {@link IOException} of the stream reaches the caller unchanged instead of as an exception of Jackson.
 * Large values pass through the buffer in pieces. Used by one thread.
 */
abstract class JsonRecords implements FileFormats.Writer {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .rootValueSeparator((String) null)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .build();

    private static final int FULL = 8 * 1024;

    private final OutputStream out;
    private final Memory buffer = new Memory();
    private List<Column> columns = List.of();
    private int column;

    /** Writes to the buffer. Subclasses call {@link #pass} where the buffer may be flushed. */
    protected final JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), buffer);

    JsonRecords(OutputStream out) {
        this.out = out;
    }

    /** Writes the buffer to the stream if it is full enough. */
    protected final void pass() throws IOException {
        json.flush();
        if (buffer.size() >= FULL) {
            passAll();
        }
    }

    /** Writes the buffer to the stream. */
    protected final void passAll() throws IOException {
        json.flush();
        buffer.writeTo(out);
        buffer.reset();
    }

    /** Ends the document and flushes the stream. */
    protected final void end() throws IOException {
        passAll();
        json.close();
        out.flush();
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        this.columns = columns;
    }

    @Override
    public void beginRecord() throws IOException {
        column = 0;
        json.writeStartObject();
    }

    private JsonGenerator next() {
        return json.writeName(columns.get(column++).name());
    }

    @Override
    public void missing() {
        next().writeNull();
    }

    @Override
    public void bool(boolean value) {
        next().writeBoolean(value);
    }

    @Override
    public void integer(long value) {
        next().writeNumber(value);
    }

    @Override
    public void decimal(byte[] ascii, int offset, int length) {
        next().writeNumber(new String(ascii, offset, length, US_ASCII));
    }

    @Override
    public void nonFinite(NonFinite value) {
        next().writeString(value.text());
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) {
        next().writeString(new UUID(mostSignificantBits, leastSignificantBits).toString());
    }

    @Override
    public void text(byte[] utf8, int offset, int length) throws IOException {
        try {
            buffer.passing = true;
            next().writeUTF8String(utf8, offset, length);
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        } finally {
            buffer.passing = false;
        }
    }

    // The JSON is embedded unchanged, so that its numbers stay exact. Line breaks can only occur between tokens, where
    // a space is equivalent and keeps the record on one line.
    @Override
    public void json(byte[] utf8, int offset, int length) throws IOException {
        // Makes Jackson write the separator before the value and count the value as written.
        next().writeRawValue("");
        json.flush();
        int begun = offset;
        for (int index = offset; index < offset + length; index++) {
            if (utf8[index] == '\n' || utf8[index] == '\r') {
                pass(utf8, begun, index);
                buffer.write(' ');
                begun = index + 1;
            }
        }
        pass(utf8, begun, offset + length);
    }

    private void pass(byte[] utf8, int begin, int end) throws IOException {
        if (end - begin < FULL) {
            buffer.write(utf8, begin, end - begin);
        } else {
            passAll();
            out.write(utf8, begin, end - begin);
        }
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) {
        next().writeString(Iso8601.moment(epochSecond, microOfSecond));
    }

    @Override
    public void date(long epochDay) {
        next().writeString(Iso8601.day(epochDay));
    }

    @Override
    public void endRecord() throws IOException {
        json.writeEndObject();
        pass();
    }

    @Override
    public void endDataset() throws IOException {}

    /**
     * The buffer that Jackson writes to. While {@code passing}, it flushes itself to the stream, whose failure it
     * throws as an {@link UncheckedIOException}, because Jackson would wrap an {@link IOException}.
     */
    private final class Memory extends ByteArrayOutputStream {

        private boolean passing;

        Memory() {
            super(2 * FULL);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            if (passing && size() >= FULL) {
                try {
                    writeTo(out);
                    reset();
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            }
        }
    }
}
