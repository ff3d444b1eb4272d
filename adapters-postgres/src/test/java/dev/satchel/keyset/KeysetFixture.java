package dev.satchel.keyset;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.UserId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

/** A directory for a file of key-encryption keys. */
abstract class KeysetFixture {

    static final UserId USER = new UserId(new UUID(1, 1));
    static final UUID DATA_KEY = new UUID(2, 2);

    @TempDir
    Path directory;

    Path file() {
        return directory.resolve("keyset.json");
    }

    static byte[] dataKey() {
        byte[] key = new byte[32];
        key[0] = 7;
        return key;
    }

    void write(String content) throws IOException {
        Files.writeString(file(), content, StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
    }

    void refused(String message) {
        assertThatExceptionOfType(UnusableKeysetException.class)
                .isThrownBy(() -> FileKeyEncryptionKeys.open(file()))
                .withMessage("the file of key-encryption keys " + file() + " " + message)
                .withNoCause();
    }
}
