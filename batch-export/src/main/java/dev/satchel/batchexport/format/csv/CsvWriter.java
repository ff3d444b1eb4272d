package dev.satchel.batchexport.format.csv;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.value.BlockWriter;
import dev.satchel.batchexport.format.value.StopBytes;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.DeliveredFile;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes one dataset as CSV (RFC 4180): lines end with CRLF, there is always a header, and all values except numbers
 * and NULL are quoted. So NULL is an empty field, and the empty text is {@code ""}. Used by one thread.
 */
public final class CsvWriter implements FileFormats.Writer {

    private static final byte[] BYTE_ORDER_MARK = "\uFEFF".getBytes(UTF_8);
    private static final byte[] TRUE = "\"true\"".getBytes(US_ASCII);
    private static final byte[] FALSE = "\"false\"".getBytes(US_ASCII);
    private static final byte[] LINE_END = "\r\n".getBytes(US_ASCII);

    private static final char QUOTE = '"';
    private static final char MARK = '\'';

    /** The quote, which is doubled, and the separators that are no control characters. */
    private static final StopBytes QUOTE_AND_SEPARATORS = StopBytes.of("\",;|");

    private static final StopBytes QUOTE_ALONE = StopBytes.of("\"\"\"\"");

    private final CsvOptions options;
    private final BlockWriter out;
    private final boolean headed;
    private boolean first = true;

    public CsvWriter(CsvOptions options, OutputStream out) {
        this(options, out, true);
    }

    private CsvWriter(CsvOptions options, OutputStream out, boolean headed) {
        this.options = options;
        this.out = new BlockWriter(out);
        this.headed = headed;
    }

    /** A writer of records without a header, for {@link #encoded}. */
    public static CsvWriter ofPart(CsvOptions options, OutputStream out) {
        return new CsvWriter(options, out, false);
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        if (!headed) {
            return;
        }
        if (options.bom()) {
            out.put(BYTE_ORDER_MARK);
        }
        for (Column column : columns) {
            byte[] name = column.name().getBytes(UTF_8);
            separate();
            quoted(name, 0, name.length);
        }
        endRecord();
    }

    @Override
    public void beginRecord() {}

    private void separate() throws IOException {
        if (first) {
            first = false;
        } else {
            out.put(',');
        }
    }

    @Override
    public void missing() throws IOException {
        separate();
    }

    @Override
    public void bool(boolean value) throws IOException {
        separate();
        out.put(value ? TRUE : FALSE);
    }

    @Override
    public void integer(long value) throws IOException {
        separate();
        out.integer(value);
    }

    @Override
    public void decimal(byte[] ascii, int offset, int length) throws IOException {
        separate();
        out.put(ascii, offset, length);
    }

    @Override
    public void nonFinite(NonFinite value) throws IOException {
        separate();
        out.put(value.text().getBytes(US_ASCII));
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) throws IOException {
        separate();
        out.put(QUOTE);
        out.uuid(mostSignificantBits, leastSignificantBits);
        out.put(QUOTE);
    }

    @Override
    public void text(byte[] utf8, int offset, int length) throws IOException {
        separate();
        if (options.escapeFormulas()) {
            quotedAndEscaped(utf8, offset, offset + length);
        } else {
            quoted(utf8, offset, length);
        }
    }

    @Override
    public void json(byte[] utf8, int offset, int length) throws IOException {
        separate();
        if (options.escapeFormulas()) {
            quotedAndEscapedJson(utf8, offset, offset + length);
        } else {
            quoted(utf8, offset, length);
        }
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) throws IOException {
        separate();
        out.put(QUOTE);
        out.moment(epochSecond, microOfSecond);
        out.put(QUOTE);
    }

    @Override
    public void date(long epochDay) throws IOException {
        separate();
        out.put(QUOTE);
        out.day(epochDay);
        out.put(QUOTE);
    }

    private void quoted(byte[] utf8, int offset, int length) throws IOException {
        int end = offset + length;
        out.put(QUOTE);
        for (int at = out.copy(utf8, offset, end, QUOTE_ALONE); at < end; at = out.copy(utf8, at, end, QUOTE_ALONE)) {
            character(utf8[at++]);
        }
        out.put(QUOTE);
    }

    private void character(byte next) throws IOException {
        out.put(next);
        if (next == QUOTE) {
            out.put(QUOTE);
        }
    }

    private void quotedAndEscaped(byte[] utf8, int offset, int end) throws IOException {
        out.put(QUOTE);
        if (offset < end && (EscapedFormulas.isDropped(utf8[offset]) || EscapedFormulas.needsMark(utf8, offset, end))) {
            out.put(MARK);
        }
        int at = out.copy(utf8, offset, end, QUOTE_AND_SEPARATORS);
        while (at < end) {
            byte stop = utf8[at++];
            character(stop);
            if (EscapedFormulas.isSeparator(stop) && EscapedFormulas.needsMark(utf8, at, end)) {
                out.put(MARK);
            }
            at = out.copy(utf8, at, end, QUOTE_AND_SEPARATORS);
        }
        out.put(QUOTE);
    }

    private void quotedAndEscapedJson(byte[] utf8, int offset, int end) throws IOException {
        out.put(QUOTE);
        boolean isInString = false;
        boolean isStart = true;
        int at = offset;
        while (at < end) {
            int character = EscapedFormulas.character(utf8, at, end);
            int next = Math.min(at + EscapedFormulas.length(character), end);
            if (character == '\\' && next < end) {
                // An escaped character neither ends the string nor counts as white space.
                out.put('\\');
                character(utf8[next]);
                isStart = false;
                at = next + 1;
                continue;
            }
            if (isInString && isStart && EscapedFormulas.isTrigger(character)) {
                out.put(("\\u" + HexFormat.of().toHexDigits((char) character)).getBytes(US_ASCII));
            } else {
                for (int index = at; index < next; index++) {
                    character(utf8[index]);
                }
            }
            isStart = EscapedFormulas.isSeparator(character) || (isStart && EscapedFormulas.isSkipped(character));
            isInString ^= character == QUOTE;
            at = next;
        }
        out.put(QUOTE);
    }

    @Override
    public void endRecord() throws IOException {
        out.put(LINE_END);
        first = true;
    }

    @Override
    public void encoded(byte[] bytes, int offset, int length) throws IOException {
        out.put(bytes, offset, length);
    }

    @Override
    public void endDataset() {}

    @Override
    public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException {
        flush();
        return List.of();
    }

    /** Writes all buffered bytes to the stream, and flushes the stream. */
    public void flush() throws IOException {
        out.flush();
    }
}
