package dev.satchel.batchexport.format.zip;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.format.Written;
import dev.satchel.batchexport.format.archive.ArchiveSettings;
import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.OperatorTexts;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ZipWriterTest {

    private static final List<Column> COLUMNS =
            List.of(new Column("a", Column.Type.TEXT), new Column("n", Column.Type.INTEGER));

    @TempDir
    private Path directory;

    @Test
    void holdsAFilePerDatasetAndWhatExplainsThem() throws IOException {
        Map<String, byte[]> files = unzipped(archive());

        assertThat(files).containsOnlyKeys("profile.csv", "settings.csv", "manifest.json", "README.txt");
        assertThat(new String(files.get("profile.csv"), UTF_8))
                .isEqualTo("\uFEFF\"a\",\"n\"\r\n\"'=1+1\",-1\r\n\"ä😀\",\r\n");
        assertThat(new String(files.get("settings.csv"), UTF_8)).isEqualTo("\uFEFF\"a\",\"n\"\r\n");
    }

    @Test
    void describesItselfForPrograms() throws Exception {
        Written written = written();
        Map<String, byte[]> files = unzipped(written.finish(LearningDatasets.QA));

        JsonNode manifest = JsonMapper.shared().readTree(files.get("manifest.json"));

        assertThat(manifest.get("satchel_export").intValue()).isEqualTo(1);
        assertThat(manifest.get("type").stringValue()).isEqualTo("all");
        assertThat(manifest.get("format").stringValue()).isEqualTo("csv");
        assertThat(manifest.get("filters")).hasToString("{\"to\":\"2026-02-01\",\"zone\":\"UTC\"}");
        assertThat(manifest.get("snapshot_at").stringValue()).isEqualTo("2026-10-05T04:03:02.001000Z");
        assertThat(manifest.get("schema_version").stringValue()).isEqualTo("1");
        assertThat(manifest.get("absent")).hasToString("[\"qa\"]");
        assertThat(manifest.get("files")).hasSize(2);
        JsonNode profile = manifest.at("/files/0");
        assertThat(profile.get("name").stringValue()).isEqualTo("profile.csv");
        assertThat(profile.get("dataset").stringValue()).isEqualTo("profile");
        assertThat(profile.get("records").longValue()).isEqualTo(2);
        assertThat(profile.get("bytes").longValue()).isEqualTo(files.get("profile.csv").length);
        assertThat(profile.get("sha256").stringValue()).isEqualTo(sha256(files.get("profile.csv")));
        assertThat(manifest.at("/files/1/records").longValue()).isZero();
    }

    @Test
    void reportsEveryFileInside() throws Exception {
        Written written = written();
        List<DeliveredFile.Entry> expected = new ArrayList<>();
        for (Map.Entry<String, byte[]> file : unzipped(written.finish()).entrySet()) {
            expected.add(new DeliveredFile.Entry(file.getKey(), file.getValue().length, sha256(file.getValue())));
        }

        assertThat(written.entries()).isEqualTo(expected);
    }

    @Test
    void explainsItselfToPeople() throws IOException {
        String readme =
                new String(unzipped(written().finish(LearningDatasets.QA)).get("README.txt"), UTF_8);

        assertThat(readme)
                .contains("as it was at 2026-10-05T04:03:02.001000Z (UTC)")
                .contains("profile.csv: your account, 2 records\r\n")
                .contains("settings.csv: your settings, 0 records\r\n")
                .contains("therefore not here: qa\r\n")
                .contains("byte order mark")
                .contains("a ' (apostrophe) is added where = + - @ begins a", "remove one ' at its beginning")
                .contains("Some spreadsheets expect semicolons")
                .doesNotContain("null");
        assertThat(readme.replace("\r\n", "")).doesNotContain("\n").doesNotContain("\r");
    }

    @Test
    void saysWhoseFileItIsUntilWhenItStaysAndWhomToAsk() throws IOException {
        ArchiveSettings settings = new ArchiveSettings(
                new OperatorTexts(
                        Map.of(Language.SPANISH, "Palabra\nES"),
                        Map.of(Language.ENGLISH, "privacy@palabra.example"),
                        Map.of(),
                        Map.of()),
                Duration.ofDays(3),
                Map.of(),
                "Satchel 1");
        StandardFileFormats formats = new StandardFileFormats(CsvOptions.DEFAULT, () -> settings);
        byte[] zip = Written.file(Written.request(LearningTypes.ALL, ExportFormat.CSV, ExportFilters.NONE), formats)
                .finish();

        assertThat(new String(unzipped(zip).get("README.txt"), UTF_8))
                .startsWith("Your data from Palabra ES\r\n=========================\r\n")
                .contains("until about 2026-10-08, when it is removed", "Whom to ask: privacy@palabra.example\r\n");
    }

    @Test
    void explainsOnlyWhatWasDone() throws IOException {
        byte[] plain = Written.file(LearningTypes.ALL, ExportFormat.CSV, new CsvOptions(false, false))
                .dataset(LearningDatasets.PROFILE, COLUMNS)
                .finish();

        assertThat(new String(unzipped(plain).get("README.txt"), UTF_8))
                .doesNotContain("byte order mark")
                .doesNotContain("apostrophe")
                .doesNotContain("not here");
    }

    @Test
    void isTheSameInEveryZone() throws IOException {
        TimeZone before = TimeZone.getDefault();
        byte[] here = archive();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("America/Los_Angeles"));
            assertThat(archive()).isEqualTo(here);
        } finally {
            TimeZone.setDefault(before);
        }
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(here), UTF_8)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                assertThat(entry.getTimeLocal()).isEqualTo(LocalDateTime.of(2026, 10, 5, 4, 3, 2));
            }
        }
    }

    @Test
    void namesTheKindOfFile() {
        StandardFileFormats formats = new StandardFileFormats(CsvOptions.DEFAULT);
        var all = Written.request(LearningTypes.ALL, ExportFormat.CSV, ExportFilters.NONE);
        var one = Written.request(LearningTypes.QA, ExportFormat.CSV, ExportFilters.NONE);
        var json = Written.request(LearningTypes.ALL, ExportFormat.JSON, ExportFilters.NONE);
        var lines = Written.request(LearningTypes.ALL, ExportFormat.JSONL, ExportFilters.NONE);

        assertThat(List.of(formats.extension(all), formats.contentType(all))).containsExactly("zip", "application/zip");
        assertThat(List.of(formats.extension(one), formats.contentType(one)))
                .containsExactly("csv", "text/csv; charset=utf-8; header=present");
        assertThat(List.of(formats.extension(json), formats.contentType(json)))
                .containsExactly("json", "application/json");
        assertThat(List.of(formats.extension(lines), formats.contentType(lines)))
                .containsExactly("jsonl", "application/x-ndjson");
    }

    private static byte[] archive() throws IOException {
        return written().finish();
    }

    private static Written written() throws IOException {
        ExportFilters filters = ExportFilters.of(Map.of("to", "2026-02-01"));
        return Written.file(Written.request(LearningTypes.ALL, ExportFormat.CSV, filters), CsvOptions.DEFAULT)
                .dataset(LearningDatasets.PROFILE, COLUMNS, new Object[] {"=1+1", -1L}, new Object[] {"ä😀", null})
                .dataset(LearningDatasets.SETTINGS, COLUMNS);
    }

    // Through the directory at the archive's end, as programs do; the test of the zone reads it as a stream.
    private Map<String, byte[]> unzipped(byte[] archive) throws IOException {
        Path path = Files.write(directory.resolve("archive.zip"), archive);
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(path.toFile(), UTF_8)) {
            for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                ZipEntry entry = all.nextElement();
                files.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return files;
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
