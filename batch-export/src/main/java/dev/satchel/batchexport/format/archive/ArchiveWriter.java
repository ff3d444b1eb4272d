package dev.satchel.batchexport.format.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.format.csv.CsvWriter;
import dev.satchel.batchexport.format.value.UnclosedOutputStream;
import dev.satchel.delivery.FileFormats;
import dev.satchel.delivery.MeteredOutputStream;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.RecordSink;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes an archive: the CSV of each dataset while its records pass, and then the files of each part. Files inside and
 * the archive may exceed 4 GiB (ZIP64). Used by one thread.
 */
public final class ArchiveWriter implements FileFormats.Writer {

    private final ExportRequest request;
    private final CsvOptions options;
    private final ArchiveSettings settings;
    private final List<ArchivePart> parts;
    private final ZipFiles files;
    private final AddresseeFinder addressee = new AddresseeFinder();
    private boolean speaksOfAddressee;
    private @Nullable CsvWriter csv;
    private @Nullable OutputStream csvFile;

    /** @param parts what is in the archive besides the CSV files, in the order of their files; closed with the writer */
    public ArchiveWriter(
            ExportRequest request,
            CsvOptions options,
            ArchiveSettings settings,
            List<ArchivePart> parts,
            OutputStream out) {
        this.request = request;
        this.options = options;
        this.settings = settings;
        this.parts = List.copyOf(parts);
        this.files = new ZipFiles(out);
    }

    @Override
    public void begin(Instant takenAt, ZoneId zone) throws IOException {
        files.time = LocalDateTime.ofInstant(takenAt, ZoneOffset.UTC);
        addressee.begin(takenAt, zone);
        for (ArchivePart part : parts) {
            part.begin(takenAt, zone);
        }
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        csvFile = files.begin("data/" + dataset.name() + ".csv");
        csv = new CsvWriter(options, csvFile);
        speaksOfAddressee = AddresseeFinder.reads(dataset);
        all(sink -> sink.beginDataset(dataset, columns));
    }

    private void all(Call call) throws IOException {
        if (csv == null) {
            throw new IllegalStateException("a value came before its dataset began");
        }
        call.on(csv);
        if (speaksOfAddressee) {
            call.on(addressee);
        }
        for (ArchivePart part : parts) {
            call.on(part);
        }
    }

    @Override
    public void beginRecord() throws IOException {
        all(RecordSink::beginRecord);
    }

    @Override
    public void missing() throws IOException {
        all(RecordSink::missing);
    }

    @Override
    public void bool(boolean value) throws IOException {
        all(sink -> sink.bool(value));
    }

    @Override
    public void integer(long value) throws IOException {
        all(sink -> sink.integer(value));
    }

    @Override
    public void decimal(byte[] ascii, int offset, int length) throws IOException {
        all(sink -> sink.decimal(ascii, offset, length));
    }

    @Override
    public void nonFinite(NonFinite value) throws IOException {
        all(sink -> sink.nonFinite(value));
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) throws IOException {
        all(sink -> sink.uuid(mostSignificantBits, leastSignificantBits));
    }

    @Override
    public void text(byte[] utf8, int offset, int length) throws IOException {
        all(sink -> sink.text(utf8, offset, length));
    }

    @Override
    public void json(byte[] utf8, int offset, int length) throws IOException {
        all(sink -> sink.json(utf8, offset, length));
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) throws IOException {
        all(sink -> sink.instant(epochSecond, microOfSecond));
    }

    @Override
    public void date(long epochDay) throws IOException {
        all(sink -> sink.date(epochDay));
    }

    @Override
    public void endRecord() throws IOException {
        all(RecordSink::endRecord);
    }

    @Override
    public void endDataset() throws IOException {
        all(RecordSink::endDataset);
        if (csv != null && csvFile != null) {
            csv.flush();
            csvFile.close();
        }
        csv = null;
    }

    @Override
    public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException {
        ArchiveContext context = new ArchiveContext(
                request, snapshot, addressee.addressee(), settings, ArchiveContext.folder(request, snapshot.takenAt()));
        for (ArchivePart part : parts) {
            part.finish(context, files);
        }
        // close(), not only finish(), because it frees the compressor's native memory.
        files.zip.close();
        return files.entries;
    }

    @Override
    public void close() throws IOException {
        for (ArchivePart part : parts) {
            part.close();
        }
    }

    private interface Call {
        void on(RecordSink sink) throws IOException;
    }

    /** The files of the ZIP, and what is known of those that have ended. */
    private static final class ZipFiles implements ArchivePart.Files {

        private final ZipOutputStream zip;
        private final List<DeliveredFile.Entry> entries = new ArrayList<>();
        private LocalDateTime time = LocalDateTime.of(1980, 2, 1, 0, 0);

        ZipFiles(OutputStream out) {
            this.zip = new ZipOutputStream(new UnclosedOutputStream(out), UTF_8);
        }

        @Override
        public OutputStream begin(String path) throws IOException {
            ZipEntry entry = new ZipEntry(path);
            // ZIP stores local times without a zone; this is UTC, the same in every zone of the worker.
            entry.setTimeLocal(time);
            zip.putNextEntry(entry);
            MeteredOutputStream metered = new MeteredOutputStream(zip);
            return new UnclosedOutputStream(metered) {
                @Override
                public void close() throws IOException {
                    super.close();
                    zip.closeEntry();
                    entries.add(new DeliveredFile.Entry(path, metered.count(), metered.sha256()));
                }
            };
        }
    }
}
