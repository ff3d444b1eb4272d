package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A learner with very many interactions, and workers that are short of memory or of time.
 *
 * <p>Each file of JSON is larger than the worker's whole memory. Under {@code -Pmatrix} there are a million records.
 */
class LargeExportIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";
    private static final boolean MATRIX = System.getProperty("satchel.test.matrix") != null;
    private static final int INTERACTIONS = MATRIX ? 1_000_000 : 45_000;
    private static final int HEAP_MEGABYTES = MATRIX ? 64 : 32;
    private static final String HEAP = "-Xmx" + HEAP_MEGABYTES + "m";

    // Long addresses make large files of few records, which costs less.
    private static final int ADDRESS = MATRIX ? 0 : 600;

    // An archive costs several times the processor time of the other formats; a day has 21,600 records.
    private static final String LAST_DAY_IN_THE_ARCHIVE = MATRIX ? "2026-12-31" : "2026-01-01";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    @BeforeAll
    static void fill() {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("""
                INSERT INTO users (id, email) VALUES ('%1$s', 'diligent@example.org');
                INSERT INTO user_interactions (user_id, interaction_type, component, action, page_url, "timestamp", metadata)
                SELECT '%1$s', 'click', 'Palabra ñ', 'action ' || n, 'https://example.org/' || n || repeat('x', %3$d),
                       timestamptz '2026-01-01 00:00Z' + n * interval '4 seconds', jsonb_build_object('n', n)
                  FROM generate_series(1, %2$d) AS n;
                ANALYZE user_interactions;
                """.formatted(LEARNER, INTERACTIONS, ADDRESS));
    }

    @AfterEach
    void empty() {
        satchel.sql("DELETE FROM export_history");
        assertThat(satchel.satchel("cleanup").exit()).isZero();
    }

    @Test
    void eachFormatOfManyRecordsNeedsLittleMemory() throws Exception {
        for (String format : List.of("csv", "json", "jsonl")) {
            request(format);
        }
        request("archive", "--from", "2026-01-01", "--to", LAST_DAY_IN_THE_ARCHIVE);

        Process worker =
                satchel.start(Map.of(), List.of(HEAP), folder.resolve("small"), "export", "run", "--concurrency", "2");

        assertThat(Installation.ended(worker))
                .as(Files.readString(folder.resolve("small")))
                .isZero();
        assertThat(satchel.value("SELECT count(*) FROM export_history WHERE status = 'completed'"
                        + " AND retry_count = 0 AND records_count = " + INTERACTIONS))
                .isEqualTo(MATRIX ? "4" : "3");
        assertThat(satchel.value("SELECT status FROM export_history WHERE export_format = 'archive'"))
                .isEqualTo("completed");
        byte[] csv = file("csv");
        try (CSVParser rows = CSVFormat.RFC4180.parse(reader(csv))) {
            assertThat(rows.stream().count()).isEqualTo(INTERACTIONS + 1);
        }
        assertThat(reader(file("jsonl")).lines().count()).isEqualTo(INTERACTIONS);
        byte[] json = file("json");
        assertThat(json).hasSizeGreaterThan(HEAP_MEGABYTES << 20);
        assertThat(recordsOfDocument(json)).isEqualTo(INTERACTIONS);
        assertThat(verifiedInLittleMemory("csv"))
                .contains(" is as recorded: ", INTERACTIONS + " records in 1 datasets");
        assertThat(verifiedInLittleMemory("archive")).contains(" is as recorded: ", " records in 1 datasets");
    }

    private static String verifiedInLittleMemory(String format) throws IOException, InterruptedException {
        Path output = folder.resolve("verified");
        String id = satchel.value("SELECT id FROM export_history WHERE export_format = '" + format + "'");
        Installation.ended(satchel.start(Map.of(), List.of(HEAP), output, "export", "verify", id));
        return Files.readString(output);
    }

    @Test
    void aKilledWorkersExportIsDeliveredByTheNextAndItsObjectRemoved() throws Exception {
        String id = request("csv");
        Map<String, String> impatient = Map.of("SATCHEL_EXPORT_LEASE", "3s", "SATCHEL_EXPORT_ORPHAN_GRACE", "6s");
        try (FaultyProxy s3 = slowS3()) {
            Map<String, String> slow = satchel.throughProxyToS3(s3);
            slow.putAll(impatient);
            Process killed = satchel.start(slow, List.of(), folder.resolve("killed"), "export", "run");
            Await.until(
                    "an upload has begun",
                    () -> "1".equals(satchel.value("SELECT count(*) FROM satchel.upload_journal")));

            killed.destroyForcibly().waitFor();
        }

        assertThat(satchel.value("SELECT status FROM export_history")).isEqualTo("processing");
        Await.until(
                "the lease has ended",
                () -> "t".equals(satchel.value("SELECT expires_at < now() FROM satchel.export_lease")));
        Process next = satchel.start(impatient, List.of(), folder.resolve("next"), "export", "run");
        assertThat(Installation.ended(next))
                .as(Files.readString(folder.resolve("next")))
                .isZero();
        assertThat(satchel.value("SELECT status || ' ' || retry_count || ' ' || records_count FROM export_history"
                        + " WHERE id = '" + id + "'"))
                .isEqualTo("completed 1 " + INTERACTIONS);

        Map<String, String> cleaning = satchel.environment();
        cleaning.putAll(impatient);
        Await.until(
                "the leftover is old enough to be removed",
                () -> Installation.satchel(cleaning, "cleanup").succeeded().contains("1 never published; kept 0"));
        assertThat(satchel.objects()).hasSize(1);
        assertThat(satchel.unfinishedUploads()).isZero();
    }

    @Test
    void aWorkerThatIsToldToStopGivesItsExportBackUnspent() throws Exception {
        request("json");
        try (FaultyProxy s3 = slowS3()) {
            Map<String, String> settings = satchel.throughProxyToS3(s3);
            settings.put("SATCHEL_EXPORT_STOP_GRACE", "0s");
            Process worker = satchel.start(settings, List.of(), folder.resolve("stopped"), "export", "run");
            Await.until(
                    "an upload has begun",
                    () -> "1".equals(satchel.value("SELECT count(*) FROM satchel.upload_journal")));

            worker.destroy();

            assertThat(Installation.ended(worker)).isEqualTo(143);
        }
        assertThat(satchel.value("SELECT status || ' ' || retry_count || ' ' || (started_at IS NULL)::text"
                        + " FROM export_history"))
                .isEqualTo("pending 0 true");
        assertThat(satchel.objects()).isEmpty();
        assertThat(satchel.unfinishedUploads()).isZero();
    }

    // The upload of a file takes many seconds, so that no machine is done with it too early.
    private static FaultyProxy slowS3() throws IOException {
        FaultyProxy s3 = satchel.proxyToS3();
        s3.slowDown(Duration.ofMillis(20));
        return s3;
    }

    private static String request(String format, String... filters) {
        List<String> command = new ArrayList<>(
                List.of("export", "request", "--user", LEARNER, "--type", "interactions", "--format", format));
        command.addAll(List.of(filters));
        return satchel.satchel(command.toArray(String[]::new)).succeeded();
    }

    private static byte[] file(String format) {
        return satchel.object(
                satchel.value("SELECT file_url FROM export_history WHERE export_format = '" + format + "'"));
    }

    private static BufferedReader reader(byte[] bytes) {
        return new BufferedReader(new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8));
    }

    private static long recordsOfDocument(byte[] document) throws IOException {
        long records = 0;
        int depth = 0;
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), document)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
                    depth++;
                    // document, datasets, array of one, record
                    records += depth == 4 && token == JsonToken.START_OBJECT ? 1 : 0;
                } else if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
                    depth--;
                }
            }
        }
        return records;
    }
}
