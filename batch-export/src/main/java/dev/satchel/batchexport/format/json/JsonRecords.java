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
 * Writes each record as one JSON object on a line of its own.
 *
 * <p>Numbers keep every digit they came with; NaN and infinities are strings. Jackson writes into memory, one record at a
 * time: a failure of the stream then reaches the caller as it is, and not as an exception of Jackson's. A value of many
 * megabytes passes through that memory in pieces.
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

    /** Writes into the buffer; whoever uses it calls {@link #pass} at a point where the buffer may be emptied. */
    protected final JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), buffer);

    JsonRecords(OutputStream out) {
        this.out = out;
    }

    /** Passes on what was written, once it is worth a call. */
    protected final void pass() throws IOException {
        json.flush();
        if (buffer.size() >= FULL) {
            passAll();
        }
    }

    /** Passes on everything that was written. */
    protected final void passAll() throws IOException {
        json.flush();
        buffer.writeTo(out);
        buffer.reset();
    }

    /** Ends the document. */
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

    // The value is embedded as it is, so that its numbers stay exact. It may contain line breaks, but only between its
    // tokens, where a space means the same and does not break the line of the record.
    @Override
    public void json(byte[] utf8, int offset, int length) throws IOException {
        // Jackson writes what belongs before the value, and takes it for written.
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

    /** What Jackson writes to. While it passes on, a failure of the stream leaves it unchecked, and Jackson untouched. */
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
