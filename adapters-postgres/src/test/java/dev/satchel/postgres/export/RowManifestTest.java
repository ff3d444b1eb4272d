package dev.satchel.postgres.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.DeliveredFile;
import dev.satchel.record.Dataset;
import dev.satchel.record.HiddenRecords;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RowManifestTest {

    private static final Dataset NOTES = new Dataset("notes", "notes", Set.of());
    private static final String SHA256 = "0123456789abcdef".repeat(4);
    private static final long MANY = 5_000_000_000_000L;

    @Test
    void leavesOutWhatTheFileDoesNotHave() {
        assertThat(manifest(List.of(), List.of(), Map.of(), List.of())).isEqualTo(json("""
                        {
                          "manifest_version": 1,
                          "content_type": "application/json",
                          "bytes": 5000000000000,
                          "sha256": "%s",
                          "snapshot_at": "2026-03-01T12:00:00.123456Z",
                          "schema_version": "001",
                          "records": {"notes": 5000000000000},
                          "absent": [],
                          "entries": []
                        }
                        """.formatted(SHA256)));
    }

    @Test
    void holdsEntriesHashesGapsAndReadingsInTheirOrder() {
        JsonNode manifest = manifest(
                List.of(
                        new DeliveredFile.Entry("notes \"b\\ñ.csv", MANY, SHA256),
                        new DeliveredFile.Entry("a.csv", 0, SHA256)),
                List.of(new HiddenRecords(NOTES, "public.notes", 2, 3, "archived \"rows\"\nof 2020")),
                Map.of(NOTES, "0123"),
                List.of(new DeliveredFile.Reading(NOTES, 8, MANY, 1024)));

        assertThat(manifest.get("entries")).isEqualTo(json("""
                        [
                          {"name": "notes \\"b\\\\ñ.csv", "bytes": 5000000000000, "sha256": "%1$s"},
                          {"name": "a.csv", "bytes": 0, "sha256": "%1$s"}
                        ]
                        """.formatted(SHA256)));
        assertThat(manifest.get("record_hashes")).isEqualTo(json("{\"notes\": \"0123\"}"));
        assertThat(manifest.get("left_out")).isEqualTo(json("""
                        [{"dataset": "notes", "table": "public.notes", "records": 2, "reason": "archived \\"rows\\"\\nof 2020"}]
                        """));
        assertThat(manifest.get("readings")).isEqualTo(json("""
                        [{"dataset": "notes", "parts": 8, "estimated_bytes": 5000000000000, "divided_above": 1024}]
                        """));
    }

    private static JsonNode manifest(
            List<DeliveredFile.Entry> entries,
            List<HiddenRecords> hidden,
            Map<Dataset, String> hashes,
            List<DeliveredFile.Reading> readings) {
        return json(RowManifest.of(new DeliveredFile(
                URI.create("s3://bucket/file"),
                "application/json",
                MANY,
                SHA256,
                Instant.parse("2026-03-01T12:00:00.123456Z"),
                "001",
                Map.of(NOTES, MANY),
                List.of(),
                hidden,
                entries,
                hashes,
                readings)));
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
