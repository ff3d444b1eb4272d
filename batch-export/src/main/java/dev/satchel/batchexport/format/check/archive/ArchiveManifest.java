package dev.satchel.batchexport.format.check.archive;

import dev.satchel.batchexport.format.check.UnreadableContentException;
import dev.satchel.batchexport.format.value.LocalTimes;
import dev.satchel.export.DeliveredFile;
import dev.satchel.record.Column;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the file {@code manifest.json} in an archive states. Immutable.
 *
 * @param tables by the names of their datasets
 */
record ArchiveManifest(String type, String format, Instant snapshotAt, Map<String, Table> tables) {

    private static final int VERSION = 1;

    /** As many as a table of PostgreSQL's can have. */
    private static final int MOST_COLUMNS = 1_600;

    ArchiveManifest {
        tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
    }

    /**
     * A dataset.
     *
     * @param csv its CSV file
     * @param hash the {@code RecordHash} that PostgreSQL computed; empty in formats that have none
     * @param columns those of which the hash was computed; empty without a hash
     */
    record Table(String dataset, DeliveredFile.Entry csv, long records, Optional<String> hash, List<Column> columns) {

        /** The columns in the files: with local times for people, which are no part of the hash. */
        List<Column> written() {
            return LocalTimes.added(columns);
        }
    }

    static ArchiveManifest of(byte[] content) throws UnreadableContentException {
        try {
            JsonNode manifest = JsonMapper.shared().readTree(content);
            if (manifest.path("satchel_export").asInt(0) != VERSION) {
                throw new UnreadableContentException("it is not a manifest of Satchel's");
            }
            Map<String, Table> tables = new LinkedHashMap<>();
            Set<String> files = new HashSet<>();
            for (JsonNode file : manifest.required("files")) {
                Table table = table(file);
                if (tables.put(table.dataset(), table) != null) {
                    throw new UnreadableContentException("it has a dataset twice");
                }
                if (!files.add(table.csv().name())) {
                    throw new UnreadableContentException("it has a file twice");
                }
                check(table);
            }
            return new ArchiveManifest(
                    manifest.required("type").stringValue(),
                    manifest.required("format").stringValue(),
                    Instant.parse(manifest.required("snapshot_at").stringValue()),
                    tables);
        } catch (JacksonException | DateTimeException | IllegalArgumentException malformed) {
            throw new UnreadableContentException("it is not a manifest of Satchel's");
        }
    }

    private static void check(Table table) throws UnreadableContentException {
        if (table.columns().size() > MOST_COLUMNS) {
            throw new UnreadableContentException("it has a table with more than " + MOST_COLUMNS + " columns");
        }
        Set<String> names = new HashSet<>();
        for (Column column : table.columns()) {
            if (!names.add(column.name())) {
                throw new UnreadableContentException("it has a column twice in the same table");
            }
        }
    }

    private static Table table(JsonNode file) {
        List<Column> columns = new ArrayList<>();
        for (JsonNode column : file.path("columns")) {
            columns.add(new Column(
                    column.required("name").stringValue(),
                    Column.Type.valueOf(column.required("type").stringValue().toUpperCase(Locale.ROOT))));
        }
        return new Table(
                file.required("dataset").stringValue(),
                new DeliveredFile.Entry(
                        file.required("name").stringValue(),
                        file.required("bytes").longValue(),
                        file.required("sha256").stringValue()),
                file.required("records").longValue(),
                Optional.ofNullable(file.path("record_hash").stringValue(null)),
                columns);
    }
}
