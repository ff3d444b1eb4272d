package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values beside which a worker's memory is small, or too small. */
class LargeValuesIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";
    private static final boolean MATRIX = System.getProperty("satchel.test.matrix") != null;

    @TempDir
    Path folder;

    @AutoClose
    private Installation satchel;

    @BeforeEach
    void begin() {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("INSERT INTO users (id, email) VALUES ('" + LEARNER + "', 'talkative@example.org')");
    }

    private void addText(int megabytes) {
        satchel.sql("""
                INSERT INTO user_interactions (user_id, interaction_type, action, page_url, metadata)
                VALUES ('%s', 'click', 'read', repeat('words and "words"', %d), '{}')
                """.formatted(LEARNER, megabytes * 1024 * 1024 / 17));
    }

    private String request(String type, String format) {
        return satchel.satchel("export", "request", "--user", LEARNER, "--type", type, "--format", format)
                .succeeded();
    }

    private int run(String memory, Map<String, String> settings, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of("export", "run"));
        command.addAll(List.of(more));
        // With the collector that Java chooses, as at a user's.
        List<String> jvm = List.of(memory, "-XX:-UseSerialGC");
        Process worker = satchel.start(settings, jvm, folder.resolve("worker"), command.toArray(String[]::new));
        return Installation.ended(worker);
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("worker"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "directory"})
    void aTextOfSixteenMegabytesPassesThroughAHeapOfSixtyFour(String store) throws Exception {
        addText(16);
        addText(16);
        satchel.sql("UPDATE user_interactions SET metadata = jsonb_build_object('text', page_url), page_url = NULL"
                + " WHERE ctid = (SELECT min(ctid) FROM user_interactions)");
        List<String> ids = new ArrayList<>();
        // A format knows nothing of the store, so that each passes to one of them, and to both with -Pmatrix.
        if (MATRIX || store.equals("s3")) {
            ids.add(request("interactions", "csv"));
            ids.add(request("all", "csv"));
        }
        if (MATRIX || store.equals("directory")) {
            ids.add(request("interactions", "json"));
            ids.add(request("interactions", "jsonl"));
        }
        Map<String, String> settings = new TreeMap<>();
        if (store.equals("directory")) {
            settings.put(
                    "SATCHEL_STORE",
                    Files.createDirectory(folder.resolve("store")).toUri().toString());
        }

        int exit = run("-Xmx64m", settings, "--concurrency", "1");

        assertThat(exit).as(log()).isZero();
        assertThat(ids).allSatisfy(id -> assertThat(satchel.status(id)).isEqualTo("completed 0"));
        assertThat(satchel.value("SELECT min(file_size_bytes) > 32000000 FROM export_history"
                        + " WHERE export_type = 'interactions'"))
                .isEqualTo("t");
    }

    @Test
    void manyRecordsPassToS3ThroughAHeapOfFortyEight() throws Exception {
        satchel.sql("""
                INSERT INTO user_interactions (user_id, interaction_type, action, page_url, metadata)
                SELECT '%s', 'click', 'read', repeat('words and "words"', 100), '{}' FROM generate_series(1, 10000)
                """.formatted(LEARNER));
        List<String> ids = List.of(
                request("interactions", "csv"),
                request("interactions", "json"),
                request("interactions", "jsonl"),
                request("all", "csv"));

        int exit = run("-Xmx48m", Map.of(), "--concurrency", "2");

        assertThat(exit).as(log()).isZero();
        assertThat(ids).allSatisfy(id -> assertThat(satchel.status(id)).isEqualTo("completed 0"));
        assertThat(satchel.value("SELECT min(file_size_bytes) > 16000000 FROM export_history"
                        + " WHERE export_type = 'interactions'"))
                .isEqualTo("t");
    }

    @Test
    void aTextThatDoesNotFitEndsItsExportWithTheCauseAndNoOther() throws Exception {
        addText(120);
        String large = request("interactions", "csv");
        List<String> small = new ArrayList<>();
        for (int n = 0; n < 5; n++) {
            small.add(satchel.requestOfNewUser());
        }

        int exit = run("-Xmx96m", Map.of());

        assertThat(exit).as(log()).isEqualTo(1);
        assertThat(satchel.status(large)).isEqualTo("failed 1");
        assertThat(satchel.value("SELECT error_message FROM export_history WHERE id = '" + large + "'"))
                .startsWith("out_of_memory: ");
        assertThat(small).allSatisfy(id -> assertThat(satchel.status(id)).startsWith("completed"));
        assertThat(satchel.value("SELECT count(*) FROM satchel.export_lease")).isEqualTo("0");
        assertThat(satchel.objects()).hasSize(5);
        assertThat(log()).contains("delivered 5 (", "failed 1,");
    }
}
