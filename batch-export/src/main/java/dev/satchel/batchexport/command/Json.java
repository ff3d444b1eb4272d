package dev.satchel.batchexport.command;

import dev.satchel.export.ExportCatalog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.RawValue;

/** What {@code --json} prints; an export has the column names of {@code export_history} and times in UTC. */
final class Json {

    private static final ObjectWriter WRITER = JsonMapper.builder().build().writerWithDefaultPrettyPrinter();

    private Json() {}

    static String of(ExportCatalog.Entry entry) {
        return WRITER.writeValueAsString(fields(entry));
    }

    static String of(List<ExportCatalog.Entry> entries) {
        return WRITER.writeValueAsString(entries.stream().map(Json::fields).toList());
    }

    static String list(List<Map<String, Object>> objects) {
        return WRITER.writeValueAsString(objects);
    }

    private static Map<String, @Nullable Object> fields(ExportCatalog.Entry entry) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("id", entry.id().toString());
        fields.put("user_id", entry.user().toString());
        fields.put("export_type", entry.type());
        fields.put("export_format", entry.format());
        fields.put("status", entry.status());
        fields.put("records_count", entry.records());
        fields.put("file_size_bytes", entry.bytes());
        fields.put("file_url", text(entry.location()));
        fields.put("filters", new RawValue(entry.filters()));
        fields.put("data", new RawValue(entry.manifest()));
        fields.put("error_message", entry.error());
        fields.put("retry_count", entry.retries());
        fields.put("created_at", text(entry.requestedAt()));
        fields.put("started_at", text(entry.startedAt()));
        fields.put("completed_at", text(entry.completedAt()));
        fields.put("expires_at", text(entry.expiresAt()));
        return fields;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
