package dev.satchel.keyset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.util.SecretBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files of key-encryption keys are refused, and with which message. */
class RefusedKeysetTest extends KeysetFixture {

    @Nested
    class Refusing {

        @Test
        void aMissingFile() {
            refused("does not exist: make one with 'satchel keys init'");
        }

        @Test
        void aDirectory() throws IOException {
            Files.createDirectory(file());

            refused("is not a regular file: give the path of a file made with 'satchel keys init'");
        }

        @Test
        @EnabledOnOs(OS.LINUX)
        void aFileThatCannotBeRead() {
            // Readable by its permissions, and yet nobody can: also where the tests run as root.
            Path unreadable = Path.of("/proc/self/mem");

            assertThatExceptionOfType(UnusableKeysetException.class)
                    .isThrownBy(() -> FileKeyEncryptionKeys.open(unreadable))
                    .withMessage("the file of key-encryption keys /proc/self/mem cannot be read (IOException): it must"
                            + " belong to the user that runs Satchel")
                    .withNoCause();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"rw-rw----", "rw----r--", "rw--w----", "rw-----w-", "rwxrwxrwx", "rw-rw-rw-", "rwx------"})
        void aFileThatIsOpenToOthers(String permissions) throws IOException {
            FileKeyEncryptionKeys.create(file());
            Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(permissions));

            refused("is open to others (" + permissions + "): take their rights away with 'chmod 600 " + file()
                    + "', and if others may have read it, rotate");
        }

        @Test
        void acceptsAReadOnlyFile() throws IOException {
            FileKeyEncryptionKeys.create(file());
            Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("r--------"));

            assertThat(FileKeyEncryptionKeys.open(file()).ids()).hasSize(1);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "{}",
                    "secret",
                    "{\"key\": []}",
                    "c2VjcmV0",
                    "{\"primaryKeyId\": 7, \"key\": [{\"secret\"",
                    "\0\0\0"
                })
        void aFileThatIsNotAKeyset(String content) throws IOException {
            write(content);

            refused("holds no keyset of Tink in JSON: make another file with 'satchel keys init', or restore it");
        }

        @Test
        void bytesThatAreNotText() throws IOException {
            write("");
            Files.write(file(), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});

            refused("holds no keyset of Tink in JSON: make another file with 'satchel keys init', or restore it");
        }

        @Test
        void aFileThatIsFarTooLong() throws IOException {
            write("x".repeat(1024 * 1024 + 1));

            refused("is too long for a keyset: give the path of a file made with 'satchel keys init'");
        }

        static Stream<Arguments> guessable() {
            byte[] ascending = new byte[32];
            byte[] descending = new byte[32];
            byte[] repeated = new byte[32];
            byte[] ones = new byte[32];
            for (int i = 0; i < 32; i++) {
                ascending[i] = (byte) i;
                descending[i] = (byte) (255 - 3 * i);
                repeated[i] = (byte) (0xe0 + i % 8);
                ones[i] = (byte) 0xff;
            }
            return Stream.of(
                    Arguments.of("zeros", new byte[32]),
                    Arguments.of("ones", ones),
                    Arguments.of("counting", ascending),
                    Arguments.of("counting in steps", descending),
                    Arguments.of("a repeated pattern", repeated),
                    Arguments.of("a text", "change-me-in-production-please!!".getBytes(StandardCharsets.US_ASCII)),
                    Arguments.of(
                            "hexadecimal", "00112233445566778899aabbccddeeff".getBytes(StandardCharsets.US_ASCII)));
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("guessable")
        void aKeyThatOthersCanGuess(String name, byte[] key) throws Exception {
            write(keyset(32, key));

            refused("holds the key 77, which is not random (zeros, a pattern or a text) and can be guessed:"
                    + " make another file with 'satchel keys init'");
        }

        @Test
        void aShortKey() throws Exception {
            byte[] key = new byte[16];
            new Random(5).nextBytes(key);
            write(keyset(16, key));

            refused("holds the key 77, which is too short: 16 bytes and not 32: make another file with 'satchel keys"
                    + " init'");
        }

        @Test
        void aKeyOfAnotherKind() throws Exception {
            write(TinkJsonProtoKeysetFormat.serializeKeyset(
                    KeysetHandle.newBuilder()
                            .addEntry(KeysetHandle.generateEntryFromParameters(
                                            PredefinedAeadParameters.XAES_256_GCM_192_BIT_NONCE)
                                    .withFixedId(77)
                                    .makePrimary())
                            .setConfiguration(AeadConfig2026.get())
                            .build(),
                    AeadConfig2026.get(),
                    InsecureSecretKeyAccess.get()));

            refused("holds the key 77, which is not a key for AES-GCM: make another file with 'satchel keys init'");
        }

        @Test
        void acceptsEveryRandomKey() throws Exception {
            for (int i = 0; i < 50; i++) {
                Files.deleteIfExists(file());
                assertThat(FileKeyEncryptionKeys.create(file()).ids()).hasSize(1);
            }
        }

        private static String keyset(int length, byte[] key) throws GeneralSecurityException {
            var parameters = AesGcmParameters.builder()
                    .setKeySizeBytes(length)
                    .setIvSizeBytes(12)
                    .setTagSizeBytes(16)
                    .setVariant(AesGcmParameters.Variant.TINK)
                    .build();
            var imported = AesGcmKey.builder()
                    .setParameters(parameters)
                    .setKeyBytes(SecretBytes.copyFrom(key, InsecureSecretKeyAccess.get()))
                    .setIdRequirement(77)
                    .build();
            return TinkJsonProtoKeysetFormat.serializeKeyset(
                    KeysetHandle.newBuilder()
                            .addEntry(KeysetHandle.importKey(imported).makePrimary())
                            .setConfiguration(AeadConfig2026.get())
                            .build(),
                    AeadConfig2026.get(),
                    InsecureSecretKeyAccess.get());
        }
    }
}
