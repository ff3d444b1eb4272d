package dev.satchel.batchexport.store.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.store.DamagedFileException;
import dev.satchel.store.FileStore;
import dev.satchel.store.FileStoreContract;
import dev.satchel.store.MissingFileException;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryFileStoreTest extends FileStoreContract {

    @TempDir
    private Path temporary;

    private Path root;
    private DirectoryFileStore store;

    @BeforeEach
    void openStore() throws IOException {
        root = Files.createDirectory(temporary.resolve("a store"));
        store = new DirectoryFileStore(root);
    }

    @Override
    protected FileStore store() {
        return store;
    }

    @Override
    protected int partSize() {
        return 8192;
    }

    @Override
    protected List<String> leavings() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.map(path -> root.relativize(path).toString())
                    .filter(name -> name.endsWith(".part"))
                    .toList();
        }
    }

    @Test
    void writesWhereTheLocationSays() throws IOException {
        URI location = publish("export-1/1-a.csv", content(10, 1));

        assertThat(location.toString()).isEqualTo(root.toUri().toString().replaceAll("/$", "") + "/export-1/1-a.csv");
        assertThat(Files.readAllBytes(Path.of(location))).isEqualTo(content(10, 1));
    }

    /** Nothing has the temporary file of a dead process on record where the name is written again, as a store's mark is. */
    @Test
    void removesWhatADeadProcessLeftOfTheSameName() throws IOException {
        FileStore.Upload dead = open("mark.txt");
        dead.body().write(content(10, 1));
        assertThat(leavings()).hasSize(1);

        publish("mark.txt", content(10, 1));

        assertThat(leavings()).isEmpty();
    }

    @Test
    void removesWhatADeadProcessLeftOfANameThatIsTaken() throws IOException {
        publish("mark.txt", content(10, 1));
        FileStore.Upload dead = open("mark.txt");
        dead.body().write(content(10, 1));

        assertThatThrownBy(() -> publish("mark.txt", content(10, 1))).isInstanceOf(FileAlreadyExistsException.class);

        assertThat(leavings()).isEmpty();
    }

    @Test
    void letsOnlyTheOwnerIn() throws IOException {
        Path file = Path.of(publish("export-1/1-a.csv", content(10, 1)));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void removesTheFolderWithItsLastFile() throws IOException {
        URI first = publish("export-1/1-a.csv", content(10, 1));
        URI second = publish("export-1/2-b.csv", content(10, 1));

        store.delete(first);
        assertThat(root.resolve("export-1")).isDirectory();
        store.delete(second);

        assertThat(root).isEmptyDirectory();
    }

    @Test
    void publishesNothingThatAnotherProgramCutWhileItWasWritten() throws IOException {
        FileStore.Upload upload = open("export-1/1-a.csv");
        upload.body().write(content(10_000, 1));
        Path part;
        try (Stream<Path> files = Files.list(root.resolve("export-1"))) {
            part = files.findFirst().orElseThrow();
        }
        try (FileChannel cutting = FileChannel.open(part, StandardOpenOption.WRITE)) {
            cutting.truncate(9_999);
        }

        assertThatThrownBy(upload::commit)
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining("holds 9999 bytes of 10000");

        upload.close();
        assertThat(root.resolve("export-1/1-a.csv")).doesNotExist();
        assertThat(leavings()).isEmpty();
    }

    @Test
    void removesTheFolderOfAnAbortedUpload() throws IOException {
        open("export-1/1-a.csv").close();

        assertThat(root).isEmptyDirectory();
    }

    @Test
    void keepsItsDirectoryWhenTheLastFileGoes() throws IOException {
        URI file = publish("a.csv", content(10, 1));

        store.delete(file);

        assertThat(root).isEmptyDirectory();
    }

    @Test
    void saysWhichFileExistsAlready() throws IOException {
        publish("export-1/1-a.csv", content(10, 1));

        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> publish("export-1/1-a.csv", content(10, 2)))
                .withMessage(root.resolve("export-1/1-a.csv").toString());
    }

    @Test
    void failsWhenItsDirectoryIsMissing() {
        DirectoryFileStore unmounted = new DirectoryFileStore(temporary.resolve("unmounted"));
        URI location = unmounted.locate("export-1/1-a.csv");

        assertThatThrownBy(() -> unmounted.open("a.csv", "a.csv", "text/csv"))
                .isInstanceOf(MissingDirectoryException.class);
        assertThatThrownBy(() -> unmounted.delete(location)).isInstanceOf(MissingDirectoryException.class);
        assertThatThrownBy(() -> unmounted.read(location)).isInstanceOf(MissingDirectoryException.class);
        assertThat(temporary.resolve("unmounted")).doesNotExist();
    }

    @Test
    void refusesToFollowASymbolicLinkOutOfTheStore() throws IOException {
        Path outside = Files.createDirectory(temporary.resolve("outside"));
        Path secret = Files.writeString(outside.resolve("secret.csv"), "secret");
        Files.createSymbolicLink(root.resolve("folder"), outside);
        Files.createSymbolicLink(root.resolve("file.csv"), secret);

        for (String name : List.of("folder/secret.csv", "file.csv")) {
            URI location = store.locate(name);
            assertThatThrownBy(() -> store.read(location))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessageContaining("leads out of the store");
            assertThatThrownBy(() -> store.delete(location)).hasMessageContaining("leads out of the store");
            assertThatThrownBy(() -> store.link(location, Duration.ofMinutes(1)))
                    .hasMessageContaining("leads out of the store");
            assertThatThrownBy(() -> open(name)).hasMessageContaining("leads out of the store");
        }
        assertThat(secret).hasContent("secret");
        assertThat(outside).isDirectoryNotContaining(path -> !path.equals(secret));
    }

    @Test
    void linksOnlyToAFileThatIsThere() {
        assertThatThrownBy(() -> store.link(store.locate("a.csv"), Duration.ofMinutes(1)))
                .isInstanceOf(MissingFileException.class);
        assertThatThrownBy(() -> store.read(store.locate("a.csv"))).isInstanceOf(MissingFileException.class);
    }

    @Test
    void leavesTheLeftoversOfOtherNamesAlone() throws IOException {
        try (FileStore.Upload longer = open("export-1/a.csv");
                FileStore.Upload shorter = open("export-1/a")) {
            store.delete(store.locate("export-1/a"));

            assertThat(leavings()).singleElement().asString().startsWith("export-1/.a.csv.");
            longer.commit();
            assertThatThrownBy(shorter::commit).isInstanceOf(NoSuchFileException.class);
        }
    }
}
