package dev.satchel.batchexport.format.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.export.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    @TempDir
    private Path directory;

    @Test
    void givesBackWhatItReceivedAndLeavesNoFile() throws IOException {
        byte[] bytes = new byte[1 << 20];
        new Random(7).nextBytes(bytes);
        ByteArrayOutputStream copy = new ByteArrayOutputStream();

        try (Spool spool = Spool.create(directory)) {
            spool.out().write(bytes);
            spool.out().close();
            spool.out().write(bytes, 0, 10);
            assertThat(Files.list(directory)).isEmpty();
            spool.copyTo(copy);
            spool.copyTo(copy);
        }

        assertThat(copy.size()).isEqualTo(2 * (bytes.length + 10));
        assertThat(copy.toByteArray()).startsWith(bytes);
        assertThat(Files.list(directory)).isEmpty();
    }

    @Test
    void namesTheDirectoryThatIsFull() throws IOException {
        byte[] bytes = new byte[1 << 20];
        new Random(7).nextBytes(bytes);
        try (Spool spool = new Spool(directory, FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE))) {
            assertThatExceptionOfType(TemporaryDirectoryException.class)
                    .isThrownBy(() -> spool.out().write(bytes))
                    .withMessageContaining("the worker cannot use its directory for temporary files, " + directory)
                    .withMessageContaining("No space left on device")
                    .withMessageContaining("-Djava.io.tmpdir")
                    .satisfies(failed -> assertThat(
                                    new KnownFailures().diagnose(failed).code())
                            .isEqualTo(Failure.Code.WORKER_MISCONFIGURED));
        }
    }

    @Test
    void namesTheDirectoryThatIsMissing() {
        assertThatExceptionOfType(TemporaryDirectoryException.class)
                .isThrownBy(() -> Spool.create(directory.resolve("missing")))
                .withMessageContaining(directory.resolve("missing") + " (NoSuchFile)");
    }

    @Test
    void doesNotTakeItsEndForAFullDisk() throws IOException {
        Spool spool = Spool.create(directory);
        spool.close();

        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> spool.out().write(new byte[1 << 20]))
                .isNotInstanceOf(TemporaryDirectoryException.class);
        assertThatExceptionOfType(ClosedChannelException.class)
                .isThrownBy(() -> spool.copyTo(new ByteArrayOutputStream()));
    }
}
