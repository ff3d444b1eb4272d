package dev.satchel.batchexport.format.json;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.value.BlockWriter;
import dev.satchel.batchexport.format.value.StopBytes;
import dev.satchel.delivery.FileFormats;
import dev.satchel.record.Column;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes each record as a JSON object (RFC 8259).
 *
 * <p>Numbers keep all their digits; NaN and infinities are written as strings. What surrounds the records is written by
 * Jackson. Used by one thread.
 */
abstract class JsonRecords implements FileFormats.Writer {

    private static final JsonFactory FACTORY =
            JsonFactory.builder().rootValueSeparator((String) null).build();

    private static final char QUOTE = '"';
    private static final byte[] TRUE = "true".getBytes(US_ASCII);
    private static final byte[] FALSE = "false".getBytes(US_ASCII);
    private static final byte[] NULL = "null".getBytes(US_ASCII);

    private static final StopBytes ESCAPED = StopBytes.of("\"\\\"\\");

    /** The line breaks are among the control characters; a quote is as good as any other byte. */
    private static final StopBytes LINE_BREAKS = StopBytes.of("\"\"\"\"");

    private static final String HEXADECIMAL = "0123456789ABCDEF";

    private final ByteArrayOutputStream surroundings = new ByteArrayOutputStream();
    private byte[] opening = {};
    private byte[][] names = {};
    private int column;

    /** Writes what surrounds the records; {@link #surround} writes it to the file. */
    protected final JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), surroundings);

    protected final BlockWriter out;

    JsonRecords(OutputStream out) {
        this.out = new BlockWriter(out);
    }

    /** Writes to the file what {@link #json} was given since the last call. */
    protected final void surround() throws IOException {
        json.flush();
        out.put(surroundings.toByteArray());
        surroundings.reset();
    }

    /** Ends the document and flushes the stream. */
    protected final void end() throws IOException {
        surround();
        json.close();
        out.flush();
    }

    /**
     * Begins a dataset.
     *
     * @param firstMembers what each record begins with; may be empty
     */
    protected final void begin(String firstMembers, List<Column> columns) {
        opening = ("{" + firstMembers).getBytes(UTF_8);
        names = new byte[columns.size()][];
        for (int index = 0; index < names.length; index++) {
            String separator = index == 0 && firstMembers.isEmpty() ? "" : ",";
            names[index] = (separator + quoted(columns.get(index).name()) + ":").getBytes(UTF_8);
        }
    }

    /** The text as a JSON string. */
    protected static String quoted(String text) {
        return QUOTE + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + QUOTE;
    }

    @Override
    public void beginRecord() throws IOException {
        column = 0;
        out.put(opening);
    }

    private void next() throws IOException {
        out.put(names[column++]);
    }

    @Override
    public void missing() throws IOException {
        next();
        out.put(NULL);
    }

    @Override
    public void bool(boolean value) throws IOException {
        next();
        out.put(value ? TRUE : FALSE);
    }

    @Override
    public void integer(long value) throws IOException {
        next();
        out.integer(value);
    }

    @Override
    public void decimal(byte[] ascii, int offset, int length) throws IOException {
        next();
        out.put(ascii, offset, length);
    }

    @Override
    public void nonFinite(NonFinite value) throws IOException {
        next();
        out.put(QUOTE);
        out.put(value.text().getBytes(US_ASCII));
        out.put(QUOTE);
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) throws IOException {
        next();
        out.put(QUOTE);
        out.uuid(mostSignificantBits, leastSignificantBits);
        out.put(QUOTE);
    }

    @Override
    public void text(byte[] utf8, int offset, int length) throws IOException {
        next();
        int end = offset + length;
        out.put(QUOTE);
        for (int at = out.copy(utf8, offset, end, ESCAPED); at < end; at = out.copy(utf8, at, end, ESCAPED)) {
            escape(utf8[at++]);
        }
        out.put(QUOTE);
    }

    private void escape(int character) throws IOException {
        out.put('\\');
        switch (character) {
            case '\b' -> out.put('b');
            case '\t' -> out.put('t');
            case '\n' -> out.put('n');
            case '\f' -> out.put('f');
            case '\r' -> out.put('r');
            case '"', '\\' -> out.put(character);
            default -> {
                out.put('u');
                out.put('0');
                out.put('0');
                out.put(HEXADECIMAL.charAt(character >> 4));
                out.put(HEXADECIMAL.charAt(character & 0xF));
            }
        }
    }

    // The JSON is embedded unchanged, so that its numbers stay exact. Line breaks can only occur between tokens, where
    // a space is equivalent and keeps the record on one line.
    @Override
    public void json(byte[] utf8, int offset, int length) throws IOException {
        next();
        int end = offset + length;
        for (int at = out.copy(utf8, offset, end, LINE_BREAKS); at < end; at = out.copy(utf8, at, end, LINE_BREAKS)) {
            byte stop = utf8[at++];
            out.put(stop == '\n' || stop == '\r' ? ' ' : stop);
        }
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) throws IOException {
        next();
        out.put(QUOTE);
        out.moment(epochSecond, microOfSecond);
        out.put(QUOTE);
    }

    @Override
    public void date(long epochDay) throws IOException {
        next();
        out.put(QUOTE);
        out.day(epochDay);
        out.put(QUOTE);
    }

    @Override
    public void endRecord() throws IOException {
        out.put('}');
        out.put('\n');
    }

    @Override
    public void encoded(byte[] bytes, int offset, int length) throws IOException {
        out.put(bytes, offset, length);
    }

    @Override
    public void endDataset() throws IOException {}
}
