package dev.satchel.batchexport.format.json;

import dev.satchel.batchexport.format.value.Iso8601;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.HiddenRecords;
import dev.satchel.record.UserRecords;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes the metadata of an export, with the same names in every format. */
public final class Manifest {

    /** The version of the format; it increases with each incompatible change. */
    private static final int VERSION = 1;

    private static final JsonFactory FACTORY = new JsonFactory();

    private Manifest() {}

    /**
     * The manifest of an archive, with a list of its files.
     *
     * @param columns those of the datasets whose records have a hash in the snapshot
     */
    public static byte[] ofArchive(
            ExportRequest request,
            UserRecords.Snapshot snapshot,
            Map<Dataset, DeliveredFile.Entry> files,
            Map<Dataset, List<Column>> columns) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            writeRequest(json, request);
            writeSnapshot(json, snapshot);
            json.writeName("files").writeStartArray();
            files.forEach((dataset, file) -> {
                json.writeRaw('\n');
                json.writeStartObject();
                json.writeName("name").writeString(file.name());
                json.writeName("dataset").writeString(dataset.name());
                json.writeName("records").writeNumber(snapshot.records().getOrDefault(dataset, 0L));
                json.writeName("bytes").writeNumber(file.bytes());
                json.writeName("sha256").writeString(file.sha256());
                String hash = snapshot.hashes().get(dataset);
                if (hash != null) {
                    json.writeName("record_hash").writeString(hash);
                    write(json, columns.getOrDefault(dataset, List.of()));
                }
                json.writeEndObject();
            });
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, List<Column> columns) {
        json.writeName("columns").writeStartArray();
        for (Column column : columns) {
            json.writeStartObject();
            json.writeName("name").writeString(column.name());
            json.writeName("type").writeString(column.type().name().toLowerCase(Locale.ROOT));
            column.knownOrigin().ifPresent(origin -> json.writeName("origin").writeString(origin.code()));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void writeRequest(JsonGenerator json, ExportRequest request) {
        json.writeName("satchel_export").writeNumber(VERSION);
        json.writeName("type").writeString(request.type().name());
        json.writeName("format").writeString(request.format().code());
        json.writeName("filters").writeStartObject();
        Map<String, String> filters = new TreeMap<>(request.filters().texts());
        // A key says for whom the file is, and nothing of what is in it.
        filters.remove(ExportFilters.ENCRYPT_TO);
        // Which days these are must not depend on what the reader knows.
        request.filters().days().ifPresent(days -> filters.putIfAbsent("zone", "UTC"));
        filters.forEach((name, value) -> json.writeName(name).writeString(value));
        json.writeEndObject();
    }

    static void writeSnapshot(JsonGenerator json, UserRecords.Snapshot snapshot) {
        json.writeName("snapshot_at").writeString(Iso8601.moment(snapshot.takenAt()));
        json.writeName("schema_version").writeString(snapshot.schemaVersion());
        json.writeName("absent").writeStartArray();
        for (Dataset dataset : snapshot.absent()) {
            json.writeString(dataset.name());
        }
        json.writeEndArray();
        if (!snapshot.hidden().isEmpty()) {
            json.writeName("left_out").writeStartArray();
            for (HiddenRecords gap : snapshot.hidden()) {
                json.writeStartObject();
                json.writeName("dataset").writeString(gap.dataset().name());
                json.writeName("table").writeString(gap.table());
                json.writeName("records").writeNumber(gap.records());
                json.writeName("reason").writeString(gap.reason());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }
}
