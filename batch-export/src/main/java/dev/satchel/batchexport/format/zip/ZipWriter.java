package dev.satchel.batchexport.format.zip;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.archive.ArchiveSettings;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.format.csv.CsvWriter;
import dev.satchel.batchexport.format.json.Manifest;
import dev.satchel.batchexport.format.value.ForwardingWriter;
import dev.satchel.batchexport.format.value.UnclosedOutputStream;
import dev.satchel.delivery.stream.MeteredOutputStream;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a ZIP with one CSV file per dataset, {@code manifest.json} for programs and {@code README.txt} for the user. All
 * files were last modified when the snapshot was taken, in UTC, so the same snapshot gives the same bytes. Files inside and the archive may exceed 4 GiB (ZIP64). Used by one thread.
 */
public final class ZipWriter extends ForwardingWriter {

    private final ExportRequest request;
    private final CsvOptions options;
    private final ArchiveSettings settings;
    private final ZipOutputStream zip;
    private final Map<Dataset, DeliveredFile.Entry> files = new LinkedHashMap<>();
    private @Nullable LocalDateTime time;
    private @Nullable Table table;

    /** @param settings the operator's texts, and how long the file stays */
    public ZipWriter(ExportRequest request, CsvOptions options, ArchiveSettings settings, OutputStream out) {
        this.request = request;
        this.options = options;
        this.settings = settings;
        this.zip = new ZipOutputStream(new UnclosedOutputStream(out), UTF_8);
    }

    @Override
    public void begin(Instant takenAt, ZoneId zone) {
        time = LocalDateTime.ofInstant(takenAt, ZoneOffset.UTC);
    }

    private MeteredOutputStream begin(String name) throws IOException {
        if (time == null) {
            throw new IllegalStateException("a file came before the reading began");
        }
        ZipEntry entry = new ZipEntry(name);
        // A local time, because ZIP knows no zones.
        entry.setTimeLocal(time);
        zip.putNextEntry(entry);
        return new MeteredOutputStream(zip);
    }

    private DeliveredFile.Entry end(String name, MeteredOutputStream content) throws IOException {
        zip.closeEntry();
        return new DeliveredFile.Entry(name, content.count(), content.sha256());
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        MeteredOutputStream content = begin(nameOf(dataset));
        table = new Table(dataset, content, new CsvWriter(options, content));
        table.csv.beginDataset(dataset, columns);
    }

    private static String nameOf(Dataset dataset) {
        return dataset.name() + ".csv";
    }

    @Override
    protected CsvWriter writer() {
        return table().csv;
    }

    private Table table() {
        if (table == null) {
            throw new IllegalStateException("a value came before its dataset began");
        }
        return table;
    }

    @Override
    public void encoded(byte[] bytes, int offset, int length) throws IOException {
        writer().encoded(bytes, offset, length);
    }

    @Override
    public void endDataset() throws IOException {
        Table ended = table();
        ended.csv.flush();
        files.put(ended.dataset, end(nameOf(ended.dataset), ended.content));
        table = null;
    }

    @Override
    public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException {
        List<DeliveredFile.Entry> entries = new ArrayList<>(files.values());
        entries.add(write("manifest.json", Manifest.ofArchive(request, snapshot, files, Map.of())));
        entries.add(write("README.txt", Readme.text(options, settings, snapshot, files)));
        // close(), not only finish(), because it frees the compressor's native memory.
        zip.close();
        return entries;
    }

    private DeliveredFile.Entry write(String name, byte[] bytes) throws IOException {
        MeteredOutputStream content = begin(name);
        content.write(bytes, 0, bytes.length);
        return end(name, content);
    }

    /** The CSV file that is being written. */
    private record Table(Dataset dataset, MeteredOutputStream content, CsvWriter csv) {}
}
