package dev.satchel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** One text per line, and the number of records at the end. */
public final class LineFormat implements FileFormats {

    private final boolean untidy;

    public LineFormat() {
        this(false);
    }

    /** @param untidy whether its writers fail to tidy up */
    LineFormat(boolean untidy) {
        this.untidy = untidy;
    }

    @Override
    public String extension(ExportRequest request) {
        return "txt";
    }

    @Override
    public String contentType(ExportRequest request) {
        return "text/plain";
    }

    @Override
    public Writer open(ExportRequest request, OutputStream out) {
        return new LineWriter(out, untidy);
    }

    private record LineWriter(OutputStream out, boolean untidy) implements FileFormats.Writer {

        @Override
        public void close() throws IOException {
            if (untidy) {
                throw new IOException("a temporary file cannot be removed");
            }
        }

        @Override
        public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException {
            long records = snapshot.records().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            // Byte by byte, as some encoders write.
            for (byte each : (records + " records\n").getBytes(UTF_8)) {
                out.write(each);
            }
            return List.of();
        }

        @Override
        public void text(byte[] utf8, int offset, int length) throws IOException {
            out.write(utf8, offset, length);
        }

        @Override
        public void endRecord() throws IOException {
            out.write('\n');
        }

        @Override
        public void beginDataset(Dataset dataset, List<Column> columns) {}

        @Override
        public void beginRecord() {}

        @Override
        public void missing() {}

        @Override
        public void bool(boolean value) {}

        @Override
        public void integer(long value) {}

        @Override
        public void decimal(byte[] ascii, int offset, int length) {}

        @Override
        public void nonFinite(NonFinite value) {}

        @Override
        public void uuid(long mostSignificantBits, long leastSignificantBits) {}

        @Override
        public void json(byte[] utf8, int offset, int length) {}

        @Override
        public void instant(long epochSecond, int microOfSecond) {}

        @Override
        public void date(long epochDay) {}

        @Override
        public void endDataset() {}
    }
}
