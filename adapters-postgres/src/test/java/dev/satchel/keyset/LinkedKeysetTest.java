package dev.satchel.keyset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of key-encryption keys where links, hard links and the directories on the way decide who else can touch it. */
class LinkedKeysetTest {

    @TempDir
    Path temporary;

    /** Without a link in its own name, wherever temporary files are. */
    private Path folder;

    @BeforeEach
    void resolve() throws IOException {
        folder = temporary.toRealPath();
    }

    private Path directory(String name) throws IOException {
        return Files.createDirectories(
                folder.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private static void refused(Path path, String message) {
        assertThatExceptionOfType(UnusableKeysetException.class)
                .isThrownBy(() -> FileKeyEncryptionKeys.open(path))
                .withMessage("the file of key-encryption keys " + path + " " + message)
                .withNoCause();
    }

    private static Path chmod(Path file, int mode) throws IOException {
        Files.setAttribute(file, "unix:mode", mode);
        return file;
    }

    @Nested
    class Links {

        @Test
        void areFollowedToTheFile() throws IOException {
            Path real = directory("secret").resolve("keyset.json");
            String id = FileKeyEncryptionKeys.create(real).primaryId();
            Path absolute = Files.createSymbolicLink(folder.resolve("absolute.json"), real);
            Path relative = Files.createSymbolicLink(folder.resolve("relative.json"), Path.of("absolute.json"));
            Path upAndDown = Files.createSymbolicLink(
                    directory("elsewhere").resolve("keyset.json"), Path.of(".././secret/../relative.json"));
            Files.createSymbolicLink(folder.resolve("directory"), Path.of("elsewhere"));

            for (Path path : List.of(absolute, relative, upAndDown, folder.resolve("directory/keyset.json"))) {
                assertThat(FileKeyEncryptionKeys.open(path).primaryId()).isEqualTo(id);
            }
        }

        @Test
        void ofAMountedSecretAreFollowedAfterTheyChange() throws IOException {
            // As Kubernetes mounts a Secret: the directory is shared with the sticky bit, and a link is exchanged.
            Path mount = chmod(directory("mount"), 01777);
            Path first = directory("mount/..2026_11_28_10_00_00.1").resolve("keyset.json");
            Path second = directory("mount/..2026_11_28_11_00_00.2").resolve("keyset.json");
            String firstId = FileKeyEncryptionKeys.create(first).primaryId();
            String secondId = FileKeyEncryptionKeys.create(second).primaryId();
            chmod(first, 0400);
            chmod(second, 0400);
            Path data = mount.resolve("..data");
            Files.createSymbolicLink(data, first.getParent().getFileName());
            Path path = Files.createSymbolicLink(mount.resolve("keyset.json"), Path.of("..data/keyset.json"));
            FileKeyEncryptionKeys keys = FileKeyEncryptionKeys.open(path);

            assertThat(keys.primaryId()).isEqualTo(firstId);

            Files.delete(data);
            Files.createSymbolicLink(data, second.getParent().getFileName());

            assertThat(keys.primaryId()).isEqualTo(secondId);
        }

        @Test
        void stayLinksWhenTheFileChanges() throws IOException {
            Path real = directory("secret").resolve("keyset.json");
            String before = FileKeyEncryptionKeys.create(real).primaryId();
            Path link = Files.createSymbolicLink(folder.resolve("keyset.json"), Path.of("secret/keyset.json"));

            FileKeyEncryptionKeys keys = FileKeyEncryptionKeys.open(link);
            String added = keys.addPrimary();

            assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of("secret/keyset.json"));
            assertThat(FileKeyEncryptionKeys.open(real).ids()).containsExactly(before, added);
            keys.retire(before);
            assertThat(FileKeyEncryptionKeys.open(real).ids()).containsExactly(added);
            assertThat(Files.isSymbolicLink(link)).isTrue();
            assertThat(Files.list(folder)).containsExactlyInAnyOrder(real.getParent(), link);
        }

        @Test
        void keepChangesThatAreMadeThroughAnotherLink() throws Exception {
            Path real = directory("secret").resolve("keyset.json");
            FileKeyEncryptionKeys.create(real);
            List<Path> ways = List.of(
                    real,
                    Files.createSymbolicLink(folder.resolve("one.json"), real),
                    Files.createSymbolicLink(directory("other").resolve("two.json"), real));
            var threads = Executors.newFixedThreadPool(6);
            List<Future<String>> adding = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Path way = ways.get(i % ways.size());
                adding.add(threads.submit(() -> FileKeyEncryptionKeys.open(way).addPrimary()));
            }
            for (Future<String> added : adding) {
                added.get();
            }
            threads.shutdown();

            assertThat(FileKeyEncryptionKeys.open(real).ids()).hasSize(13).doesNotHaveDuplicates();
        }

        @Test
        void areFollowedToWhereAFileIsMade() throws IOException {
            Path real = directory("secret").resolve("keyset.json");
            Path link = Files.createSymbolicLink(folder.resolve("keyset.json"), real);
            refused(link, "does not exist: make one with 'satchel keys init'");

            String id = FileKeyEncryptionKeys.create(link).primaryId();

            assertThat(Files.isSymbolicLink(link)).isTrue();
            assertThat(FileKeyEncryptionKeys.open(real).primaryId()).isEqualTo(id);
            assertThat(Files.list(real.getParent())).containsExactly(real);
            assertThatExceptionOfType(UnusableKeysetException.class)
                    .isThrownBy(() -> FileKeyEncryptionKeys.create(link))
                    .withMessageContaining(" exists already");
        }

        @Test
        void withoutATargetAreRefused() throws IOException {
            Path loop = Files.createSymbolicLink(folder.resolve("loop.json"), Path.of("loop.json"));
            Path lost = Files.createSymbolicLink(folder.resolve("lost.json"), Path.of("missing/keyset.json"));
            Path through = Files.createSymbolicLink(folder.resolve("through.json"), Path.of("loop.json/keyset.json"));
            Files.createFile(folder.resolve("file"));
            Path below = folder.resolve("file/keyset.json");

            for (Path path : List.of(loop, through)) {
                refused(
                        path,
                        "is reached through more than 40 links: give the path of a file made with 'satchel keys init'");
            }
            for (Path path : List.of(lost, below)) {
                refused(path, "is in no directory that exists: make the directory, or give another path");
            }
        }

        @Test
        void leadToAFileThatIsCheckedAsWell() throws IOException {
            Path real = directory("secret").resolve("keyset.json");
            FileKeyEncryptionKeys.create(real);
            Path link = Files.createSymbolicLink(folder.resolve("keyset.json"), real);
            chmod(real, 0644);

            refused(
                    link,
                    "is open to others (rw-r--r--): take their rights away with 'chmod 600 " + real
                            + "', and if others may have read it, rotate");
        }
    }

    @Nested
    class Names {

        @Test
        void ofAHardLinkAreRefused() throws IOException {
            Path file = folder.resolve("keyset.json");
            FileKeyEncryptionKeys keys = FileKeyEncryptionKeys.create(file);
            Path other = Files.createLink(folder.resolve("other.json"), file);
            String message = "has 2 hard links, through each of which it can be reached: delete the others ('find "
                    + "-samefile "
                    + file + "' lists them), and rotate";

            refused(file, message);
            assertThatExceptionOfType(UnusableKeysetException.class)
                    .isThrownBy(keys::addPrimary)
                    .withMessageContaining(message);
            assertThat(Files.readAllBytes(other)).isEqualTo(Files.readAllBytes(file));

            Files.delete(other);
            assertThat(FileKeyEncryptionKeys.open(file).primaryId()).isEqualTo(keys.primaryId());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"keyset.json.tmp", "keyset.json.11111111-2222-4333-8444-555555555555", "xkeyset.json.%s.tmp"
                })
        void thatOnlyResembleATemporaryCopyAreRefused(String pattern) throws IOException {
            Path file = folder.resolve("keyset.json");
            FileKeyEncryptionKeys.create(file);
            Files.createLink(folder.resolve(pattern.formatted(UUID.randomUUID())), file);

            assertThatExceptionOfType(UnusableKeysetException.class)
                    .isThrownBy(() -> FileKeyEncryptionKeys.open(file))
                    .withMessageContaining("has 2 hard links");
        }

        @Test
        void ofAKilledProcessAreAcceptedAndRemovedByTheNextChange() throws IOException {
            Path file = folder.resolve("keyset.json");
            FileKeyEncryptionKeys keys = FileKeyEncryptionKeys.create(file);
            Path left = Files.createLink(folder.resolve("keyset.json." + UUID.randomUUID() + ".tmp"), file);

            assertThat(FileKeyEncryptionKeys.open(file).primaryId()).isEqualTo(keys.primaryId());
            keys.addPrimary();

            assertThat(left).doesNotExist();
        }

        @Test
        void ofAConcurrentCreationDoNotDisturbReaders() throws Exception {
            var threads = Executors.newFixedThreadPool(4);
            for (int i = 0; i < 50; i++) {
                Path file = folder.resolve("keyset" + i + ".json");
                List<Future<String>> ids = new ArrayList<>();
                for (int reader = 0; reader < 3; reader++) {
                    ids.add(threads.submit(() -> {
                        while (!Files.exists(file)) {
                            Thread.onSpinWait();
                        }
                        return FileKeyEncryptionKeys.open(file).primaryId();
                    }));
                }
                String made = FileKeyEncryptionKeys.create(file).primaryId();
                for (Future<String> id : ids) {
                    assertThat(id.get()).isEqualTo(made);
                }
            }
            threads.shutdown();
        }
    }

    @Nested
    class Directories {

        private Path file;

        @BeforeEach
        void make() throws IOException {
            file = directory("outer/inner").resolve("keyset.json");
            FileKeyEncryptionKeys.create(file);
        }

        @ParameterizedTest
        @ValueSource(ints = {0777, 0775, 0770, 0720, 0702, 0757})
        void thatOthersMayWriteInAreRefused(int mode) throws IOException {
            for (Path directory : List.of(file.getParent(), folder.resolve("outer"))) {
                chmod(directory, mode);

                String shown = PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
                String message =
                        "is reached through the directory " + directory + ", where others could put another file"
                                + " in its place (" + shown + "): take their rights away with 'chmod go-w " + directory
                                + "', or give another path";
                refused(file, message);
                Path another = file.resolveSibling("another.json");
                assertThatExceptionOfType(UnusableKeysetException.class)
                        .isThrownBy(() -> FileKeyEncryptionKeys.create(another))
                        .withMessage("the file of key-encryption keys " + another + " " + message);
                assertThat(another).doesNotExist();
                chmod(directory, 0700);
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {01777, 01775, 01770, 0755, 0711, 0500})
        void whereOthersCannotReplaceTheFileAreAccepted(int mode) throws IOException {
            chmod(folder.resolve("outer"), mode);

            assertThat(FileKeyEncryptionKeys.open(file).ids()).hasSize(1);
            chmod(folder.resolve("outer"), 0700);
        }

        @Test
        void whereOthersCouldReplaceALinkAreRefused() throws IOException {
            Path open = directory("open");
            Path link = Files.createSymbolicLink(open.resolve("keyset.json"), file);
            Path farther = Files.createSymbolicLink(folder.resolve("farther.json"), link);
            chmod(open, 0777);

            for (Path path : List.of(link, farther)) {
                assertThatExceptionOfType(UnusableKeysetException.class)
                        .isThrownBy(() -> FileKeyEncryptionKeys.open(path))
                        .withMessageContaining("is reached through the directory " + open + ", where others could put");
            }
            assertThat(FileKeyEncryptionKeys.open(file).ids()).hasSize(1);
        }

        @Test
        void ofTheTargetOfALinkAreCheckedToo() throws IOException {
            Path link = Files.createSymbolicLink(folder.resolve("keyset.json"), file);
            chmod(folder.resolve("outer"), 0777);

            assertThatExceptionOfType(UnusableKeysetException.class)
                    .isThrownBy(() -> FileKeyEncryptionKeys.open(link))
                    .withMessageContaining("is reached through the directory " + folder.resolve("outer"));
            chmod(folder.resolve("outer"), 0700);
        }
    }

    @Test
    void aLockThatIsALinkIsNotFollowed() throws IOException {
        Path file = folder.resolve("keyset.json");
        FileKeyEncryptionKeys keys = FileKeyEncryptionKeys.create(file);
        Path victim = folder.resolve("victim");
        Files.createSymbolicLink(folder.resolve("keyset.json.lock"), victim);

        assertThatExceptionOfType(UnusableKeysetException.class)
                .isThrownBy(keys::addPrimary)
                .withMessageContaining("cannot be written");

        assertThat(victim).doesNotExist();
        assertThat(keys.ids()).hasSize(1);
    }

    @Test
    void checksThatTheFileCanBeChangedWithoutChangingTheKeys() throws IOException {
        Path file = folder.resolve("keyset.json");
        FileKeyEncryptionKeys keys = FileKeyEncryptionKeys.create(file);
        String before = Files.readString(file);

        keys.requireChangeable();

        assertThat(Files.readString(file)).isEqualTo(before);
        Files.delete(folder.resolve("keyset.json.lock"));
        Files.createDirectory(folder.resolve("keyset.json.lock"));
        assertThatExceptionOfType(UnusableKeysetException.class)
                .isThrownBy(keys::requireChangeable)
                .withMessageContaining("cannot be written (FileSystemException)");
    }
}
