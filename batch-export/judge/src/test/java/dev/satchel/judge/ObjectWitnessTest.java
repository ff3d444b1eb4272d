package dev.satchel.judge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectWitnessTest {

    @TempDir
    Path directory;

    private ObjectWitness witness;
    private Path file;

    private static Content read(byte[] bytes) {
        return Content.of(new String(bytes, UTF_8).lines().toList());
    }

    @BeforeEach
    void watch() {
        witness = new ObjectWitness(Listing.of(directory), ObjectWitnessTest::read);
        file = directory.resolve("file");
    }

    @Test
    void seesAFileWithWhatItHolds() throws IOException {
        Files.writeString(file, "a\nb\n");

        assertThat(witness.events())
                .containsExactly(new Event.Visible(
                        Files.getLastModifiedTime(file).toInstant(), "file://" + file, Content.of(List.of("b", "a"))));
    }

    @Test
    void seesAFileThatIsWrittenAgainInTheSameSize() throws IOException {
        Files.writeString(file, "a\n");
        witness.look();
        Files.setLastModifiedTime(
                Files.writeString(file, "b\n"), FileTime.from(Instant.now().plusSeconds(1)));

        assertThat(witness.events()).hasSize(2).allMatch(Event.Visible.class::isInstance);
    }

    @Test
    void seesAFileThatIsDeleted() throws IOException {
        Files.writeString(file, "a\n");
        witness.look();
        Files.delete(file);

        assertThat(witness.events())
                .extracting(event -> (Class) event.getClass())
                .containsExactly(Event.Deleted.class, Event.Visible.class);
    }

    @Test
    void knowsThatWhatItDidNotSeeBeforeWasWrittenSinceThenThoughTheStoreRoundsTimesDown() throws IOException {
        Instant before = Instant.now();
        witness.look();
        Files.setLastModifiedTime(Files.writeString(file, "a\n"), FileTime.from(before.minusSeconds(1)));

        assertThat(witness.events())
                .singleElement()
                .matches(event -> !event.at().isBefore(before));
    }

    @Test
    void countsWhatCannotBeReadAsAnObjectWithoutRecords() throws IOException {
        Listing uploads = new Listing() {
            @Override
            public List<Entry> entries() {
                return List.of(new Entry("upload 1", Instant.EPOCH, "1"));
            }

            @Override
            public Optional<byte[]> read(String object) {
                return Optional.empty();
            }
        };

        assertThat(new ObjectWitness(uploads, ObjectWitnessTest::read).events())
                .containsExactly(new Event.Visible(Instant.EPOCH, "upload 1", Content.NONE));
    }
}
