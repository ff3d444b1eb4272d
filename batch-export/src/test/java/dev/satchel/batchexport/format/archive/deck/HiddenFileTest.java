package dev.satchel.batchexport.format.archive.deck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

class HiddenFileTest {

    @Test
    void isItsOwnersAlone() throws IOException {
        try (HiddenFile file = HiddenFile.create()) {
            assertThat(permissions(file.path())).isEqualTo("rw-------");
            assertThat(permissions(file.path().getParent())).isEqualTo("rwx------");
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void keepsWhatIsWrittenAfterItLostItsName() throws IOException {
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        Path path;
        try (HiddenFile file = HiddenFile.create();
                var program = Files.newByteChannel(file.path(), StandardOpenOption.WRITE)) {
            path = file.path();

            file.hide();
            program.write(UTF_8.encode("palabras"));

            assertThat(path.getParent()).doesNotExist();
            file.copyTo(copy);
        }
        assertThat(copy.toString(UTF_8)).isEqualTo("palabras");
        assertThat(path.getParent()).doesNotExist();
    }

    @Test
    void isRemovedWhenItWasNeverHidden() throws IOException {
        Path path;
        try (HiddenFile file = HiddenFile.create()) {
            path = file.path();
            assertThat(path).exists();
        }
        assertThat(path.getParent()).doesNotExist();
    }
}
