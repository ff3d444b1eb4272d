package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.archive.Bag;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same data gives the same file, wherever and however a worker runs. */
class SameBytesIT {

    private static final List<String> FORMATS = List.of("csv", "jsonl", "archive");

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    @BeforeAll
    static void fill() throws IOException {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("""
                INSERT INTO users (id, email) VALUES ('%1$s', 'diligent@example.org');
                INSERT INTO user_interactions (user_id, interaction_type, component, action, page_url, "timestamp", metadata)
                SELECT '%1$s', 'click', CASE n %% 3 WHEN 0 THEN '=Palabra "ñ", İı' WHEN 1 THEN E'a\\r\\n\\t😀' END, 'action ' || n,
                       'https://example.org/' || n || repeat('á', 300), timestamptz '2026-01-01 00:00Z' + n * interval '1 hour',
                       jsonb_build_object('n', n / 7.0, 'text', 'ş' || n)
                  FROM generate_series(1, 10000) AS n;
                ANALYZE user_interactions;
                """.formatted(LEARNER));
        Files.createDirectory(folder.resolve("directory"));
    }

    @Test
    void comesFromEveryStoreZoneLocaleCharsetPartSizeAndConcurrency() throws Exception {
        Map<String, String> directory =
                Map.of("SATCHEL_STORE", folder.resolve("directory").toUri().toString());
        Map<String, String> first = digests(Map.of(), List.of(), 1);

        // The small heap makes the parts of the upload small.
        assertThat(digests(
                        Map.of(),
                        List.of(
                                "-Xmx64m",
                                "-Duser.timezone=Asia/Kathmandu",
                                "-Duser.language=tr",
                                "-Duser.country=TR",
                                "-Dfile.encoding=ISO-8859-1"),
                        4))
                .isEqualTo(first);
        assertThat(digests(
                        directory,
                        List.of(
                                "-Duser.timezone=America/Lima",
                                "-Duser.language=ar",
                                "-Duser.country=EG",
                                "-Dfile.encoding=US-ASCII"),
                        3))
                .isEqualTo(first);
    }

    /** Exports in a process of its own; the SHA-256 of the file of each format. */
    private static Map<String, String> digests(Map<String, String> more, List<String> jvm, int concurrency)
            throws Exception {
        satchel.sql("DELETE FROM export_history");
        Map<String, String> settings = satchel.environment();
        settings.putAll(more);
        for (String format : FORMATS) {
            Installation.satchel(
                            settings,
                            "export",
                            "request",
                            "--user",
                            LEARNER,
                            "--type",
                            "interactions",
                            "--format",
                            format)
                    .succeeded();
        }
        Path output = Files.createTempFile(folder, "run", "");
        Process worker =
                satchel.start(more, jvm, output, "export", "run", "--concurrency", Integer.toString(concurrency));
        assertThat(Installation.ended(worker)).as(Files.readString(output)).isZero();
        Map<String, String> digests = new TreeMap<>();
        for (String format : FORMATS) {
            byte[] file = bytes(satchel.value("SELECT file_url FROM export_history WHERE status = 'completed'"
                    + " AND export_format = '" + format + "'"));
            if (format.equals("archive")) {
                digests.putAll(dataOf(file));
            } else {
                // More than one part of an upload.
                assertThat(file).hasSizeGreaterThan(6 << 20);
                digests.put(format, sha256(file));
            }
        }
        return digests;
    }

    // The time of the snapshot, which is another one for each run, is in all other files.
    private static Map<String, String> dataOf(byte[] archive) throws IOException {
        Bag bag = Bag.of(archive);
        assertThat(bag.problems()).isEmpty();
        Map<String, String> digests = new TreeMap<>();
        bag.files().forEach((path, content) -> {
            if (path.startsWith("data/csv/") || path.startsWith("data/json/")) {
                digests.put(path, sha256(content));
            }
        });
        assertThat(digests).containsOnlyKeys("data/csv/interactions.csv", "data/json/interactions.json");
        return digests;
    }

    private static byte[] bytes(String location) {
        try {
            return location.startsWith("file:")
                    ? Files.readAllBytes(Path.of(URI.create(location)))
                    : satchel.object(location);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
