package dev.satchel.batchexport.cli.export;

import dev.satchel.UserId;
import dev.satchel.archive.ArchiveHistory;
import dev.satchel.archive.ArchivedMonth;
import dev.satchel.export.ExportCatalog;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads exports from the files of the archive. */
final class ArchivedExports {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final ArchiveHistory archive;

    ArchivedExports(ArchiveHistory archive) {
        this.archive = archive;
    }

    /**
     * The newest exports of those files that a test lets pass, the newest first.
     *
     * @param files by month and part
     * @param limit at most so many
     */
    List<ExportCatalog.Entry> newest(List<ArchivedMonth> files, Predicate<ExportCatalog.Entry> test, int limit)
            throws IOException {
        List<ExportCatalog.Entry> newest = new ArrayList<>();
        List<ArchivedMonth> backwards = new ArrayList<>(files);
        Collections.reverse(backwards);
        for (ArchivedMonth file : backwards) {
            int room = limit - newest.size();
            if (room == 0) {
                break;
            }
            // The lines of a file are by the time of request, so the last ones are the newest.
            Deque<ExportCatalog.Entry> last = new ArrayDeque<>();
            archive.read(file, line -> {
                ExportCatalog.Entry entry = entry(MAPPER.readTree(line));
                if (test.test(entry)) {
                    last.addFirst(entry);
                    if (last.size() > room) {
                        last.removeLast();
                    }
                }
            });
            newest.addAll(last);
        }
        return newest;
    }

    private static ExportCatalog.Entry entry(JsonNode row) {
        return new ExportCatalog.Entry(
                UUID.fromString(row.path("id").stringValue()),
                new UserId(UUID.fromString(row.path("user_id").stringValue())),
                row.path("export_type").stringValue(),
                row.path("export_format").stringValue(),
                row.path("status").stringValue(),
                row.path("records_count").longValue(),
                row.path("file_size_bytes").isNumber()
                        ? row.path("file_size_bytes").longValue()
                        : null,
                uri(text(row, "file_url")),
                json(row, "filters"),
                json(row, "data"),
                text(row, "error_message"),
                row.path("retry_count").intValue(),
                time(row.path("created_at").stringValue()),
                instant(row, "started_at"),
                instant(row, "completed_at"),
                instant(row, "expires_at"));
    }

    private static @Nullable URI uri(@Nullable String text) {
        return text == null ? null : URI.create(text);
    }

    private static String json(JsonNode row, String column) {
        JsonNode value = row.path(column);
        return value.isNull() || value.isMissingNode() ? "{}" : value.toString();
    }

    private static @Nullable Instant instant(JsonNode row, String column) {
        String text = text(row, column);
        return text == null ? null : time(text);
    }

    private static @Nullable String text(JsonNode row, String column) {
        JsonNode value = row.path(column);
        return value.isString() ? value.stringValue() : null;
    }

    private static Instant time(String text) {
        // Of a time that is not in a calendar, the nearest that is in one.
        return switch (text) {
            case "infinity" -> Instant.MAX;
            case "-infinity" -> Instant.MIN;
            default -> OffsetDateTime.parse(text).toInstant();
        };
    }
}
