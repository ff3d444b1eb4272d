package dev.satchel.batchexport.cli.export;

import dev.satchel.UserId;
import dev.satchel.archive.ArchiveHistory;
import dev.satchel.archive.ArchivedMonth;
import dev.satchel.export.ExportCatalog;
import dev.satchel.store.MissingFileException;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
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
     * The newest exports of those files that a test lets pass, the newest first. Of one that is in two parts of its month,
     * because it changed between them, only the later state.
     *
     * @param files by month and part
     * @param limit at most so many
     * @param missing is told of each file that the store no longer has
     */
    List<ExportCatalog.Entry> newest(
            List<ArchivedMonth> files,
            Predicate<ExportCatalog.Entry> test,
            int limit,
            Consumer<MissingFileException> missing)
            throws IOException {
        NavigableMap<YearMonth, List<ArchivedMonth>> months = new TreeMap<>();
        files.forEach(file ->
                months.computeIfAbsent(file.month(), month -> new ArrayList<>()).add(file));
        List<ExportCatalog.Entry> newest = new ArrayList<>();
        for (List<ArchivedMonth> parts : months.descendingMap().values()) {
            int room = limit - newest.size();
            if (room == 0) {
                break;
            }
            Map<UUID, ExportCatalog.Entry> ofMonth = new HashMap<>();
            for (ArchivedMonth part : parts) {
                try {
                    last(part, test, room).forEach(entry -> ofMonth.put(entry.id(), entry));
                } catch (MissingFileException gone) {
                    missing.accept(gone);
                }
            }
            ofMonth.values().stream()
                    .sorted(Comparator.comparing(ExportCatalog.Entry::requestedAt)
                            .reversed()
                            .thenComparing(ExportCatalog.Entry::id))
                    .limit(room)
                    .forEach(newest::add);
        }
        return newest;
    }

    // The lines of a file are by the time of request, so the last ones are the newest.
    private Deque<ExportCatalog.Entry> last(ArchivedMonth file, Predicate<ExportCatalog.Entry> test, int room)
            throws IOException {
        Deque<ExportCatalog.Entry> last = new ArrayDeque<>();
        archive.read(file, line -> {
            ExportCatalog.Entry entry = entry(MAPPER.readTree(line));
            if (test.test(entry)) {
                last.addLast(entry);
                if (last.size() > room) {
                    last.removeFirst();
                }
            }
        });
        return last;
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
        // PostgreSQL writes years of more than four digits without a sign, and those before the first with BC.
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException odd) {
            return text.startsWith("-") || text.endsWith("BC") ? Instant.MIN : Instant.MAX;
        }
    }
}
