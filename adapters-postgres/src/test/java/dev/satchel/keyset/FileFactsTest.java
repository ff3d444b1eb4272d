package dev.satchel.keyset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PostgreSQL's rule for private keys, for every owner; to be root or somebody else, a test would need their rights. */
class FileFactsTest {

    private static final long SERVICE = 1001;

    @TempDir
    Path folder;

    private static FileFacts facts(long uid, String mode) {
        return new FileFacts(1, 2, uid, 2000, 0100000 | Integer.parseInt(mode, 8), 1, FileTime.from(Instant.EPOCH));
    }

    @ParameterizedTest
    @CsvSource({
        "1001, 1001, 0600",
        "1001, 1001, 0400",
        "1001, 1001, 0200",
        "1001, 1001, 0000",
        "0, 1001, 0600",
        "0, 1001, 0640",
        "0, 1001, 0440",
        "0, 1001, 0040",
        "0, 0, 0600",
        "0, 0, 0640",
        "0, 0, 0400"
    })
    void acceptsFilesThatOnlyTheUserAndRootCanAccess(long owner, long self, String mode) {
        assertThatCode(() -> facts(owner, mode).requirePrivate(folder, self)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "1001, 1001, 0640, rw-r-----",
        "1001, 1001, 0440, r--r-----",
        "1001, 1001, 0604, rw----r--",
        "1001, 1001, 0610, rw---x---",
        "1001, 1001, 0700, rwx------",
        "1001, 1001, 04600, rw-------",
        "0, 1001, 0644, rw-r--r--",
        "0, 1001, 0660, rw-rw----",
        "0, 1001, 0650, rw-r-x---",
        "0, 1001, 0444, r--r--r--",
        "0, 1001, 01640, rw-r-----",
        "0, 0, 0660, rw-rw----",
        "0, 0, 0641, rw-r----x"
    })
    void refusesFilesThatOthersCanAccess(long owner, long self, String mode, String shown) {
        assertThatExceptionOfType(RefusedFileException.class)
                .isThrownBy(() -> facts(owner, mode).requirePrivate(folder, self))
                .withMessage("is open to others (" + shown + "): take their rights away with 'chmod "
                        + (owner == self ? "600 " : "640 ") + folder + "', and if others may have read it, rotate");
    }

    @ParameterizedTest
    @CsvSource({"1002, 1001, 0600", "1002, 1001, 0400", "1001, 0, 0600", "4294967294, 1001, 0600"})
    void refusesFilesOfAnotherUser(long owner, long self, String mode) throws IOException {
        assertThatExceptionOfType(RefusedFileException.class)
                .isThrownBy(() -> facts(owner, mode).requirePrivate(folder, self))
                .withMessage("belongs to the user " + Files.getOwner(folder).getName()
                        + ": run the command as that user, or give the path of a file that belongs to root or to the user"
                        + " that runs Satchel");
    }

    @Test
    void distinguishesAFileFromASymbolicLinkAndAHardLink() throws IOException {
        Path file = Files.createFile(
                folder.resolve("file"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        Path name = Files.createLink(folder.resolve("name"), file);

        FileFacts facts = FileFacts.of(file);

        assertThat(facts.isFile()).isTrue();
        assertThat(facts.permissions()).isEqualTo("rw-r-----");
        assertThat(facts.names()).isEqualTo(2);
        assertThat(facts.uid()).isEqualTo(PrivateFile.self());
        assertThat(facts.isSameFile(FileFacts.of(name))).isTrue();
        assertThat(FileFacts.of(link).isLink()).isTrue();
        assertThat(FileFacts.of(link).isSameFile(facts)).isFalse();
        assertThat(FileFacts.of(folder).isDirectory()).isTrue();
        assertThat(facts.belongsToAnyOf(SERVICE)).isEqualTo(facts.uid() == 0);
    }
}
