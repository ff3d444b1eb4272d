package dev.satchel.postgres.export;

import dev.satchel.export.DeliveredFile;
import java.util.List;
import java.util.function.BiConsumer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The manifest of a file in {@code export_history.data}, from which a copy of the file can be checked later. */
final class RowManifest {

    private static final int VERSION = 1;

    private RowManifest() {}

    /** What is recorded of the file, as a JSON object. Members that few files need are left out where they would be empty. */
    static String of(DeliveredFile file) {
        ObjectNode manifest = JsonNodeFactory.instance.objectNode();
        manifest.put("manifest_version", VERSION)
                .put("content_type", file.contentType())
                .put("bytes", file.bytes())
                .put("sha256", file.sha256())
                .put("snapshot_at", file.snapshotAt().toString())
                .put("schema_version", file.schemaVersion());
        ObjectNode records = manifest.putObject("records");
        file.records().forEach((dataset, number) -> records.put(dataset.name(), number));
        ArrayNode absent = manifest.putArray("absent");
        file.absent().forEach(dataset -> absent.add(dataset.name()));
        addAll(
                manifest.putArray("entries"),
                file.entries(),
                (node, entry) -> node.put("name", entry.name())
                        .put("bytes", entry.bytes())
                        .put("sha256", entry.sha256()));
        if (!file.hashes().isEmpty()) {
            ObjectNode hashes = manifest.putObject("record_hashes");
            file.hashes().forEach((dataset, hash) -> hashes.put(dataset.name(), hash));
        }
        if (!file.hidden().isEmpty()) {
            addAll(
                    manifest.putArray("left_out"),
                    file.hidden(),
                    (node, gap) -> node.put("dataset", gap.dataset().name())
                            .put("table", gap.table())
                            .put("records", gap.records())
                            .put("reason", gap.reason()));
        }
        if (!file.readings().isEmpty()) {
            addAll(
                    manifest.putArray("readings"),
                    file.readings(),
                    (node, reading) -> node.put("dataset", reading.dataset().name())
                            .put("parts", reading.parts())
                            .put("estimated_bytes", reading.estimatedBytes())
                            .put("divided_above", reading.above()));
        }
        return JsonMapper.shared().writeValueAsString(manifest);
    }

    private static <T> void addAll(ArrayNode array, List<T> values, BiConsumer<ObjectNode, T> members) {
        values.forEach(value -> members.accept(array.addObject(), value));
    }
}
