package dev.satchel.batchexport.format.seal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.batchexport.format.Written;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.delivery.RefusedRecipientException;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.LearningDatasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys that GnuPG makes, and files that it opens. */
class SealedFilesWithGpg {

    private static final List<Column> COLUMNS = List.of(new Column("answer", Column.Type.TEXT));

    @TempDir
    static Path folder;

    private static Path home;

    @BeforeAll
    static void begin() throws IOException {
        // Short, because GnuPG's agent listens on a socket in it, whose path has a limit.
        home = Files.createTempDirectory(
                Path.of("/tmp"),
                "gpg",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    @AfterAll
    static void end() throws Exception {
        new ProcessBuilder("gpgconf", "--homedir", home.toString(), "--kill", "all")
                .start()
                .waitFor();
        try (var files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static byte[] gpg(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("gpg", "--homedir", home.toString(), "--batch", "--yes", "--quiet"));
        command.addAll(List.of("--pinentry-mode", "loopback", "--passphrase", ""));
        command.addAll(List.of(arguments));
        Path err = folder.resolve("err");
        Process process =
                new ProcessBuilder(command).redirectError(err.toFile()).start();
        byte[] out = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).as(Files.readString(err)).isZero();
        return out;
    }

    private static byte[] made(String address, String algorithm, String usage, String expiry) throws Exception {
        gpg("--quick-generate-key", address, algorithm, usage, expiry);
        return gpg("--armor", "--export", address);
    }

    private static byte[] file(ExportFilters filters) throws IOException {
        return Written.file(
                        Written.request(ExportType.of(LearningDatasets.QA), ExportFormat.CSV, filters),
                        CsvOptions.DEFAULT)
                .dataset(LearningDatasets.QA, COLUMNS, new Object[][] {{"canción"}, {"x".repeat(300_000)}})
                .finish();
    }

    @ParameterizedTest
    @CsvSource({"one@example.org, default, default", "rsa@example.org, rsa3072, default"})
    void areOpened(String address, String algorithm, String usage) throws Exception {
        byte[] key = made(address, algorithm, usage, "1y");
        if (algorithm.startsWith("rsa")) {
            String fingerprint = new String(gpg("--with-colons", "--list-keys", address), UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("fpr:"))
                    .findFirst()
                    .orElseThrow()
                    .split(":")[9];
            gpg("--quick-add-key", fingerprint, algorithm, "encr", "1y");
            key = gpg("--armor", "--export", address);
        }
        Path sealed = Files.write(
                folder.resolve(address), file(ExportFilters.of(Map.of("encrypt_to", new String(key, UTF_8)))));

        assertThat(gpg("--decrypt", sealed.toString())).isEqualTo(file(ExportFilters.NONE));
    }

    @Test
    void areRefusedForAKeyThatCanOnlySign() throws Exception {
        byte[] key = made("signer@example.org", "ed25519", "sign", "1y");

        assertThatThrownBy(() -> Recipient.of(key, Instant.now()))
                .isInstanceOf(RefusedRecipientException.class)
                .hasMessageContaining("can only sign");
    }

    @Test
    void areRefusedForAKeyThatHasExpired() throws Exception {
        byte[] key = made("expired@example.org", "default", "default", "1d");

        assertThatThrownBy(() -> Recipient.of(key, Instant.now().plusSeconds(2 * 86_400)))
                .isInstanceOf(RefusedRecipientException.class)
                .hasMessageContaining("expired on ");
    }

    @Test
    void areRefusedForAKeyThatIsRevoked() throws Exception {
        made("revoked@example.org", "default", "default", "1y");
        String fingerprint = new String(gpg("--with-colons", "--list-keys", "revoked@example.org"), UTF_8)
                .lines()
                .filter(line -> line.startsWith("fpr:"))
                .findFirst()
                .orElseThrow()
                .split(":")[9];
        Path revocation = home.resolve("openpgp-revocs.d/" + fingerprint + ".rev");
        // The file begins with a guard against use by mistake.
        Path ready = Files.writeString(
                folder.resolve("revocation"), Files.readString(revocation).replace(":-----BEGIN", "-----BEGIN"));
        gpg("--import", ready.toString());
        byte[] key = gpg("--armor", "--export", "revoked@example.org");

        assertThatThrownBy(() -> Recipient.of(key, Instant.now()))
                .isInstanceOf(RefusedRecipientException.class)
                .hasMessageContaining("is revoked");
    }
}
