package dev.satchel.batchexport.run.partition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.postgres.PostgresSettings;
import dev.satchel.postgres.session.OwnSessions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** The parts of every format, joined in a directory. */
class PartsInDirectoryIT {

    private static final String LEARNER = "22222222-2222-4222-8222-222222222222";

    @TempDir
    Path folder;

    @AutoClose
    private Installation satchel;

    @Test
    void joinsThePartsOfEveryFormatThatHasSome() throws IOException {
        satchel = Installation.in(folder.resolve("s3"));
        Path files = Files.createDirectory(folder.resolve("files"));
        satchel.sql("""
                INSERT INTO users (id, email) VALUES ('%1$s', 'diligent@example.org');
                INSERT INTO user_interactions (user_id, interaction_type, action, "timestamp")
                SELECT '%1$s', 'click', E'"action"\\n' || n, timestamptz '2026-01-01 00:00Z' + n / 2 * interval '1 hour'
                  FROM generate_series(1, 2000) AS n;
                ANALYZE user_interactions;
                """.formatted(LEARNER));
        Map<String, String> settings = satchel.environment();
        settings.put("SATCHEL_STORE", files.toUri().toString());

        Map<String, String> alone = contents(settings);
        settings.put("SATCHEL_PARTITION_ABOVE", "1KB");
        settings.put("SATCHEL_PARTITION_MOST", "3");
        settings.put("SATCHEL_PARTITION_SLOTS", "2");
        Map<String, String> joined = contents(settings);
        String readings = satchel.value("SELECT string_agg(concat_ws(' ', r ->> 'dataset', r ->> 'parts'), ', '"
                + " ORDER BY r ->> 'dataset') FROM export_history, jsonb_array_elements(data -> 'readings') AS r"
                + " WHERE export_type = 'all' AND export_format = 'csv'");

        assertThat(joined).isEqualTo(alone);
        assertThat(readings.split(", ")).contains("interactions 3", "profile 1", "sessions 1");
        assertThat(satchel.value("SELECT count(*) FROM satchel.batch_job_instance WHERE job_name = 'exportParts'"))
                .isEqualTo("4");
        assertThat(satchel.value("SELECT count(*) FROM satchel.batch_step_execution WHERE step_name LIKE 'part:%'"
                        + " AND status = 'COMPLETED'"))
                .isEqualTo("12");
        try (Stream<Path> left = Files.walk(files)) {
            assertThat(left.filter(path -> path.toString().endsWith("part"))).isEmpty();
        }
        assertThat(satchel.value("SELECT count(*) FROM satchel.upload_journal WHERE published_at IS NULL"))
                .isEqualTo("0");
    }

    /** The worker that joins holds the snapshot, and gives all parts up. */
    @Test
    void putsTheExportBackWhenTheSnapshotIsTooOld() throws Exception {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("""
                INSERT INTO users (id, email) VALUES ('%1$s', 'diligent@example.org');
                INSERT INTO user_interactions (user_id, interaction_type, action, "timestamp")
                SELECT '%1$s', 'click', n, timestamptz '2026-01-01 00:00Z' + n * interval '1 hour'
                  FROM generate_series(1, 200) AS n;
                ANALYZE user_interactions;
                CREATE POLICY slow ON user_interactions AS RESTRICTIVE FOR SELECT TO authenticated
                    USING ((SELECT concat(current_setting('satchel.range_from_0', true), current_setting('satchel.range_to_0', true)) = ''
                                   OR pg_sleep(30) IS NOT NULL));
                """.formatted(LEARNER));
        request(satchel.environment(), "interactions", "csv");
        Settings settings = new Settings(satchel.environment());
        try (NamedFileStore store = settings.store();
                HikariDataSource pool = settings.database().pool(12);
                ExportWorker worker = ExportWorker.builder(new OwnSessions(pool), store)
                        .limits(new PostgresSettings(Duration.ofSeconds(1), Duration.ZERO, 0))
                        .partition(new PartitionSettings(DataSize.ofBytes(1), 2, 2, "postgresql", null))
                        .concurrency(1)
                        .build()) {
            worker.runPending();
        }

        assertThat(satchel.value("SELECT concat_ws(' ', status, error_message) FROM export_history"))
                .isEqualTo("pending snapshot_too_old: reading took longer than a snapshot of the database may be held"
                        + " open");
        assertThat(satchel.objects()).isEmpty();
        assertThat(satchel.value("SELECT count(*) FROM satchel.export_part")).isEqualTo("0");
    }

    /** What each file says about the interactions; other datasets tell of the exports themselves. */
    private Map<String, String> contents(Map<String, String> settings) throws IOException {
        satchel.sql("DELETE FROM export_history");
        request(settings, "all", "csv");
        request(settings, "all", "jsonl");
        request(settings, "interactions", "csv", "--compress", "gzip");
        request(settings, "interactions", "jsonl", "--compress", "zstd");
        Installation.satchel(settings, "export", "run", "--concurrency", "1").succeeded();
        Map<String, String> contents = new TreeMap<>();
        contents.put("zip", csvIn(file("export_type = 'all' AND export_format = 'csv'")));
        contents.put(
                "jsonl",
                new String(file("export_type = 'all' AND export_format = 'jsonl'"), UTF_8)
                        .lines()
                        .filter(line -> line.startsWith("{\"dataset\":\"interactions\""))
                        .collect(Collectors.joining("\n")));
        try (GZIPInputStream csv = new GZIPInputStream(
                new ByteArrayInputStream(file("export_type = 'interactions' AND export_format = 'csv'")))) {
            contents.put("csv.gz", new String(csv.readAllBytes(), UTF_8));
        }
        contents.put(
                "jsonl.zst",
                satchel.value("SELECT data ->> 'sha256' FROM export_history"
                        + " WHERE export_type = 'interactions' AND export_format = 'jsonl'"));
        assertThat(contents.get("csv.gz")).hasSizeGreaterThan(40_000).isEqualTo(contents.get("zip"));
        return contents;
    }

    private void request(Map<String, String> settings, String type, String format, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("export", "request", "--user", LEARNER, "--type", type, "--format", format));
        arguments.addAll(List.of(more));
        Installation.satchel(settings, arguments.toArray(String[]::new)).succeeded();
    }

    private byte[] file(String condition) throws IOException {
        return Files.readAllBytes(Path.of(URI.create(
                satchel.value("SELECT file_url FROM export_history WHERE status = 'completed' AND " + condition))));
    }

    private static String csvIn(byte[] archive) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().equals("interactions.csv")) {
                    return new String(zip.readAllBytes(), UTF_8);
                }
            }
        }
        throw new AssertionError("the archive has no interactions");
    }
}
