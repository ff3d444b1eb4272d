package dev.satchel.keyset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.UserId;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.UnknownKeyEncryptionKeyException;
import dev.satchel.keys.encryption.WrappedKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FileKeyEncryptionKeysTest extends KeysetFixture {

    @Nested
    class Making {

        @Test
        void makesAFileThatOnlyItsOwnerMayTouch() throws IOException {
            FileKeyEncryptionKeys keys = FileKeyEncryptionKeys.create(file());

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                    .isEqualTo("rw-------");
            assertThat(keys.ids()).containsExactly(keys.primaryId());
            assertThat(keys.primaryId()).matches("file:[0-9]+");
            assertThat(Files.list(directory)).containsExactly(file());
        }

        @Test
        void neverReplacesAnExistingFile() throws IOException {
            FileKeyEncryptionKeys.create(file());
            String before = Files.readString(file());

            assertThatExceptionOfType(UnusableKeysetException.class)
                    .isThrownBy(() -> FileKeyEncryptionKeys.create(file()))
                    .withMessage("the file of key-encryption keys " + file()
                            + " exists already, and replacing it would lose its "
                            + "keys and all that they wrap: use it, add a key to it with 'satchel keys rotate', or give "
                            + "another path");
            assertThat(Files.readString(file())).isEqualTo(before);
        }

        @Test
        void onlyOneOfManyConcurrentCreationsSucceeds() throws Exception {
            List<Callable<String>> makers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                makers.add(() -> {
                    try {
                        return FileKeyEncryptionKeys.create(file()).primaryId();
                    } catch (UnusableKeysetException e) {
                        return "late";
                    }
                });
            }
            var threads = Executors.newFixedThreadPool(8);
            List<String> made = new ArrayList<>();
            for (Future<String> future : threads.invokeAll(makers)) {
                made.add(future.get());
            }
            threads.shutdown();

            made.removeIf("late"::equals);
            assertThat(made).containsExactly(FileKeyEncryptionKeys.open(file()).primaryId());
            assertThat(Files.list(directory)).containsExactly(file());
        }

        @Test
        void needsADirectory() {
            Path file = directory.resolve("missing/keyset.json");

            assertThatExceptionOfType(UnusableKeysetException.class)
                    .isThrownBy(() -> FileKeyEncryptionKeys.create(file))
                    .withMessage("the file of key-encryption keys " + file
                            + " is in no directory that exists: make the directory, or give another path");
        }
    }

    @Nested
    class Wrapping {

        private FileKeyEncryptionKeys keys;

        @BeforeEach
        void make() {
            keys = FileKeyEncryptionKeys.create(file());
        }

        @Test
        void unwrapsWhatWasWrapped() {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);

            assertThat(wrapped.keyEncryptionKey()).isEqualTo(keys.primaryId());
            assertThat(keys.unwrap(wrapped, USER, DATA_KEY)).isEqualTo(dataKey());
            assertThat(FileKeyEncryptionKeys.open(file()).unwrap(wrapped, USER, DATA_KEY))
                    .isEqualTo(dataKey());
        }

        @Test
        void doesNotUnwrapForAnotherUser() {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);

            assertThatExceptionOfType(BrokenSealException.class)
                    .isThrownBy(() -> keys.unwrap(wrapped, new UserId(new UUID(1, 2)), DATA_KEY));
            assertThatExceptionOfType(BrokenSealException.class)
                    .isThrownBy(() -> keys.unwrap(wrapped, USER, new UUID(2, 3)));
        }

        @Test
        void refusesEveryFlippedBit() {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);
            byte[] bytes = wrapped.bytes();
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                byte[] flipped = bytes.clone();
                flipped[bit / 8] ^= (byte) (1 << (bit % 8));
                assertThatExceptionOfType(BrokenSealException.class)
                        .isThrownBy(
                                () -> keys.unwrap(new WrappedKey(wrapped.keyEncryptionKey(), flipped), USER, DATA_KEY));
            }
        }

        @Test
        void namesTheMissingKey() {
            assertThatExceptionOfType(UnknownKeyEncryptionKeyException.class)
                    .isThrownBy(() -> keys.unwrap(new WrappedKey("file:1", new byte[60]), USER, DATA_KEY))
                    .withMessage(
                            "a data key is wrapped by the key-encryption key file:1, which is not among those given"
                                    + " to this process");
        }

        @Test
        void wrapsWithTheNewPrimaryAndUnwrapsWithTheEarlierOne() {
            String earlier = keys.primaryId();
            WrappedKey before = keys.wrap(dataKey(), USER, DATA_KEY);

            String added = keys.addPrimary();

            assertThat(keys.primaryId()).isEqualTo(added).isNotEqualTo(earlier);
            assertThat(keys.ids()).containsExactly(earlier, added);
            assertThat(keys.wrap(dataKey(), USER, DATA_KEY).keyEncryptionKey()).isEqualTo(added);
            assertThat(keys.unwrap(before, USER, DATA_KEY)).isEqualTo(dataKey());
        }

        @Test
        void findsAKeyThatAnotherProcessAdded() {
            FileKeyEncryptionKeys theirs = FileKeyEncryptionKeys.open(file());
            String added = theirs.addPrimary();
            WrappedKey wrapped = theirs.wrap(dataKey(), USER, DATA_KEY);

            assertThat(keys.unwrap(wrapped, USER, DATA_KEY)).isEqualTo(dataKey());
            assertThat(keys.wrap(dataKey(), USER, DATA_KEY).keyEncryptionKey()).isEqualTo(added);
        }

        @Test
        void triesOnlyTheKeyThatTheWrappedKeyNames() {
            String earlier = keys.primaryId();
            WrappedKey before = keys.wrap(dataKey(), USER, DATA_KEY);
            String added = keys.addPrimary();

            assertThatExceptionOfType(BrokenSealException.class)
                    .isThrownBy(() -> keys.unwrap(new WrappedKey(added, before.bytes()), USER, DATA_KEY));
            assertThat(keys.unwrap(new WrappedKey(earlier, before.bytes()), USER, DATA_KEY))
                    .isEqualTo(dataKey());
        }

        @Test
        void noAdditionIsLostWhenManyAddAtOnce() throws Exception {
            List<Callable<String>> adding = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                adding.add(() -> FileKeyEncryptionKeys.open(file()).addPrimary());
            }
            var threads = Executors.newFixedThreadPool(4);
            for (Future<String> added : threads.invokeAll(adding)) {
                added.get();
            }
            threads.shutdown();

            assertThat(FileKeyEncryptionKeys.open(file()).ids()).hasSize(13).doesNotHaveDuplicates();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                    .isEqualTo("rw-------");
        }

        @Test
        void removesTheCopyThatAKilledChangeLeft() throws IOException {
            Path left =
                    Files.copy(file(), file().resolveSibling(file().getFileName() + "." + UUID.randomUUID() + ".tmp"));
            Path foreign = Files.createFile(file().resolveSibling("other.tmp"));

            keys.addPrimary();

            assertThat(left).doesNotExist();
            assertThat(foreign).exists();
        }

        @Test
        void retiresAnEarlierKeyButNotThePrimary() {
            String earlier = keys.primaryId();
            WrappedKey before = keys.wrap(dataKey(), USER, DATA_KEY);
            String added = keys.addPrimary();

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> keys.retire(added))
                    .withMessage("the key " + added + " is the primary one and cannot be retired: rotate first");
            keys.retire(earlier);

            assertThat(keys.ids()).containsExactly(added);
            assertThatExceptionOfType(UnknownKeyEncryptionKeyException.class)
                    .isThrownBy(() -> keys.unwrap(before, USER, DATA_KEY));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> keys.retire(earlier))
                    .withMessage("the file holds no key " + earlier + ": expected one of " + added);
        }

        @Test
        void aDirectoryThatCannotBeWrittenToIsNamedAndTheFileStays() throws IOException {
            String before = Files.readString(file());
            Files.createDirectory(directory.resolve("keyset.json.lock"));

            assertThatExceptionOfType(UnusableKeysetException.class)
                    .isThrownBy(keys::addPrimary)
                    .withMessage("the file of key-encryption keys " + file() + " cannot be written"
                            + " (FileSystemException): the user that runs Satchel must be able to write to its"
                            + " directory");
            assertThat(Files.readString(file())).isEqualTo(before);
        }

        @Test
        void aFileThatBecameReadableByOthersIsNoLongerChanged() throws IOException {
            Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));

            assertThatExceptionOfType(UnusableKeysetException.class)
                    .isThrownBy(keys::addPrimary)
                    .withMessageContaining("is open to others");
        }
    }
}
