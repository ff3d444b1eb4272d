package dev.satchel.keyset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.util.SecretBytes;
import dev.satchel.UserId;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.UnknownKeyEncryptionKeyException;
import dev.satchel.keys.encryption.WrappedKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
