package dev.satchel.batchexport.cli.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Column;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code export verify} on delivered files, in S3 and in a directory, and on exports that have none. */
class VerifyFileCommandIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";
    private static final List<String> KINDS = List.of(
            "all csv",
            "all json",
            "all jsonl",
            "vocabulary csv",
            "vocabulary csv --compress gzip",
            "all json --compress zstd",
            "all jsonl --compress gzip",
            "all archive",
            "all csv --profile portability",
            "all json --profile portability",
            "all jsonl --profile portability",
            "all archive --profile portability");

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    private static Map<String, String> directory;
    private static final Map<String, String> EXPORTS = new LinkedHashMap<>();

    @BeforeAll
    static void deliver() throws IOException {
        satchel = Installation.withLearnersIn(folder.resolve("s3"));
        KINDS.forEach(kind -> EXPORTS.put(kind, request(kind)));
        satchel.satchel("export", "run").succeeded();
        directory = satchel.environment();
        directory.put(
                "SATCHEL_STORE",
                Files.createDirectory(folder.resolve("files")).toUri().toString());
    }

    private static String request(String kind) {
        List<String> call = new ArrayList<>(List.of("export", "request", "--user", LEARNER, "--type"));
        call.addAll(List.of(kind.replaceFirst(" ", " --format ").split(" ")));
        return satchel.satchel(call.toArray(String[]::new)).succeeded();
    }

    private static Result verify(String id) {
        return satchel.satchel("export", "verify", id);
    }

    @Test
    void findsEachKindOfFileAsItIsOnRecord() {
        EXPORTS.forEach((kind, id) -> assertThat(verify(id).succeeded())
                .as(kind)
                .startsWith("export " + id + " is as recorded: "
                        + satchel.value("SELECT file_size_bytes FROM export_history WHERE id = '" + id + "'")
                        + " bytes with the SHA-256 ")
                .contains(satchel.value("SELECT records_count FROM export_history WHERE id = '" + id + "'")
                        + " records in "));
    }

    private static Path stored(String kind) throws IOException {
        String url = satchel.value("SELECT file_url FROM export_history WHERE id = '" + EXPORTS.get(kind) + "'");
        Path copy = folder.resolve("copy-" + kind.replaceAll("\\W+", "-") + ".zip");
        Files.write(copy, satchel.object(url));
        return copy;
    }

    @Test
    void verifiesAFileWithoutADatabaseAStoreOrASetting() throws IOException {
        for (String kind : List.of("all archive", "all archive --profile portability", "all csv")) {
            Path copy = stored(kind);

            Result intact = Installation.satchel(Map.of(), "export", "verify", copy.toString());
            JsonNode json = JsonMapper.shared()
                    .readTree(Installation.satchel(Map.of(), "export", "verify", copy.toString(), "--json")
                            .succeeded());

            assertThat(intact.succeeded()).startsWith(copy + " agrees with itself: " + Files.size(copy) + " bytes");
            assertThat(json.get("id").isNull()).isTrue();
            assertThat(json.get("recorded").get("records"))
                    .isEqualTo(json.get("found").get("records"));
        }
        byte[] archive = Files.readAllBytes(stored("all archive"));
        archive[archive.length / 2] ^= 0x20;
        Path changed = Files.write(folder.resolve("changed.zip"), archive);
        Result differs = Installation.satchel(Map.of(), "export", "verify", changed.toString());
        assertThat(differs.exit()).isEqualTo(1);
        assertThat(differs.out()).contains(changed + " is not as Satchel wrote it (");
    }

    @Test
    void refusesAFileThatDoesNotSayWhatItShouldBe() throws IOException {
        Path csv = Files.writeString(folder.resolve("words.csv"), "\"a\"\r\n");

        Result refused = Installation.satchel(Map.of(), "export", "verify", csv.toString());
        Result missing = Installation.satchel(Map.of(), "export", "verify", "no/such/file.zip");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err())
                .contains(csv + " is not a ZIP. Other files do not say what they should be: give the id of the export");
        assertThat(missing.exit()).isEqualTo(2);
        assertThat(missing.err()).contains("there is no file no/such/file.zip");
    }

    @Test
    void recordsTheHashesOfAnArchiveAndComparesThem() {
        String id = EXPORTS.get("all archive");
        assertThat(satchel.value(
                        "SELECT data -> 'record_hashes' ->> 'vocabulary' FROM export_history WHERE id = '" + id + "'"))
                .matches("[0-9a-f]{32}");
        String original = satchel.value("SELECT data FROM export_history WHERE id = '" + id + "'");
        try {
            satchel.sql("UPDATE export_history SET data = jsonb_set(data, '{record_hashes,vocabulary}', '\""
                    + "0".repeat(32) + "\"') WHERE id = '" + id + "'");

            Result differs = verify(id);

            assertThat(differs.exit()).isEqualTo(1);
            assertThat(differs.out())
                    .startsWith("hash      vocabulary: recorded " + "0".repeat(32) + " on record; found ");
        } finally {
            satchel.sql(
                    "UPDATE export_history SET data = '" + original.replace("'", "''") + "' WHERE id = '" + id + "'");
        }
    }

    @Test
    void holdsNoDerivedColumnForPortabilityInAnyFormat() throws IOException {
        Set<String> derived = new TreeSet<>();
        Map<String, Set<String>> others = new LinkedHashMap<>();
        PostgresDatasets.builtIn()
                .all()
                .forEach(query -> query.columns().forEach(column -> {
                    String name = query.dataset().name() + "." + column.column().name();
                    if (column.column().origin() == Column.Origin.DERIVED) {
                        derived.add(name);
                    } else {
                        others.computeIfAbsent(query.dataset().name(), dataset -> new TreeSet<>())
                                .add(name);
                    }
                }));
        for (String format : List.of("csv", "json", "jsonl", "archive")) {
            Set<String> columns = columns(format);

            assertThat(columns).as(format).doesNotContainAnyElementsOf(derived);
            assertThat(columns).as(format).containsAll(others.get("sessions"));
        }
    }

    private static Set<String> columns(String format) throws IOException {
        byte[] file = Files.readAllBytes(stored("all " + format + " --profile portability"));
        Set<String> columns = new TreeSet<>();
        switch (format) {
            case "json" ->
                JsonMapper.shared()
                        .readTree(file)
                        .get("datasets")
                        .properties()
                        .forEach(dataset -> dataset.getValue()
                                .forEach(record -> record.propertyNames()
                                        .forEach(name -> columns.add(dataset.getKey() + "." + name))));
            case "jsonl" ->
                new String(file, UTF_8)
                        .lines()
                        .map(JsonMapper.shared()::readTree)
                        .filter(line -> line.has("dataset"))
                        .forEach(record -> record.propertyNames()
                                .forEach(name ->
                                        columns.add(record.get("dataset").stringValue() + "." + name)));
            default -> {
                try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
                    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                        String name = entry.getName().replaceFirst(".*/data/csv/", "");
                        if (name.matches("\\w+[.]csv")) {
                            String header = new String(zip.readAllBytes(), UTF_8)
                                    .lines()
                                    .findFirst()
                                    .orElseThrow();
                            for (String column : header.replace("\uFEFF", "")
                                    .replace("\"", "")
                                    .split(",")) {
                                columns.add(name.replace(".csv", "") + "." + column);
                            }
                        }
                    }
                }
            }
        }
        return columns;
    }

    @Test
    void namesWhatDiffersInADirectory() throws IOException {
        String id = request("profile jsonl");
        Installation.satchel(directory, "export", "run").succeeded();
        Path file = Path.of(URI.create(satchel.value("SELECT file_url FROM export_history WHERE id = '" + id + "'")));
        byte[] delivered = Files.readAllBytes(file);
        assertThat(Installation.satchel(directory, "export", "verify", id).exit())
                .isZero();

        Files.write(file, new byte[0]);
        Result empty = Installation.satchel(directory, "export", "verify", id);
        Files.delete(file);
        Result missing = Installation.satchel(directory, "export", "verify", id);

        assertThat(empty.exit()).isEqualTo(1);
        assertThat(empty.out().lines().map(line -> line.replaceFirst(" .*", "")))
                .containsExactly("size", "sha256", "records", "export");
        assertThat(empty.out())
                .contains("recorded " + delivered.length + " bytes; found 0 bytes")
                .contains("profile: recorded 1; found 0")
                .contains("(3 differences): do not hand the file out");
        assertThat(missing.exit()).isEqualTo(1);
        assertThat(missing.out())
                .startsWith("missing   recorded " + delivered.length + " bytes; found no such file")
                .contains("make sure that the store's volume is mounted");
    }

    @Test
    void saysWhyAnExportHasNoFile() {
        String pending = request("settings csv");

        refused(pending, "export " + pending + " is pending and has no file yet: verify it when it is completed");
        satchel.sql("UPDATE export_history SET status = 'failed', error_message = 'internal: x' WHERE id = '" + pending
                + "'");
        refused(
                pending,
                "export " + pending + " failed and has no file: 'satchel export show " + pending + "' says why");
        refused(LEARNER, "no export has the id " + LEARNER);
    }

    @Test
    void saysThatAFileExpiredAndThatItWasRemoved() {
        String id = request("progress csv");
        satchel.satchel("export", "run").succeeded();
        satchel.sql("UPDATE export_history SET expires_at = '2026-01-02 03:04:05Z' WHERE id = '" + id + "'");

        refused(
                id,
                "the file of export " + id + " expired at 2026-01-02T03:04:05Z, and a clean-up may remove it at any"
                        + " time: ask for the export again");
        satchel.satchel("cleanup").succeeded();
        refused(id, "the file of export " + id + " was removed, because it expired: ask for the export again");
    }

    @Test
    void refusesAnotherStoreAndARowWithoutAManifest() {
        String id = EXPORTS.get("all csv");
        Result elsewhere = Installation.satchel(directory, "export", "verify", id);
        String changed = request("sessions csv");
        satchel.satchel("export", "run").succeeded();
        satchel.sql("UPDATE export_history SET data = '{}' WHERE id = '" + changed + "'");

        assertThat(elsewhere.exit()).isEqualTo(1);
        assertThat(elsewhere.err())
                .contains("the file of export " + id + " is in another store than SATCHEL_STORE names");
        refused(
                changed,
                "the row of export " + changed
                        + " has no manifest of Satchel's in its column data, so there is nothing to"
                        + " compare its file with: another program changed the row; ask for the export again");
    }

    private static void refused(String id, String sentence) {
        Result refused = verify(id);

        assertThat(refused.err()).isEqualToIgnoringNewLines("satchel: " + sentence);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.exit()).isEqualTo(1);
    }
}
