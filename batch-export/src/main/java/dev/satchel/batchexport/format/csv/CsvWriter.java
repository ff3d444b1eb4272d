package dev.satchel.batchexport.format.csv;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.value.Iso8601;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.DeliveredFile;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.util.List;
import java.util.UUID;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.QuoteMode;

/**
 * Writes one dataset as CSV (RFC 4180): lines end with CRLF, there is always a header, and all values except numbers
 * and NULL are quoted. So NULL is an empty field, and the empty text is {@code ""}. Used by one thread.
 */
public final class CsvWriter implements FileFormats.Writer {

    private static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setQuoteMode(QuoteMode.NON_NUMERIC)
            .setNullString("")
            .get();

    /** Values with more bytes than this are decoded and written piece by piece. */
    private static final int LARGE = 64 * 1024;

    private final CsvOptions options;
    private final Writer text;
    private final CSVPrinter printer;

    public CsvWriter(CsvOptions options, OutputStream out) {
        this.options = options;
        this.text = new BufferedWriter(new OutputStreamWriter(out, UTF_8));
        try {
            this.printer = new CSVPrinter(text, FORMAT);
        } catch (IOException impossible) {
            throw new IllegalStateException(
                    "without a header, the constructor of CSVPrinter writes nothing", impossible);
        }
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        if (options.bom()) {
            text.write('\uFEFF');
        }
        for (Column column : columns) {
            printer.print(column.name());
        }
        printer.println();
    }

    @Override
    public void beginRecord() {}

    @Override
    public void missing() throws IOException {
        printer.print(null);
    }

    @Override
    public void bool(boolean value) throws IOException {
        printer.print(Boolean.toString(value));
    }

    @Override
    public void integer(long value) throws IOException {
        printer.print(value);
    }

    @Override
    public void decimal(byte[] ascii, int offset, int length) throws IOException {
        printer.print(new Verbatim(new String(ascii, offset, length, US_ASCII)));
    }

    @Override
    public void nonFinite(NonFinite value) throws IOException {
        printer.print(new Verbatim(value.text()));
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) throws IOException {
        printer.print(new UUID(mostSignificantBits, leastSignificantBits).toString());
    }

    @Override
    public void text(byte[] utf8, int offset, int length) throws IOException {
        if (length > LARGE) {
            printer.print(
                    new LargeText(utf8, offset, length, options.escapeFormulas() ? new EscapedFormulas.Text() : null));
            return;
        }
        String value = new String(utf8, offset, length, UTF_8);
        printer.print(options.escapeFormulas() ? EscapedFormulas.text(value) : value);
    }

    @Override
    public void json(byte[] utf8, int offset, int length) throws IOException {
        if (length > LARGE) {
            printer.print(
                    new LargeText(utf8, offset, length, options.escapeFormulas() ? new EscapedFormulas.Json() : null));
            return;
        }
        String value = new String(utf8, offset, length, UTF_8);
        printer.print(options.escapeFormulas() ? EscapedFormulas.json(value) : value);
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) throws IOException {
        printer.print(Iso8601.moment(epochSecond, microOfSecond));
    }

    @Override
    public void date(long epochDay) throws IOException {
        printer.print(Iso8601.day(epochDay));
    }

    @Override
    public void endRecord() throws IOException {
        printer.println();
    }

    @Override
    public void endDataset() {}

    @Override
    public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException {
        flush();
        return List.of();
    }

    /** Writes all buffered text to the stream. */
    public void flush() throws IOException {
        printer.flush();
    }

    /** A number that is printed with exactly these digits. CSVPrinter does not quote a {@link Number}. */
    private static final class Verbatim extends Number {

        private static final long serialVersionUID = 1L;

        private final String digits;

        Verbatim(String digits) {
            this.digits = digits;
        }

        @Override
        public String toString() {
            return digits;
        }

        @Override
        public int intValue() {
            return (int) doubleValue();
        }

        @Override
        public long longValue() {
            return (long) doubleValue();
        }

        @Override
        public float floatValue() {
            return (float) doubleValue();
        }

        @Override
        public double doubleValue() {
            return Double.parseDouble(digits);
        }
    }
}
