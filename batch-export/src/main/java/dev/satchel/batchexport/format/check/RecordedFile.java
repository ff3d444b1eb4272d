package dev.satchel.batchexport.format.check;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.ExportType;
import dev.satchel.record.filter.Compression;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the history has on record of a delivered file: the columns of its row, and the manifest in the column {@code data}.
 * Immutable.
 *
 * @param sealed whether the file is encrypted to its reader, so that nobody else can read what is in it
 * @param rowBytes the column {@code file_size_bytes}; null if it is empty
 * @param rowRecords the column {@code records_count}
 * @param bytes the size in the manifest
 * @param records the number of records of each dataset in the manifest
 * @param entries the files inside, by their names, if the file is an archive
 * @param hashes the hash of each dataset's records that PostgreSQL computed, if the format has one
 */
public record RecordedFile(
        URI location,
        String type,
        ExportFormat format,
        Optional<Compression> compression,
        boolean sealed,
        @Nullable Long rowBytes,
        long rowRecords,
        long bytes,
        String sha256,
        Instant snapshotAt,
        Map<String, Long> records,
        Map<String, DeliveredFile.Entry> entries,
        Map<String, String> hashes) {

    /** The version of the manifest that this class reads. */
    private static final int VERSION = 1;

    public RecordedFile {
        records = Collections.unmodifiableMap(new LinkedHashMap<>(records));
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        hashes = Collections.unmodifiableMap(new LinkedHashMap<>(hashes));
    }

    /** In which respects the columns of the row contradict the manifest. Other programs may change them, and readers trust either. */
    public List<Difference> contradictions() {
        List<Difference> differences = new ArrayList<>();
        if (rowBytes == null || rowBytes != bytes) {
            differences.add(new Difference(
                    Difference.Kind.ROW, "file_size_bytes", bytes + " bytes", rowBytes + " in the column"));
        }
        // The column cannot hold more.
        if (rowRecords != Math.min(recordCount(), Integer.MAX_VALUE)) {
            differences.add(new Difference(
                    Difference.Kind.ROW, "records_count", recordCount() + " records", rowRecords + " in the column"));
        }
        return differences;
    }

    /** Whether the file is a ZIP with one CSV file per dataset. */
    boolean isArchive() {
        return format == ExportFormat.CSV && isAll();
    }

    boolean isAll() {
        return type.equals(ExportType.ALL);
    }

    /** The number of records of all datasets. */
    public long recordCount() {
        return records.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * What is on record in that row.
     *
     * @param location where the file is
     * @throws UnrecordedFileException if the row has no manifest that Satchel wrote
     */
    public static RecordedFile of(ExportCatalog.Entry row, URI location) {
        try {
            JsonNode manifest = JsonMapper.shared().readTree(row.manifest());
            if (manifest.path("manifest_version").asInt(0) != VERSION) {
                throw new UnrecordedFileException(row.id(), null);
            }
            JsonNode filters = JsonMapper.shared().readTree(row.filters());
            Map<String, Long> records = new LinkedHashMap<>();
            manifest.required("records")
                    .properties()
                    .forEach(dataset ->
                            records.put(dataset.getKey(), dataset.getValue().longValue()));
            Map<String, DeliveredFile.Entry> entries = new LinkedHashMap<>();
            manifest.required("entries").forEach(entry -> {
                String name = entry.required("name").stringValue();
                entries.put(
                        name,
                        new DeliveredFile.Entry(
                                name,
                                entry.required("bytes").longValue(),
                                entry.required("sha256").stringValue()));
            });
            Map<String, String> hashes = new LinkedHashMap<>();
            manifest.path("record_hashes")
                    .properties()
                    .forEach(dataset ->
                            hashes.put(dataset.getKey(), dataset.getValue().stringValue()));
            return new RecordedFile(
                    location,
                    row.type(),
                    ExportFormat.of(row.format()),
                    Optional.ofNullable(filters.path("compress").stringValue(null))
                            .map(Compression::of),
                    filters.has("encrypt_to"),
                    row.bytes(),
                    row.records(),
                    manifest.required("bytes").longValue(),
                    manifest.required("sha256").stringValue(),
                    Instant.parse(manifest.required("snapshot_at").stringValue()),
                    records,
                    entries,
                    hashes);
        } catch (JacksonException | DateTimeException | IllegalArgumentException malformed) {
            throw new UnrecordedFileException(row.id(), malformed);
        }
    }
}
