package dev.satchel.batchexport.format;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.UserId;
import dev.satchel.batchexport.format.archive.ArchiveSettings;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.RecordSink;
import dev.satchel.record.RecordSink.NonFinite;
import dev.satchel.record.UserRecords;
import dev.satchel.record.hash.RecordHasher;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Writes a file the way the use case does, from plain values. */
public final class Written {

    public static final Instant SNAPSHOT = Instant.parse("2026-10-05T04:03:02.001Z");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Map<Dataset, Long> counts = new LinkedHashMap<>();
    private final FileFormats.Writer writer;
    private final Map<Dataset, String> hashes = new LinkedHashMap<>();
    private final RecordHasher hasher = new RecordHasher();
    private List<DeliveredFile.Entry> entries = List.of();

    private Written(ExportRequest request, FileFormats formats, ZoneId zone) throws IOException {
        this.writer = formats.open(request, bytes);
        writer.begin(SNAPSHOT, zone);
    }

    public static Written file(ExportType type, ExportFormat format, CsvOptions options) throws IOException {
        return file(request(type, format, ExportFilters.NONE), options);
    }

    public static Written file(ExportRequest request, CsvOptions options) throws IOException {
        return file(request, new StandardFileFormats(options));
    }

    public static Written file(ExportRequest request, FileFormats formats) throws IOException {
        return new Written(request, formats, ZoneOffset.UTC);
    }

    /** Writes an archive whose CSV files are of that kind. */
    public static Written archive(ExportRequest request, CsvOptions options, ZoneId zone) throws IOException {
        return new Written(request, new StandardFileFormats(options), zone);
    }

    /** Writes an archive for somebody who lives in that zone. */
    public static Written archive(ExportType type, ArchiveSettings settings, ZoneId zone) throws IOException {
        return new Written(
                request(type, ExportFormat.ARCHIVE, ExportFilters.NONE),
                new StandardFileFormats(CsvOptions.DEFAULT, () -> settings),
                zone);
    }

    public static ExportRequest request(ExportType type, ExportFormat format, ExportFilters filters) {
        return new ExportRequest(new UserId(new UUID(1, 2)), type, format, filters);
    }

    /** Writes a dataset; each record has one value per column, and null is a missing one. */
    public Written dataset(Dataset dataset, List<Column> columns, Object[]... records) throws IOException {
        writer.beginDataset(dataset, columns);
        write(hasher, dataset, columns, records);
        for (Object[] values : records) {
            write(writer, columns, values);
        }
        writer.endDataset();
        if (writer.needsHashes()) {
            hashes.put(dataset, hasher.hash().toString());
        }
        counts.put(dataset, (long) records.length);
        return this;
    }

    private static void write(RecordHasher hasher, Dataset dataset, List<Column> columns, Object[]... records)
            throws IOException {
        hasher.beginDataset(dataset, columns);
        for (Object[] values : records) {
            write(hasher, columns, values);
        }
    }

    private static void write(RecordSink writer, List<Column> columns, Object[] values) throws IOException {
        writer.beginRecord();
        for (int i = 0; i < values.length; i++) {
            write(writer, columns.get(i).type(), values[i]);
        }
        writer.endRecord();
    }

    /** Passes a value on; an instant is a number of microseconds, a date one of days. */
    public static void write(RecordSink writer, Column.Type type, Object value) throws IOException {
        if (value == null) {
            writer.missing();
        } else if (value instanceof NonFinite none) {
            writer.nonFinite(none);
        } else {
            switch (type) {
                case BOOLEAN -> writer.bool((Boolean) value);
                case INTEGER -> writer.integer(((Number) value).longValue());
                case DECIMAL -> {
                    byte[] ascii = ("xx" + value + "x").getBytes(US_ASCII);
                    writer.decimal(ascii, 2, ascii.length - 3);
                }
                case UUID ->
                    writer.uuid(((UUID) value).getMostSignificantBits(), ((UUID) value).getLeastSignificantBits());
                case TEXT -> {
                    byte[] utf8 = ("x" + value + "xx").getBytes(UTF_8);
                    writer.text(utf8, 1, utf8.length - 3);
                }
                case JSON -> {
                    byte[] utf8 = ("x" + value + "xx").getBytes(UTF_8);
                    writer.json(utf8, 1, utf8.length - 3);
                }
                case INSTANT -> {
                    long micros = ((Number) value).longValue();
                    writer.instant(Math.floorDiv(micros, 1_000_000L), (int) Math.floorMod(micros, 1_000_000L));
                }
                case DATE -> writer.date(((Number) value).longValue());
            }
        }
    }

    /** A snapshot without records. */
    public static UserRecords.Snapshot snapshot() {
        return new UserRecords.Snapshot(SNAPSHOT, Map.of(), List.of(), "1");
    }

    public byte[] finish(Dataset... absent) throws IOException {
        entries = writer.finish(new UserRecords.Snapshot(SNAPSHOT, counts, List.of(absent), "1", List.of(), hashes));
        return bytes.toByteArray();
    }

    public String text(Dataset... absent) throws IOException {
        return new String(finish(absent), UTF_8);
    }

    /** Gives up, as after a failure. */
    public void close() throws IOException {
        writer.close();
    }

    /** What {@link #finish} returned as the files inside. */
    public List<DeliveredFile.Entry> entries() {
        return entries;
    }
}
