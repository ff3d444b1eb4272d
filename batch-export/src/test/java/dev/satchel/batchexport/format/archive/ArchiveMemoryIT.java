package dev.satchel.batchexport.format.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive of a million interactions and as many words as a deck holds, by a worker with a heap of 64 MiB. */
@Tag("matrix")
class ArchiveMemoryIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";
    private static final int INTERACTIONS = 1_000_000;
    private static final int WORDS = 100_001;

    @TempDir
    Path folder;

    @AutoClose
    private Installation satchel;

    @Test
    void isDeliveredWithASmallHeap() throws Exception {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("""
                INSERT INTO users (id, email) VALUES ('%1$s', 'diligent@example.org');
                INSERT INTO user_interactions (user_id, interaction_type, component, action, page_url, "timestamp", metadata)
                SELECT '%1$s', 'click', 'Palabra ñ', 'action ' || md5(n::text), 'https://example.org/' || n,
                       timestamptz '2026-01-01 00:00Z' + n * interval '1 second', jsonb_build_object('n', n)
                  FROM generate_series(1, %2$d) AS n;
                INSERT INTO vocabulary_lists (id, name, created_by)
                VALUES ('33333333-3333-4333-8333-333333333333', 'Todas', '%1$s');
                INSERT INTO vocabulary_items (vocabulary_list_id, spanish_text, english_translation)
                SELECT '33333333-3333-4333-8333-333333333333', 'palabra ' || n, 'word ' || n
                  FROM generate_series(1, %3$d) AS n;
                ANALYZE user_interactions;
                """.formatted(LEARNER, INTERACTIONS, WORDS));
        String id = satchel.satchel("export", "request", "--user", LEARNER, "--type", "all", "--format", "archive")
                .succeeded()
                .strip();
        Path temporary = Files.createDirectory(folder.resolve("temporary"));

        Process worker = satchel.start(
                Map.of(),
                List.of("-Xmx64m", "-Djava.io.tmpdir=" + temporary),
                folder.resolve("worker"),
                "export",
                "run");

        assertThat(Installation.ended(worker))
                .as(Files.readString(folder.resolve("worker")))
                .isZero();
        byte[] archive = satchel.object(satchel.value("SELECT file_url FROM export_history WHERE id = '" + id + "'"));
        Map<String, Integer> lines = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String path = entry.getName().substring(entry.getName().indexOf('/') + 1);
                if (path.equals("data/words.csv") || path.equals("data/csv/interactions.csv")) {
                    lines.put(path, (int) new String(zip.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .count());
                } else {
                    lines.put(path, 0);
                }
            }
        }
        assertThat(lines)
                .containsKeys("data/words.apkg", "data/workbook.xlsx")
                .containsEntry("data/words.csv", WORDS + 1)
                .containsEntry("data/csv/interactions.csv", INTERACTIONS + 1);
        try (var left = Files.list(temporary)) {
            assertThat(left.map(path -> path.getFileName().toString())).allMatch(name -> !name.startsWith("satchel-"));
        }
    }
}
