package dev.satchel.batchexport.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.faults.Gate.Fault;
import dev.satchel.batchexport.faults.Gate.Kind;
import dev.satchel.batchexport.faults.Gate.Point;
import dev.satchel.batchexport.store.directory.DirectoryFileStore;
import dev.satchel.store.DamagedFileException;
import dev.satchel.store.FileStore;
import dev.satchel.store.MissingFileException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory store on a file system that fails at each of its operations. */
class DirectoryFaultsTest {

    private static final byte[] CONTENT = {1, 2, 3};

    @TempDir
    Path folder;

    /** Or the record of the file would go, and the file stay. */
    @Test
    void saysSoWhereItCouldNotRemoveAFile() throws IOException {
        boolean struck = true;
        for (int number = 1; struck; number++) {
            String name = "export-" + number + "/1-a.csv";
            URI location = publish(Gate.open(), name);
            Gate gate = Gate.with(new Fault(Kind.FILE, number, Mode.FAILS_ONCE));

            Throwable failed = catchThrowable(() -> store(gate).delete(location));

            struck = gate.hasStruck();
            assertThat(failed == null && Files.exists(Path.of(location)))
                    .as("says nothing although the file is there, with a fault at operation " + number)
                    .isFalse();
        }
    }

    /** Or a good file would be deleted, and the attempt be spent. */
    @Test
    void takesNoFileForDamagedThatItCouldNotLookAt() {
        boolean struck = true;
        for (int number = 1; struck; number++) {
            Gate gate = Gate.with(new Fault(Kind.FILE, number, Mode.FAILS_ONCE));
            String name = "export-" + number + "/1-a.csv";

            Throwable failed = catchThrowable(() -> publish(gate, name));

            struck = gate.hasStruck();
            assertThat(failed instanceof DamagedFileException)
                    .as("is taken for damaged, with a fault at operation " + number)
                    .isFalse();
        }
    }

    /** Or a store that has its mark and its files would be taken for another one. */
    @Test
    void takesNoFileForMissingThatItCouldNotLookAt() throws IOException {
        URI location = publish(Gate.open(), "export/1-a.csv");
        boolean struck = true;
        for (int number = 1; struck; number++) {
            Gate gate = Gate.with(new Fault(Kind.FILE, number, Mode.FAILS_ONCE));

            Throwable failed = catchThrowable(() -> {
                try (InputStream in = store(gate).read(location)) {
                    in.readAllBytes();
                }
            });

            struck = gate.hasStruck();
            assertThat(failed instanceof MissingFileException)
                    .as("is taken for missing, with a fault at operation " + number)
                    .isFalse();
        }
    }

    /** As network file systems do, which repeat a request whose answer was lost and are told that the name is taken. */
    @Test
    void knowsItsOwnFileWhereTheAnswerToTheLinkWasLost() throws IOException {
        Gate first = Gate.open();
        publish(first, "first/1-a.csv");
        int link = first.points(Kind.FILE).stream()
                .filter(point -> point.text().startsWith("createLink "))
                .map(Point::number)
                .findFirst()
                .orElseThrow();

        URI location = publish(Gate.with(new Fault(Kind.FILE, link, Mode.ANSWER_LOST)), "second/1-a.csv");

        assertThat(Files.readAllBytes(Path.of(location))).isEqualTo(CONTENT);
        assertThat(files()).hasSize(2);
    }

    /** The system reports it to one flush only, so that the last one succeeds. */
    @Test
    void publishesNoFileOfWhichAPartCouldNotBeWrittenToTheDisk() throws Exception {
        Gate first = Gate.open();
        publishLarge(first, "first/1-a.csv");
        List<Integer> flushes = first.points(Kind.FILE).stream()
                .filter(point -> point.text().startsWith("force first/.1-a.csv."))
                .map(Point::number)
                .toList();

        Throwable failed = catchThrowable(
                () -> publishLarge(Gate.with(new Fault(Kind.FILE, flushes.get(0), Mode.FAILS_ONCE)), "second/1-a.csv"));

        assertThat(flushes).hasSize(2);
        assertThat(failed).isInstanceOf(FileSystemException.class).hasMessageContaining("Input/output error");
        assertThat(files()).hasSize(1);
    }

    /** Such as a part of an export, which is read and removed at once. */
    @Test
    void flushesNoScratchFile() throws IOException {
        Gate gate = Gate.open();

        try (FileStore.Upload upload = store(gate).openScratch("export/1-a.part")) {
            upload.body().write(new byte[80 * 1024 * 1024]);
            upload.commit();
        }

        assertThat(gate.points(Kind.FILE)).extracting(Point::text).noneMatch(text -> text.startsWith("force "));
        assertThat(files()).singleElement().satisfies(file -> assertThat(file).hasSize(80 * 1024 * 1024));
    }

    private void publishLarge(Gate gate, String name) throws Exception {
        try (FileStore.Upload upload = store(gate).open(name, name, "text/csv")) {
            upload.body().write(new byte[33 * 1024 * 1024]);
            Await.until(
                    "the early flush has begun",
                    () -> gate.points(Kind.FILE).stream()
                            .anyMatch(point -> point.text().startsWith("force ")));
            upload.commit();
        }
    }

    private DirectoryFileStore store(Gate gate) {
        return new DirectoryFileStore(new GatedFiles(folder, gate).root());
    }

    private URI publish(Gate gate, String name) throws IOException {
        FileStore store = store(gate);
        try (FileStore.Upload upload = store.open(name, name, "text/csv")) {
            upload.body().write(CONTENT);
            upload.commit();
        }
        return store.locate(name);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
