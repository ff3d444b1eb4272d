package dev.satchel.batchexport.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
            "all jsonl --compress gzip");

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    private static Map<String, String> directory;
    private static final Map<String, String> EXPORTS = new LinkedHashMap<>();

    @BeforeAll
    static void deliver() throws IOException {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.database().withLearners();
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
