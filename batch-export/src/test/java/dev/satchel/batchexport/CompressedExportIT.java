package dev.satchel.batchexport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Exports whose files are compressed, by a worker with a small heap, in S3. */
class CompressedExportIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";
    private static final int INTERACTIONS = 60_000;

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
                SELECT '%1$s', 'click', 'Palabra ñ', 'action ' || md5(n::text), 'https://example.org/' || repeat(md5(n || 'a') || md5(n || 'b') || md5(n || 'c'), 5),
                       timestamptz '2026-01-01 00:00Z' + n * interval '1 second', jsonb_build_object('n', n)
                  FROM generate_series(1, %2$d) AS n;
                ANALYZE user_interactions;
                """.formatted(LEARNER, INTERACTIONS));
    }

    @AfterEach
    void empty() {
        satchel.sql("DELETE FROM export_history");
        assertThat(satchel.satchel("cleanup").exit()).isZero();
    }

    private static String request(String format, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("export", "request", "--user", LEARNER, "--type", "interactions", "--format", format));
        arguments.addAll(List.of(more));
        return satchel.satchel(arguments.toArray(String[]::new)).succeeded().strip();
    }

    @Test
    void areDeliveredUnderTheNameTypeAndChecksumOfTheCompressedFile() throws Exception {
        String plain = request("csv");
        String gzip = request("csv", "--compress", "gzip");
        String zstd = request("jsonl", "--compress", "zstd");
        assertThat(gzip).isNotEqualTo(plain);
        assertThat(request("csv", "--compress", "gzip")).isEqualTo(gzip);

        Process worker = satchel.start(Map.of(), List.of("-Xmx64m"), folder.resolve("worker"), "export", "run");

        assertThat(Installation.ended(worker))
                .as(Files.readString(folder.resolve("worker")))
                .isZero();
        byte[] whole = satchel.object(url(plain));
        try (InputStream opened = new GZIPInputStream(new ByteArrayInputStream(checked(gzip, ".csv.gz", "gzip")))) {
            assertThat(opened.readAllBytes()).isEqualTo(whole);
        }
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new ZstdInputStream(new ByteArrayInputStream(checked(zstd, ".jsonl.zst", "zstd"))), UTF_8))) {
            assertThat(lines.lines().count()).isEqualTo(INTERACTIONS);
        }
        assertThat(satchel.satchel("export", "show", gzip).succeeded()).contains("gzip");
    }

    private static String url(String id) {
        return satchel.value("SELECT file_url FROM export_history WHERE id = '" + id + "'");
    }

    private static byte[] checked(String id, String end, String compression) throws Exception {
        byte[] file = satchel.object(url(id));
        assertThat(url(id)).endsWith(end);
        assertThat(satchel.value("SELECT data ->> 'sha256' FROM export_history WHERE id = '" + id + "'"))
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(file)));
        assertThat(satchel.value("SELECT file_size_bytes FROM export_history WHERE id = '" + id + "'"))
                .isEqualTo(String.valueOf(file.length));
        assertThat(satchel.value("SELECT filters ->> 'compress' FROM export_history WHERE id = '" + id + "'"))
                .isEqualTo(compression);
        HeadObjectResponse head = head(url(id));
        assertThat(head.contentType()).isEqualTo("application/" + compression);
        assertThat(head.contentEncoding()).isNull();
        assertThat(head.contentDisposition()).matches("attachment; filename=\"satchel-interactions-.*" + end + "\"");
        return file;
    }

    private static HeadObjectResponse head(String url) throws IOException {
        String key = url.substring(("s3://" + Installation.BUCKET + "/").length());
        try (S3Client s3 = satchel.s3().client()) {
            return s3.headObject(request -> request.bucket(Installation.BUCKET).key(key));
        }
    }

    @Test
    void areAskedForByTheApplicationInTheFiltersOfARow() {
        satchel.sql("INSERT INTO export_history (user_id, export_type, export_format, filters) VALUES ('" + LEARNER
                + "', 'profile', 'json', '{\"compress\": \"zstd\"}'), ('" + LEARNER
                + "', 'profile', 'json', '{\"compress\": \"zip\"}'), ('" + LEARNER
                + "', 'all', 'csv', '{\"compress\": \"gzip\"}')");

        satchel.satchel("export", "run");

        assertThat(satchel.value("SELECT status FROM export_history WHERE filters ->> 'compress' = 'zstd'"))
                .isEqualTo("completed");
        assertThat(satchel.value("SELECT error_message FROM export_history WHERE filters ->> 'compress' = 'zip'"))
                .startsWith("invalid_request: ")
                .contains("gzip, zstd");
        assertThat(satchel.value("SELECT error_message FROM export_history WHERE export_type = 'all'"))
                .startsWith("invalid_request: ")
                .contains("which is compressed already");
    }

    @Test
    void areRefusedWhereTheFileIsAZip() {
        Installation.Result refused = satchel.satchel(
                "export", "request", "--user", LEARNER, "--type", "all", "--format", "csv", "--compress", "gzip");

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err()).contains("is a ZIP, which is compressed already: leave out 'compress'");
    }
}
