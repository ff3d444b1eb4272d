package dev.satchel.batchexport.format.archive;

import dev.satchel.batchexport.format.archive.bag.BagTags;
import dev.satchel.batchexport.format.archive.bag.ColumnFacts;
import dev.satchel.batchexport.format.archive.bag.DataPackage;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.format.json.Manifest;
import dev.satchel.batchexport.format.value.ForwardingWriter;
import dev.satchel.batchexport.format.value.Iso8601;
import dev.satchel.batchexport.format.value.RecordSinks;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes an archive: the CSV of each dataset while its records pass, then the JSON of each, then the files of each part,
 * and at last the README and the files that describe and check the others. Files inside and the archive may exceed 4 GiB
 * (ZIP64). Used by one thread.
 */
public final class ArchiveWriter extends ForwardingWriter {

    private static final String README = "README.txt";
    private static final String MANIFEST = "manifest.json";

    private final ExportRequest request;
    private final CsvOptions options;
    private final ArchiveSettings settings;
    private final List<ArchivePart> parts;
    private final OutputStream out;
    private final AddresseeFinder addressee = new AddresseeFinder();
    private final Map<DatasetFiles, DeliveredFile.Entry> tables = new LinkedHashMap<>();
    private @Nullable Opened opened;
    private @Nullable DatasetFiles table;
    private @Nullable RecordSink sink;

    /** What is known when the reading has begun. */
    private record Opened(Instant takenAt, ZoneId zone, ZipFolder folder) {}

    /** @param parts what is in the archive besides the CSV files, in the order of their files; closed with the writer */
    public ArchiveWriter(
            ExportRequest request,
            CsvOptions options,
            ArchiveSettings settings,
            List<ArchivePart> parts,
            OutputStream out) {
        this.request = request;
        // Readers of data packages take a byte order mark for text before the first quote, and people have the
        // workbook.
        this.options = new CsvOptions(false, options.escapeFormulas());
        this.settings = settings;
        this.parts = List.copyOf(parts);
        this.out = out;
    }

    @Override
    public void begin(Instant takenAt, ZoneId zone) throws IOException {
        opened = new Opened(
                takenAt,
                zone,
                new ZipFolder(
                        ArchiveContext.folder(request, takenAt),
                        LocalDateTime.ofInstant(takenAt, ZoneOffset.UTC),
                        out));
        addressee.begin(takenAt, zone);
        for (ArchivePart part : parts) {
            part.begin(takenAt, zone);
        }
    }

    private Opened opened() {
        if (opened == null) {
            throw new IllegalStateException("a dataset came before the reading began");
        }
        return opened;
    }

    @Override
    public boolean needsHashes() {
        return true;
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        table = DatasetFiles.begin(dataset, options, opened().zone(), opened().folder());
        List<RecordSink> sinks = new ArrayList<>(List.of(table.sink()));
        if (AddresseeFinder.reads(dataset)) {
            sinks.add(addressee);
        }
        sinks.addAll(parts);
        sink = new RecordSinks(sinks);
        sink.beginDataset(dataset, columns);
    }

    @Override
    protected RecordSink writer() {
        if (sink == null) {
            throw new IllegalStateException("a value came before its dataset began");
        }
        return sink;
    }

    @Override
    public void endDataset() throws IOException {
        writer().endDataset();
        if (table != null) {
            tables.put(table, table.end(opened().folder()));
        }
        table = null;
        sink = null;
    }

    @Override
    public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException {
        ZipFolder folder = opened().folder();
        for (DatasetFiles each : tables.keySet()) {
            each.copyJson(folder);
        }
        for (ArchivePart part : parts) {
            part.finish(context(snapshot, folder), folder);
        }
        List<DeliveredFile.Entry> payload = folder.files().stream()
                .filter(file -> file.name().startsWith(BagTags.PAYLOAD))
                .toList();
        ArchiveContext context = context(snapshot, folder);
        folder.add(README, Readme.text(context, options, facts()));
        folder.add(MANIFEST, Manifest.ofArchive(request, snapshot, csvFiles(), columns()));
        describe(context, folder);
        folder.add(BagTags.DECLARATION, BagTags.declaration());
        folder.add(BagTags.INFO, info(context, payload));
        folder.add(BagTags.MANIFEST, BagTags.manifest(payload));
        List<DeliveredFile.Entry> tags = new ArrayList<>(folder.files());
        tags.removeAll(payload);
        folder.add(BagTags.TAG_MANIFEST, BagTags.manifest(tags));
        return folder.end();
    }

    private ArchiveContext context(UserRecords.Snapshot snapshot, ZipFolder folder) {
        return new ArchiveContext(
                request,
                snapshot,
                addressee.addressee(),
                settings,
                ArchiveContext.folder(request, snapshot.takenAt()),
                folder.files());
    }

    private Map<Dataset, DeliveredFile.Entry> csvFiles() {
        Map<Dataset, DeliveredFile.Entry> files = new LinkedHashMap<>();
        tables.forEach((each, file) -> files.put(each.dataset(), file));
        return files;
    }

    private Map<Dataset, List<Column>> columns() {
        Map<Dataset, List<Column>> columns = new LinkedHashMap<>();
        tables.keySet().forEach(each -> columns.put(each.dataset(), each.facts().columns()));
        return columns;
    }

    private Map<String, ColumnFacts> facts() {
        Map<String, ColumnFacts> facts = new LinkedHashMap<>();
        tables.keySet().forEach(each -> facts.put(each.dataset().name(), each.facts()));
        return facts;
    }

    // A package has at least one table; an archive has none where the database lacks the only table asked for.
    private void describe(ArchiveContext context, ZipFolder folder) throws IOException {
        if (tables.isEmpty()) {
            return;
        }
        List<DataPackage.Table> described = new ArrayList<>();
        tables.forEach((each, file) -> described.add(
                new DataPackage.Table(each.dataset().name(), context.described(each.dataset()), file, each.facts())));
        folder.add(
                DataPackage.FILE,
                DataPackage.json(
                        context.folder(),
                        Readme.title(context),
                        context.snapshot().takenAt(),
                        context.addressee().zone(),
                        described));
    }

    private byte[] info(ArchiveContext context, List<DeliveredFile.Entry> payload) {
        Map<String, String> labels = new LinkedHashMap<>();
        context.texts()
                .application(context.addressee().language())
                .ifPresent(name -> labels.put("Source-Organization", name));
        labels.put("External-Description", Readme.title(context));
        // The same for the same user, type and snapshot.
        labels.put(
                "External-Identifier",
                request.user() + "/" + request.type().name() + "/" + Iso8601.moment(opened().takenAt()));
        labels.put("Bag-Software-Agent", settings.producer());
        return BagTags.info(opened().takenAt().atOffset(ZoneOffset.UTC).toLocalDate(), labels, payload);
    }

    @Override
    public void close() throws IOException {
        List<AutoCloseable> held = new ArrayList<>(tables.keySet());
        if (table != null) {
            held.add(table);
        }
        held.addAll(parts);
        if (opened != null) {
            held.add(opened.folder()::discard);
        }
        IOException failed = null;
        for (AutoCloseable each : held) {
            try {
                each.close();
            } catch (Exception notClosed) {
                // The others must be closed all the same.
                failed = failed == null ? new IOException("a part of an archive cannot be closed", notClosed) : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
