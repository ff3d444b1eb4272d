package dev.satchel.batchexport.format.zip;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a ZIP with one CSV file per dataset, {@code manifest.json} for programs and {@code README.txt} for the user.
 * Files inside and the archive may exceed 4 GiB (ZIP64). Used by one thread.
 */
public final class ZipWriter extends ForwardingWriter {

    // All entries have the same time, because ZIP stores local times without a zone. For a time in January 1980
    // ZipEntry would add an extra field, whose bytes depend on the zone.
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private final ExportRequest request;
    private final CsvOptions options;
    private final ZipOutputStream zip;
    private final Map<Dataset, DeliveredFile.Entry> files = new LinkedHashMap<>();
    private @Nullable Table table;

    public ZipWriter(ExportRequest request, CsvOptions options, OutputStream out) {
        this.request = request;
        this.options = options;
        this.zip = new ZipOutputStream(new UnclosedOutputStream(out), UTF_8);
    }

    private MeteredOutputStream begin(String name) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(NO_TIME);
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
        entries.add(write("README.txt", Readme.text(options, snapshot, files)));
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
