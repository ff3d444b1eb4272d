package dev.satchel.batchexport.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** A store is recognised by its mark: on a volume that is not mounted and in a bucket elsewhere, nothing gets lost. */
class StoreCommandsIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    private Path volume;
    private Map<String, String> environment;

    @BeforeAll
    static void start() {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("INSERT INTO users (id, email) VALUES ('" + LEARNER + "', 'ana@example.org')");
    }

    @BeforeEach
    void mountAVolume() throws IOException {
        volume = Files.createDirectory(folder.resolve(UUID.randomUUID().toString()));
        environment = satchel.environment();
        environment.put("SATCHEL_STORE", uri(volume));
    }

    @AfterEach
    void forgetEverything() {
        satchel.sql("DELETE FROM export_history; DELETE FROM satchel.upload_journal; DELETE FROM satchel.store");
    }

    private static String uri(Path directory) {
        return directory.toUri().toString().replaceFirst("/$", "");
    }

    private Result satchel(String... arguments) {
        return Installation.satchel(environment, arguments);
    }

    private String request() {
        return satchel("export", "request", "--user", LEARNER, "--type", "profile", "--format", "json")
                .succeeded();
    }

    private Path delivered() {
        String id = request();
        assertThat(satchel("export", "run").succeeded()).startsWith("delivered 1 ");
        return Path.of(URI.create(satchel.value("SELECT file_url FROM export_history WHERE id = '" + id + "'")));
    }

    private void letEverythingExpire() {
        satchel.sql("UPDATE export_history SET expires_at = now() - interval '1 second' WHERE file_url IS NOT NULL");
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** Leaves the empty directory that a volume is mounted on, and returns where the volume went. */
    private Path unmount() throws IOException {
        Path elsewhere = volume.resolveSibling(volume.getFileName() + "-unmounted");
        Files.move(volume, elsewhere);
        Files.createDirectory(volume);
        return elsewhere;
    }

    private void mount(Path elsewhere) throws IOException {
        Files.delete(volume);
        Files.move(elsewhere, volume);
    }

    @Test
    void theFirstExportMarksTheStore() throws IOException {
        Path file = delivered();

        String id = satchel.value("SELECT id FROM satchel.store WHERE marked_at IS NOT NULL");
        assertThat(files(volume)).containsExactlyInAnyOrder(file, volume.resolve("satchel-store-" + id + ".txt"));
        assertThat(satchel.value("SELECT store_id FROM satchel.upload_journal")).isEqualTo(id);
        assertThat(satchel("store", "list").succeeded()).contains(id + "  expected          1  " + uri(volume) + "/");
    }

    @Test
    void cleanUpLosesNothingOfAVolumeThatIsNotMounted() throws IOException {
        Path file = delivered();
        letEverythingExpire();
        Path elsewhere = unmount();

        Result result = satchel("cleanup");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out()).startsWith("removed 0 expired, 0 of deleted exports, 0 never published; kept 1");
        assertThat(satchel.value("SELECT count(*) FROM satchel.upload_journal")).isEqualTo("1");
        assertThat(satchel.value("SELECT file_url FROM export_history"))
                .isEqualTo(file.toUri().toString());

        mount(elsewhere);
        assertThat(satchel("cleanup").succeeded()).startsWith("removed 1 expired");
        assertThat(files(volume)).hasSize(1);
        assertThat(satchel.value("SELECT count(*) FROM satchel.upload_journal")).isEqualTo("0");
    }

    @Test
    void nothingIsDeliveredToAVolumeThatIsNotMounted() throws IOException {
        delivered();
        Path elsewhere = unmount();
        String id = request();

        satchel("export", "run");

        assertThat(files(volume)).isEmpty();
        assertThat(satchel.value(
                        "SELECT count(*) FROM export_history WHERE id = '" + id + "' AND status = 'completed'"))
                .isEqualTo("0");
        assertThat(satchel.value("SELECT count(*) FROM satchel.upload_journal")).isEqualTo("1");
        mount(elsewhere);
    }

    @Test
    void anotherBucketOfTheSameNameIsNotTheStore() {
        environment.put("SATCHEL_STORE", satchel.environment().get("SATCHEL_STORE"));
        request();
        satchel("export", "run").succeeded();
        letEverythingExpire();
        // What another service has under that name: nothing.
        try (S3Client client = satchel.s3().client()) {
            satchel.everything()
                    .forEach(location -> client.deleteObject(delete -> delete.bucket(Installation.BUCKET)
                            .key(location.substring(("s3://" + Installation.BUCKET + "/").length()))));
        }

        assertThat(satchel("cleanup").exit()).isEqualTo(1);
        request();
        satchel("export", "run");

        assertThat(satchel.everything()).isEmpty();
        assertThat(satchel.value("SELECT count(*) FROM satchel.upload_journal")).isEqualTo("1");
        assertThat(satchel.value("SELECT count(*) FROM export_history WHERE file_url IS NOT NULL"))
                .isEqualTo("1");
    }

    @Test
    void filesInAnotherStoreAreCountedAndLeftAlone() throws IOException {
        Path other = Files.createDirectory(folder.resolve(UUID.randomUUID().toString()));
        Path here = delivered();
        environment.put("SATCHEL_STORE", uri(other));
        Path there = delivered();
        environment.put("SATCHEL_STORE", uri(volume));
        letEverythingExpire();

        String result = satchel("cleanup").succeeded();

        assertThat(result)
                .startsWith("removed 1 expired, 0 of deleted exports, 0 never published; kept 0")
                .contains("left 1 in another store, " + uri(other) + "/: ", "satchel store forget");
        assertThat(here).doesNotExist();
        assertThat(there).exists();
        environment.put("SATCHEL_STORE", uri(other));
        assertThat(satchel("cleanup").succeeded())
                .startsWith("removed 1 expired")
                .doesNotContain("another store");
    }

    @Test
    void aStoreThatIsGoneIsForgottenOnceThatIsConfirmed() throws IOException {
        Path other = Files.createDirectory(folder.resolve(UUID.randomUUID().toString()));
        environment.put("SATCHEL_STORE", uri(other));
        String lost = request();
        satchel("export", "run").succeeded();
        environment.put("SATCHEL_STORE", uri(volume));
        delivered();
        letEverythingExpire();

        Result asked = satchel("store", "forget", uri(other));
        assertThat(asked.exit()).isEqualTo(1);
        assertThat(asked.err()).contains("has 1 files on record in the store " + uri(other) + "/", "--files-are-gone");
        assertThat(satchel.value("SELECT count(*) FROM satchel.upload_journal")).isEqualTo("2");

        assertThat(satchel("store", "forget", uri(other), "--files-are-gone").succeeded())
                .isEqualTo("forgot 1 files in the store " + uri(other) + "/");

        assertThat(satchel.value("SELECT file_url IS NULL FROM export_history WHERE id = '" + lost + "'"))
                .isEqualTo("t");
        assertThat(satchel("cleanup").succeeded())
                .startsWith("removed 1 expired")
                .doesNotContain("another store");
        assertThat(satchel("store", "list").succeeded()).doesNotContain(uri(other));
    }

    @Test
    void aStoreThatIsThereIsNotForgotten() {
        delivered();

        Result result = satchel("store", "forget", uri(volume), "--files-are-gone");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains("is there and has its mark");
        assertThat(satchel.value("SELECT count(*) FROM satchel.upload_journal")).isEqualTo("1");
    }

    @Test
    void aStoreThatNobodyKnowsIsNotForgotten() {
        Result result = satchel("store", "forget", "file:///mnt/never", "--files-are-gone");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains("the database knows no store 'file:///mnt/never'");
    }

    @Test
    void aStoreThatTakesAnothersPlaceIsInitialised() throws IOException {
        delivered();
        unmount();

        Result refused = satchel("store", "init");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("holds none of the 1 newest files", "satchel store init --replace");

        satchel("store", "init", "--replace").succeeded();
        Path file = delivered();

        assertThat(file).exists();
        assertThat(satchel("store", "list").succeeded()).contains("expected          1", "replaced          1");
    }

    @Test
    void aStoreThatComesBackIsInitialisedWithItsFiles() throws IOException {
        Path file = delivered();
        Path elsewhere = unmount();
        satchel("store", "init", "--replace").succeeded();
        Files.walk(volume).filter(Files::isRegularFile).toList().forEach(StoreCommandsIT::delete);
        mount(elsewhere);
        assertThat(satchel("export", "run").exit()).isEqualTo(1);

        satchel("store", "init").succeeded();

        letEverythingExpire();
        assertThat(satchel("cleanup").succeeded()).startsWith("removed 1 expired");
        assertThat(file).doesNotExist();
    }

    @Test
    void aMarkThatGotLostIsWrittenAgain() throws IOException {
        Path file = delivered();
        files(volume).stream().filter(other -> !other.equals(file)).forEach(StoreCommandsIT::delete);
        letEverythingExpire();
        assertThat(satchel("cleanup").exit()).isEqualTo(1);

        satchel("store", "init").succeeded();

        assertThat(satchel("cleanup").succeeded()).startsWith("removed 1 expired");
        assertThat(satchel.value("SELECT count(*) FROM satchel.store")).isEqualTo("1");
    }

    /** As a version delivered that knew no stores. */
    private Path deliveredBefore() throws IOException {
        Path file = delivered();
        files(volume).stream().filter(other -> !other.equals(file)).forEach(StoreCommandsIT::delete);
        satchel.sql("UPDATE satchel.upload_journal SET store_id = NULL; DELETE FROM satchel.store");
        return file;
    }

    @Test
    void aStoreOfBeforeIsKnownByItsFiles() throws IOException {
        Path file = deliveredBefore();
        letEverythingExpire();

        assertThat(satchel("cleanup").succeeded()).startsWith("removed 1 expired");

        assertThat(file).doesNotExist();
        assertThat(satchel.value("SELECT count(*) FROM satchel.store WHERE marked_at IS NOT NULL"))
                .isEqualTo("1");
    }

    @Test
    void aVolumeOfBeforeThatIsNotMountedIsNotTakenForANewOne() throws IOException {
        deliveredBefore();
        letEverythingExpire();
        unmount();
        request();

        assertThat(satchel("cleanup").exit()).isEqualTo(1);
        satchel("export", "run");

        assertThat(files(volume)).isEmpty();
        assertThat(satchel.value("SELECT count(*) FROM satchel.upload_journal")).isEqualTo("1");
    }

    @Test
    void aLinkIsRefusedForAFileInAnotherStoreAndForOneThatIsMissing() throws IOException {
        Path file = delivered();
        String id = satchel.value("SELECT id FROM export_history");
        assertThat(satchel("export", "link", id).succeeded())
                .isEqualTo(file.toUri().toString());
        Files.delete(file);
        Result missing = satchel("export", "link", id);
        environment.put("SATCHEL_STORE", uri(folder.resolve("s3")));
        Result another = satchel("export", "link", id);

        assertThat(missing.exit()).isEqualTo(1);
        assertThat(missing.err()).contains("the file of export " + id + " is not in the store " + uri(volume));
        assertThat(another.exit()).isEqualTo(1);
        assertThat(another.err())
                .contains("the file of export " + id + " is in another store than SATCHEL_STORE names, "
                        + uri(folder.resolve("s3")));
    }

    @Test
    void aLinkLeadsToThePublicEndpoint() {
        environment.put("SATCHEL_STORE", satchel.environment().get("SATCHEL_STORE"));
        environment.put("SATCHEL_S3_PUBLIC_ENDPOINT", "https://files.example.org");
        String id = request();
        satchel("export", "run").succeeded();

        assertThat(satchel("export", "link", id).succeeded())
                .startsWith("https://files.example.org/" + Installation.BUCKET + "/")
                .contains(id, "X-Amz-Signature=");
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }
}
