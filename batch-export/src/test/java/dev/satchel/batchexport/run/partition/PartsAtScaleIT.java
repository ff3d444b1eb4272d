package dev.satchel.batchexport.run.partition;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.TestKafka;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A large export that one, three and eight programs deliver in parts: the same bytes as of one program without parts, over
 * each channel and into each store. {@code -Dsatchel.parts.rows} sets how many interactions the user has.
 *
 * <p>The parts wait for a lock until each program reads one, so that all take part. What is printed counts from then on.
 */
@Tag("matrix")
class PartsAtScaleIT {

    private static final int ROWS = Integer.getInteger("satchel.parts.rows", 1_000_000);

    private static final Duration LONGEST = Duration.ofMinutes(5).plusSeconds(ROWS / 10_000);

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";

    private static final String LOCK = "20261130";

    private static final List<String> FORMATS = List.of("csv", "jsonl", "json");

    private static final int PARTS = 8;

    /** A record has more than 80 bytes, so there are as many parts as there may be; each program takes one at a time. */
    private static final Map<String, String> DIVIDED = Map.of(
            "SATCHEL_PARTITION_ABOVE",
            10L * ROWS + "B",
            "SATCHEL_PARTITION_MOST",
            Integer.toString(PARTS),
            "SATCHEL_PARTITION_SLOTS",
            "1");

    /** Little memory beside the files, and the compiler for code that runs for long. */
    private static final List<String> JVM = List.of("-Xmx256m", "-XX:TieredStopAtLevel=4");

    /** What follows the records in a file of JSON is shorter. */
    private static final int END = 16 * 1024;

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    /** What one program without parts wrote, by format. */
    private static final Map<String, Content> ALONE = new TreeMap<>();

    private final List<Process> workers = new ArrayList<>();

    private Store store = Store.S3;

    private enum Channel {
        POSTGRESQL,
        KAFKA;

        Map<String, String> settings() throws IOException {
            return switch (this) {
                case POSTGRESQL -> Map.of();
                case KAFKA ->
                    Map.of(
                            "SATCHEL_PARTITION_CHANNEL",
                            "kafka://" + TestKafka.running().secureBroker() + "/satchel-parts-" + UUID.randomUUID(),
                            "SATCHEL_PARTITION_KAFKA_PROPERTIES",
                            TestKafka.running().properties(TestKafka.PASSWORD).toString());
            };
        }
    }

    private enum Store {
        S3,
        DIRECTORY;

        Map<String, String> settings() {
            Map<String, String> settings = satchel.environment();
            if (this == DIRECTORY) {
                settings.put("SATCHEL_STORE", directory().toUri().toString());
            }
            return settings;
        }

        InputStream open(String location) throws IOException {
            return switch (this) {
                case S3 -> satchel.open(location);
                case DIRECTORY -> Files.newInputStream(Path.of(URI.create(location)));
            };
        }

        /** All files but the mark by which the database knows the store, those too that are being written. */
        List<String> files() throws IOException {
            if (this == S3) {
                return satchel.objects();
            }
            try (Stream<Path> paths = Files.walk(directory())) {
                return paths.filter(Files::isRegularFile)
                        .map(path -> path.toUri().toString())
                        .filter(location -> !location.contains("/satchel-store-"))
                        .toList();
            }
        }
    }

    private static Path directory() {
        return folder.resolve("directory");
    }

    @BeforeAll
    static void fill() throws Exception {
        Files.createDirectory(directory());
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("""
                INSERT INTO users (id, email) VALUES ('%1$s', 'diligent@example.org');
                INSERT INTO user_interactions
                       (user_id, interaction_type, component, action, target_id, page_url, referrer, user_agent, "timestamp", duration_ms, metadata)
                SELECT '%1$s',
                       CASE n %% 3 WHEN 0 THEN 'click' WHEN 1 THEN 'view' ELSE 'answer' END,
                       CASE n %% 5 WHEN 0 THEN '=Palabra "ñ", İı' WHEN 1 THEN E'a\\r\\n\\t😀' WHEN 2 THEN '' WHEN 3 THEN 'ser, o "estar"' END,
                       'action ' || n,
                       CASE n %% 7 WHEN 0 THEN gen_random_uuid() END,
                       'https://example.org/unit/' || n %% 97 || '?q="' || n || '"',
                       CASE n %% 11 WHEN 0 THEN 'https://example.com/search?q=' || n END,
                       'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
                       CASE WHEN n %% 1000 > 0 THEN timestamptz '2026-01-01 00:00Z' + n / 2 * interval '1 second' END,
                       CASE WHEN n %% 4 > 0 THEN n %% 60000 END,
                       CASE n %% 6 WHEN 0 THEN NULL WHEN 1 THEN '{}'
                            ELSE jsonb_build_object('n', n / 7.0, 'text', 'ş"' || n, 'tags', jsonb_build_array('a', NULL, true)) END
                  FROM generate_series(1, %2$d) AS n;
                CREATE INDEX user_interactions_timestamp ON user_interactions USING brin ("timestamp");
                ANALYZE user_interactions;
                CREATE FUNCTION public.held() RETURNS boolean LANGUAGE plpgsql STABLE SET lock_timeout = '10min' AS
                    'BEGIN PERFORM pg_advisory_xact_lock_shared(%3$s); RETURN true; END';
                CREATE POLICY hold ON public.user_interactions AS RESTRICTIVE FOR SELECT TO authenticated
                    USING ((SELECT concat(current_setting('satchel.range_from_0', true), current_setting('satchel.range_to_0', true)) = '' OR public.held()));
                """.formatted(LEARNER, ROWS, LOCK));
        FORMATS.forEach(PartsAtScaleIT::request);
        Path output = folder.resolve("alone");
        Process alone = satchel.start(Map.of(), JVM, output, "export", "run", "--concurrency", "1");
        assertThat(Installation.ended(alone, LONGEST))
                .as(Files.readString(output))
                .isZero();
        for (String format : FORMATS) {
            ALONE.put(format, content(Store.S3, format));
        }
        assertThat(satchel.value("SELECT bool_or(data ? 'readings') FROM export_history"))
                .isEqualTo("f");
        assertThat(ALONE.get("jsonl")).extracting(Content::lines).isEqualTo((long) ROWS);
        System.out.printf(
                Locale.ROOT,
                "without parts, S3: %d rows, 1 process: %s s for %s bytes%n",
                ROWS,
                satchel.value("SELECT round(extract(epoch FROM max(completed_at) - min(started_at)), 1)"
                        + " FROM export_history"),
                satchel.value(
                        "SELECT string_agg(concat_ws(' ', export_format, file_size_bytes), ', ' ORDER BY completed_at)"
                                + " FROM export_history"));
        removeFiles(Store.S3);
    }

    @AfterEach
    void end() throws Exception {
        for (Process worker : workers) {
            worker.destroyForcibly().waitFor();
        }
        satchel.sql("SELECT pg_advisory_unlock_all()");
        removeFiles(store);
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, S3", "POSTGRESQL, DIRECTORY", "KAFKA, S3", "KAFKA, DIRECTORY"})
    void anyNumberOfProgramsWritesTheSameFiles(Channel channel, Store into) throws Exception {
        store = into;
        Map<String, String> settings = store.settings();
        settings.putAll(DIVIDED);
        settings.putAll(channel.settings());

        for (int programs : List.of(1, 3, 8)) {
            satchel.sql("SELECT pg_advisory_lock(" + LOCK + ")");
            while (workers.size() < programs) {
                // The first one joins, the others deliver parts alone.
                String concurrency = workers.isEmpty() ? "1" : "0";
                workers.add(satchel.start(
                        settings, JVM, output(), "export", "run", "--watch", "--concurrency", concurrency));
            }
            FORMATS.forEach(PartsAtScaleIT::request);
            awaitReadersOfParts(programs);
            long begun = System.nanoTime();
            satchel.sql("SELECT pg_advisory_unlock_all()");
            Await.until(
                    "the exports end",
                    LONGEST,
                    () -> satchel.value("SELECT bool_and(status IN ('completed', 'failed')) FROM export_history")
                            .equals("t"));
            double seconds = (System.nanoTime() - begun) / 1e9;

            for (String format : FORMATS) {
                assertThat(satchel.value("SELECT concat_ws(' ', status, retry_count, records_count,"
                                + " data #>> '{readings,0,parts}', error_message) FROM export_history"
                                + " WHERE export_format = '" + format + "'"))
                        .as(Files.readString(output()))
                        .isEqualTo("completed 0 " + ROWS + " " + PARTS);
                assertThat(content(store, format)).as(format).isEqualTo(ALONE.get(format));
            }
            assertThat(workers).allMatch(Process::isAlive);
            assertNothingLeft();
            System.out.printf(
                    Locale.ROOT,
                    "%s, %s: %d rows, %d processes, %d parts: %.1f s for %s%n",
                    channel,
                    store,
                    ROWS,
                    programs,
                    PARTS,
                    seconds,
                    String.join(", ", FORMATS));
            removeFiles(store);
        }

        for (Process worker : workers) {
            worker.destroy();
        }
        for (Process worker : workers) {
            assertThat(Installation.ended(worker)).isIn(0, 143);
        }
    }

    private static Path output() {
        return folder.resolve("workers");
    }

    private static void request(String format) {
        satchel.satchel("export", "request", "--user", LEARNER, "--type", "interactions", "--format", format)
                .succeeded();
    }

    /** Returns when each of the programs reads a part and cannot go on. */
    private static void awaitReadersOfParts(int programs) throws InterruptedException {
        String number = Integer.toString(programs);
        Await.until(
                number + " programs read parts",
                LONGEST,
                () -> satchel.value("SELECT count(DISTINCT owner) FROM satchel.export_part WHERE finished_at IS NULL")
                                .equals(number)
                        && satchel.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                                .equals(number));
    }

    private void assertNothingLeft() throws IOException {
        List<String> files = new ArrayList<>();
        for (String format : FORMATS) {
            files.add(column("file_url", format));
        }
        assertThat(store.files()).containsExactlyInAnyOrderElementsOf(files);
        assertThat(satchel.unfinishedUploads()).isZero();
        assertThat(satchel.value("SELECT count(*) FROM satchel.export_part")).isEqualTo("0");
        assertThat(satchel.value("SELECT count(*) FROM satchel.upload_journal WHERE published_at IS NULL"))
                .isEqualTo("0");
    }

    /** Makes room for the next ones. */
    private static void removeFiles(Store store) throws IOException {
        satchel.sql("""
                DELETE FROM export_history;
                UPDATE satchel.upload_journal SET opened_at = opened_at - interval '3 days';
                """);
        Installation.satchel(store.settings(), "cleanup").succeeded();
        assertThat(store.files()).isEmpty();
    }

    private static String column(String column, String format) {
        return satchel.value("SELECT " + column + " FROM export_history WHERE export_format = '" + format + "'");
    }

    /**
     * What two files of the same records have in common.
     *
     * @param sha256 of the file; of JSON without the time of the snapshot, which no two exports have in common
     */
    private record Content(String sha256, long lines) {}

    /** Reads the file piece by piece, and compares it with its record on the way. */
    private static Content content(Store store, String format) throws IOException, GeneralSecurityException {
        long size = Long.parseLong(column("file_size_bytes", format));
        MessageDigest whole = MessageDigest.getInstance("SHA-256");
        MessageDigest common = MessageDigest.getInstance("SHA-256");
        long lines = 0;
        try (InputStream file = new DigestInputStream(store.open(column("file_url", format)), whole)) {
            byte[] piece = new byte[END];
            long left = Math.max(0, size - END);
            while (left > 0) {
                int length = file.readNBytes(piece, 0, (int) Math.min(left, END));
                assertThat(length).as("bytes of " + size).isPositive();
                common.update(piece, 0, length);
                lines += lines(piece, length);
                left -= length;
            }
            int length = file.readNBytes(piece, 0, (int) Math.min(size, END));
            assertThat(file.read()).as("what follows " + size + " bytes").isEqualTo(-1);
            lines += lines(piece, length);
            common.update(format.equals("json") ? withoutSnapshot(piece, length) : Arrays.copyOf(piece, length));
        }
        assertThat(HexFormat.of().formatHex(whole.digest())).isEqualTo(column("data ->> 'sha256'", format));
        return new Content(HexFormat.of().formatHex(common.digest()), lines);
    }

    private static byte[] withoutSnapshot(byte[] end, int length) {
        String text = new String(end, 0, length, ISO_8859_1);
        String without = text.replaceFirst("\"snapshot_at\":\"[^\"]*\"", "");
        assertThat(without).isNotEqualTo(text);
        return without.getBytes(ISO_8859_1);
    }

    private static long lines(byte[] piece, int length) {
        long lines = 0;
        for (int index = 0; index < length; index++) {
            if (piece[index] == '\n') {
                lines++;
            }
        }
        return lines;
    }
}
