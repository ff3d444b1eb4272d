package dev.satchel.batchexport.format.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.batchexport.format.Written;
import dev.satchel.batchexport.format.archive.OperatorTexts.Topic;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ArchiveWriterTest {

    private static final ZoneId MADRID = ZoneId.of("Europe/Madrid");

    private static final List<Column> PROFILE = List.of(
            new Column("id", Column.Type.UUID),
            new Column("full_name", Column.Type.TEXT),
            new Column("username", Column.Type.TEXT),
            new Column("language", Column.Type.TEXT));

    private static final List<Column> SETTINGS = List.of(new Column("language", Column.Type.TEXT));

    private static final List<Column> SESSIONS =
            List.of(new Column("started_at", Column.Type.INSTANT), new Column("ended_at", Column.Type.INSTANT));

    private static final List<Column> PROGRESS = List.of(new Column("total_points", Column.Type.INTEGER));

    private static final ArchiveSettings OPERATOR = new ArchiveSettings(
            new OperatorTexts(
                    Map.of(Language.ENGLISH, "Palabra", Language.SPANISH, "Palabra ES"),
                    Map.of(Language.ENGLISH, "privacy@palabra.example"),
                    Map.of(),
                    Map.of()),
            Duration.ofDays(7),
            Map.of("settings", Map.of("public.user_settings.user_id", "names nothing a user sees")),
            "Satchel 1");

    @TempDir
    private Path directory;

    @Test
    void isOneFolderWithTheNameOfTheFile() throws IOException {
        Bag bag = Bag.of(spanish());

        assertThat(bag.folder()).isEqualTo("satchel-learning-data-2026-10-05");
        assertThat(bag.files())
                .containsKeys(
                        "data/csv/profile.csv",
                        "data/csv/settings.csv",
                        "data/csv/sessions.csv",
                        "data/json/sessions.json",
                        "README.txt",
                        "manifest.json",
                        "datapackage.json",
                        "bagit.txt",
                        "bag-info.txt",
                        "manifest-sha256.txt",
                        "tagmanifest-sha256.txt");
        assertThat(Bag.of(Written.archive(LearningTypes.QA, OPERATOR, MADRID)
                                .dataset(LearningDatasets.QA, SETTINGS)
                                .finish())
                        .folder())
                .isEqualTo("satchel-qa-2026-10-05");
    }

    @Test
    void isAValidBag() throws IOException {
        Bag bag = Bag.of(spanish());

        assertThat(bag.problems()).isEmpty();
        assertThat(bag.text("bag-info.txt"))
                .contains(
                        "Source-Organization: Palabra ES\n",
                        "Bagging-Date: 2026-10-05\n",
                        "Bag-Software-Agent: Satchel 1\n",
                        "External-Identifier: 00000000-0000-0001-0000-000000000002/all/2026-10-05T04:03:02.001000Z\n");
    }

    @Test
    void isAValidBagWithoutATable() throws IOException {
        Bag bag = Bag.of(Written.archive(LearningTypes.QA, OPERATOR, MADRID).finish(LearningDatasets.QA));

        assertThat(bag.problems()).isEmpty();
        assertThat(bag.text("README.txt").replaceAll("\\s+", " "))
                .contains("so they are not here: the questions made for you, and your answers (qa)");
    }

    @Test
    void passesTheChecksOfOtherPrograms() throws Exception {
        Path zip = Files.write(directory.resolve("a.zip"), spanish());

        assertThat(run("unzip", "-tqq", zip.toString())).isZero();
        assertThat(run("unzip", "-qq", zip.toString())).isZero();
        directory = directory.resolve("satchel-learning-data-2026-10-05");
        assertThat(run("sha256sum", "-c", "--strict", "--status", "manifest-sha256.txt"))
                .isZero();
        assertThat(run("sha256sum", "-c", "--strict", "--status", "tagmanifest-sha256.txt"))
                .isZero();
    }

    private int run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Test
    void showsTheWallTimeBesideEachMoment() throws IOException {
        Bag bag = Bag.of(spanish());

        assertThat(bag.text("data/csv/sessions.csv"))
                .isEqualTo("\"started_at\",\"started_at_local\",\"ended_at\",\"ended_at_local\"\r\n"
                        // On the day when Madrid's clocks go back, the same wall time comes twice.
                        + "\"2026-10-25T00:30:00.000001Z\",\"2026-10-25 02:30:00\","
                        + "\"2026-10-25T01:30:00.000000Z\",\"2026-10-25 02:30:00\"\r\n"
                        + "\"2026-01-31T23:30:00.000000Z\",\"2026-02-01 00:30:00\",,\r\n");
        assertThat(bag.text("data/json/sessions.json"))
                .isEqualTo(
                        "[\n{\"started_at\":\"2026-10-25T00:30:00.000001Z\",\"started_at_local\":\"2026-10-25 02:30:00\","
                                + "\"ended_at\":\"2026-10-25T01:30:00.000000Z\",\"ended_at_local\":\"2026-10-25 02:30:00\"}\n"
                                + ",{\"started_at\":\"2026-01-31T23:30:00.000000Z\",\"started_at_local\":\"2026-02-01 00:30:00\","
                                + "\"ended_at\":null,\"ended_at_local\":null}\n]\n");
    }

    @Test
    void hasAWallTimeForEveryMomentOfPostgresql() throws IOException {
        List<Column> columns = List.of(new Column("t", Column.Type.INSTANT), new Column("t_local", Column.Type.TEXT));
        Bag bag = Bag.of(Written.archive(LearningTypes.QA, OPERATOR, MADRID)
                .dataset(
                        LearningDatasets.QA,
                        columns,
                        new Object[] {NonFinite.INFINITY, "mine"},
                        new Object[] {micros("-4712-01-01T00:00:00Z"), null},
                        new Object[] {micros("+290000-12-31T23:59:59Z"), null})
                .finish());

        assertThat(bag.text("data/csv/qa.csv").lines().toList())
                .containsExactly(
                        "\"t\",\"t_local_\",\"t_local\"",
                        "Infinity,,\"mine\"",
                        "\"-4712-01-01T00:00:00.000000Z\",\"'-4713-12-31 23:45:16\",",
                        "\"+290000-12-31T23:59:59.000000Z\",\"'+290001-01-01 00:59:59\",");
        assertThat(fields(bag)).containsExactly("t string", "t_local_ string", "t_local string");
    }

    @Test
    void typesEveryColumn() throws IOException {
        List<Column> columns = new ArrayList<>();
        for (Column.Type type : Column.Type.values()) {
            columns.add(new Column(type.name().toLowerCase(Locale.ROOT), type));
        }
        columns.add(new Column("list", Column.Type.JSON));
        columns.add(new Column("mixed", Column.Type.JSON));
        columns.add(new Column("nan", Column.Type.DECIMAL));
        Bag bag = Bag.of(Written.archive(LearningTypes.QA, OPERATOR, MADRID)
                .dataset(
                        LearningDatasets.QA,
                        columns,
                        new Object[] {
                            true, 1L, "1.5", new UUID(1, 2), "=1+1", " {}", 0L, 0L, "[1]", "[1]", NonFinite.NAN
                        },
                        new Object[] {null, null, null, null, null, null, null, null, null, "{}", "1"})
                .finish());

        assertThat(fields(bag))
                .containsExactly(
                        "boolean boolean",
                        "integer integer",
                        "decimal number",
                        "uuid string",
                        "text string",
                        "json object",
                        "instant datetime any",
                        "instant_local datetime %Y-%m-%d %H:%M:%S",
                        "date date",
                        "list array",
                        "mixed string",
                        "nan string");
        JsonNode resource = JsonMapper.shared()
                .readTree(bag.files().get("datapackage.json"))
                .at("/resources/0");
        assertThat(resource.at("/path").stringValue()).isEqualTo("data/csv/qa.csv");
        assertThat(resource.at("/bytes").longValue()).isEqualTo(bag.files().get("data/csv/qa.csv").length);
        assertThat(bag.text("manifest-sha256.txt"))
                .contains(resource.at("/hash").stringValue().substring("sha256:".length()) + "  data/csv/qa.csv\n");
    }

    private static List<String> fields(Bag bag) {
        List<String> fields = new ArrayList<>();
        JsonMapper.shared()
                .readTree(bag.files().get("datapackage.json"))
                .at("/resources/0/schema/fields")
                .forEach(field -> fields.add(field.at("/name").stringValue() + " "
                        + field.at("/type").stringValue()
                        + (field.has("format") ? " " + field.at("/format").stringValue() : "")));
        return fields;
    }

    @Test
    void speaksTheLanguageOfItsReader() throws IOException {
        String readme = Bag.of(spanish()).text("README.txt");

        assertThat(readme.replaceAll("\\s+", " "))
                .startsWith("Tus datos de Palabra ES")
                .contains("Hola, Ana Pérez:")
                .contains("el 5 de octubre de 2026 a las 06:03 (zona horaria: Europe/Madrid)")
                .contains("hasta el 12 de octubre de 2026")
                .contains("profile: tu cuenta, 1 registro")
                .contains("1 de tus 2 sesiones no ha terminado")
                .contains("total_points")
                .contains("2026-01-31T18:30:00.000000Z", "en la zona Europe/Madrid: 2026-01-31 19:30:00.")
                .contains("public.user_settings.user_id: no corresponde a nada que puedas ver")
                .contains("privacy@palabra.example")
                .doesNotContain("your ", "null", "{0}");
        assertThat(readme.replace("\r\n", "")).doesNotContain("\n").doesNotContain("\r");
    }

    @Test
    void saysWhatPortabilityLeavesOut() throws IOException {
        ExportFilters portability = ExportFilters.of(Map.of("profile", "portability"));
        String readme = Bag.of(Written.archive(
                                Written.request(LearningTypes.ALL, ExportFormat.ARCHIVE, portability),
                                CsvOptions.DEFAULT,
                                ZoneOffset.UTC)
                        .dataset(LearningDatasets.QA, SETTINGS)
                        .finish())
                .text("README.txt")
                .replaceAll("\\s+", " ");

        assertThat(readme)
                .contains("What the application computed from it, such as scores and dates for reviews, is not here.")
                .doesNotContain("profile portability");
        LearningTypes.ALL.datasets().stream()
                .filter(dataset -> !dataset.isIn(portability.profile()))
                .forEach(missing -> assertThat(readme).containsPattern("so they are missing: [^.]*" + missing.name()));
    }

    @Test
    void speaksEnglishToAReaderOfWhomNothingIsKnown() throws IOException {
        String readme = Bag.of(Written.archive(LearningTypes.QA, ArchiveSettings.DEFAULT, ZoneOffset.UTC)
                        .dataset(LearningDatasets.QA, SETTINGS)
                        .finish())
                .text("README.txt");

        assertThat(readme.replaceAll("\\s+", " "))
                .startsWith("Your data ")
                .contains("This is a copy of your data as it was on 5 October 2026 at 04:03 (time zone: UTC).")
                .contains("qa: the questions made for you, and your answers, 0 records")
                .contains("[The operator has not named anybody")
                .doesNotContain("Hello", "null", "{0}");
    }

    @Test
    void greetsAHostileNameOnOneLine() throws IOException {
        String name = "Ana\r\nPérez\u202E {0} </script>\u0000" + "x".repeat(500);
        Bag bag = Bag.of(Written.archive(LearningTypes.ALL, hostile(), MADRID)
                .dataset(LearningDatasets.PROFILE, PROFILE, new Object[] {new UUID(1, 2), name, null, "es"})
                .finish());

        assertThat(bag.problems()).isEmpty();
        assertThat(bag.text("README.txt").lines().filter(line -> line.startsWith("Hola")))
                .singleElement()
                .asString()
                .startsWith("Hola, Ana Pérez {0} </script> xxx")
                .hasSizeLessThan(120);
        assertThat(JsonMapper.shared()
                        .readTree(bag.files().get("datapackage.json"))
                        .at("/title")
                        .stringValue())
                .isEqualTo("Tus datos de A: \" {1} B");
    }

    private static ArchiveSettings hostile() {
        return new ArchiveSettings(
                new OperatorTexts(
                        Map.of(Language.ENGLISH, "A:\n\" {1}\tB"), Map.of(), Map.of(Topic.PURPOSE, Map.of()), Map.of()),
                Duration.ofDays(1),
                Map.of(),
                "Satchel\n1");
    }

    @Test
    void acceptsColumnsWithAnyName() throws IOException {
        List<Column> columns = List.of(
                new Column("a\",\"b\r\n", Column.Type.TEXT),
                new Column("=1+1", Column.Type.INSTANT),
                new Column("../../x", Column.Type.JSON));
        Bag bag = Bag.of(Written.archive(LearningTypes.QA, OPERATOR, MADRID)
                .dataset(LearningDatasets.QA, columns, new Object[] {"\u0000\"", 0L, "{}"})
                .finish());

        assertThat(bag.problems()).isEmpty();
        assertThat(JsonMapper.shared()
                        .readTree(bag.files().get("data/json/qa.json"))
                        .get(0)
                        .propertyNames())
                .containsExactly("a\",\"b\r\n", "=1+1", "=1+1_local", "../../x");
    }

    @Test
    void isTheSameInEveryZoneAndLocaleOfTheWorker() throws IOException {
        TimeZone zone = TimeZone.getDefault();
        Locale locale = Locale.getDefault();
        byte[] here = spanish();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(spanish()).isEqualTo(here);
        } finally {
            TimeZone.setDefault(zone);
            Locale.setDefault(locale);
        }
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(here), UTF_8)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                assertThat(entry.getTimeLocal()).isEqualTo(LocalDateTime.of(2026, 10, 5, 4, 3, 2));
            }
        }
    }

    @Test
    void reportsEveryFileInside() throws IOException {
        Written written = written();
        Bag bag = Bag.of(written.finish());

        assertThat(written.entries())
                .extracting(entry -> entry.name())
                .containsExactlyElementsOf(bag.files().keySet().stream()
                        .map(path -> bag.folder() + "/" + path)
                        .toList());
    }

    @Test
    void leavesNoFileOpenAfterAFailure() throws IOException {
        Written written = written();
        assertThat(spools()).isNotZero();

        written.close();

        assertThat(spools()).isZero();
        assertThat(spoolFiles()).isEmpty();
    }

    // Linux shows files without a name as links of the process, in the directory of this test.
    private long spools() throws IOException {
        long count = 0;
        try (var links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path link : links) {
                try {
                    count += Files.readSymbolicLink(link).toString().startsWith(temporary() + "/satchel-") ? 1 : 0;
                } catch (IOException closedMeanwhile) {
                    continue;
                }
            }
        }
        return count;
    }

    private static String temporary() {
        return System.getProperty("java.io.tmpdir");
    }

    private static List<Path> spoolFiles() throws IOException {
        List<Path> files = new ArrayList<>();
        try (var all = Files.newDirectoryStream(Path.of(temporary()), "satchel-????????-*")) {
            all.forEach(files::add);
        }
        return files;
    }

    /** Under {@code -Pmatrix}, the file is too long for a ZIP without ZIP64. */
    @Test
    void holdsFilesOfAnyLength() throws IOException {
        long length = System.getProperty("satchel.test.matrix") == null ? 1 << 20 : (1L << 32) + 7;
        Path zip = directory.resolve("long.zip");
        try (OutputStream out = Files.newOutputStream(zip)) {
            ZipFolder folder = new ZipFolder("f", LocalDateTime.of(2026, 1, 1, 0, 0), out);
            byte[] piece = new byte[1 << 16];
            try (OutputStream file = folder.begin("data/long")) {
                for (long left = length; left > 0; left -= piece.length) {
                    file.write(piece, 0, (int) Math.min(left, piece.length));
                }
            }
            folder.add("after", new byte[] {1});
            folder.end();
        }

        try (ZipFile read = ZipFile.builder().setPath(zip).get()) {
            assertThat(read.getEntry("f/data/long").getSize()).isEqualTo(length);
            assertThat(read.getInputStream(read.getEntry("f/after")).readAllBytes())
                    .containsExactly(1);
        }
    }

    @Test
    void refusesAPathOutsideOfItsFolder() {
        ZipFolder folder = new ZipFolder("f", LocalDateTime.of(2026, 1, 1, 0, 0), OutputStream.nullOutputStream());

        for (String path : List.of("../x", "/x", "a//b", "a/../b", "", "a\nb", "a b", "%0A")) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> folder.begin(path))
                    .withMessageContaining("is no path in an archive");
        }
    }

    private static long micros(String moment) {
        return Instant.parse(moment).getEpochSecond() * 1_000_000;
    }

    private static byte[] spanish() throws IOException {
        return written().finish();
    }

    private static Written written() throws IOException {
        return Written.archive(LearningTypes.ALL, OPERATOR, MADRID)
                .dataset(LearningDatasets.PROFILE, PROFILE, new Object[] {new UUID(1, 2), "Ana Pérez", "ana", "en"})
                .dataset(LearningDatasets.SETTINGS, SETTINGS, new Object[] {"es"})
                .dataset(
                        LearningDatasets.SESSIONS,
                        SESSIONS,
                        new Object[] {micros("2026-10-25T00:30:00Z") + 1, micros("2026-10-25T01:30:00Z")},
                        new Object[] {micros("2026-01-31T23:30:00Z"), null})
                .dataset(LearningDatasets.PROGRESS, PROGRESS, new Object[] {10L});
    }
}
