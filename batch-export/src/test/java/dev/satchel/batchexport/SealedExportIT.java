package dev.satchel.batchexport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.seal.Recipient;
import dev.satchel.batchexport.format.seal.TestKeys;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.bouncycastle.openpgp.api.OpenPGPKey;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exports that are encrypted to a key of their reader. */
class SealedExportIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    @BeforeAll
    static void fill() {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("INSERT INTO users (id, email) VALUES ('" + LEARNER + "', 'canción@example.org')");
    }

    private static String request(Path key, String... more) {
        List<String> arguments = new ArrayList<>(List.of("export", "request", "--user", LEARNER, "--type", "profile"));
        arguments.addAll(List.of("--encrypt-to", key.toString()));
        arguments.addAll(List.of(more));
        return satchel.satchel(arguments.toArray(String[]::new)).succeeded().strip();
    }

    private static Path file(OpenPGPKey key) throws Exception {
        return Files.writeString(
                Files.createTempFile(folder, "key", ".asc"), key.toCertificate().toAsciiArmoredString());
    }

    private static String column(String name, String id) {
        return satchel.value("SELECT " + name + " FROM export_history WHERE id = '" + id + "'");
    }

    @Test
    void areReadByTheOwnerOfTheKeyAlone() throws Exception {
        OpenPGPKey key = TestKeys.usable();
        OpenPGPKey other = TestKeys.usable();
        String id = request(file(key), "--format", "json", "--compress", "gzip");
        assertThat(request(file(key), "--format", "json", "--compress", "gzip")).isEqualTo(id);
        assertThat(request(file(other), "--format", "json", "--compress", "gzip"))
                .isNotEqualTo(id);

        satchel.satchel("export", "run").succeeded();

        byte[] sealed = satchel.object(column("file_url", id));
        assertThat(column("file_url", id)).endsWith(".json.gz.gpg");
        assertThat(new String(
                        new GZIPInputStream(new ByteArrayInputStream(TestKeys.opened(sealed, key))).readAllBytes(),
                        UTF_8))
                .contains("canción@example.org");
        assertThat(satchel.satchel("export", "verify", id).exit()).isZero();
    }

    @Test
    void areArchivesThatAreVerifiedFromOutside() throws Exception {
        Path key = file(TestKeys.usable());
        String id = request(key, "--format", "archive");

        satchel.satchel("export", "run").succeeded();

        assertThat(satchel.satchel("export", "verify", id).succeeded()).contains("is as recorded");
        Path copy = Files.write(folder.resolve("copy.zip.gpg"), satchel.object(column("file_url", id)));
        Installation.Result unread = satchel.satchel("export", "verify", copy.toString());
        assertThat(unread.exit()).isEqualTo(1);
        assertThat(unread.err()).contains("is encrypted: decrypt it with 'gpg ");
        Recipient recipient = Recipient.of(Files.readAllBytes(key), Instant.now());
        for (String[] show : new String[][] {{"export", "show", id}, {"export", "show", id, "--json"}}) {
            assertThat(satchel.satchel(show).succeeded())
                    .contains(recipient.fingerprint())
                    .doesNotContain(recipient.toKey().text().substring(0, 40));
        }
    }

    @Test
    void areRefusedForMoreThanOneUser() throws Exception {
        Path two = Files.writeString(
                folder.resolve("two.csv"), "user_id\n" + LEARNER + "\n" + LEARNER.replace('1', '2') + "\n");
        String key = file(TestKeys.usable()).toString();
        for (List<String> users : List.of(List.of("--all-users"), List.of("--users", two.toString()))) {
            List<String> arguments = new ArrayList<>(List.of("export", "request"));
            arguments.addAll(users);
            arguments.addAll(List.of("--type", "all", "--format", "csv", "--encrypt-to", key));

            Installation.Result refused = satchel.satchel(arguments.toArray(String[]::new));

            assertThat(refused.exit()).isEqualTo(2);
            assertThat(refused.err()).contains("--encrypt-to takes the key of one person");
        }
    }

    @Test
    void areRefusedBeforeARowIsReadWhenTheKeyHasExpired() throws Exception {
        satchel.sql("INSERT INTO export_history (user_id, export_type, export_format, filters) VALUES ('" + LEARNER
                + "', 'profile', 'csv', jsonb_build_object('encrypt_to', '"
                + TestKeys.ofOneDay().toCertificate().toAsciiArmoredString() + "'))");

        satchel.satchel("export", "run");

        assertThat(satchel.value("SELECT error_message FROM export_history WHERE export_format = 'csv'"))
                .startsWith("invalid_request: the key ")
                .contains("expired on 2026-01-02: extend it or use another one");
    }

    @Test
    void areRefusedWhenTheyAreAskedFor() throws Exception {
        Installation.Result expired = refused(file(TestKeys.ofOneDay()));
        Path secret = Files.writeString(
                folder.resolve("secret.asc"), TestKeys.usable().toAsciiArmoredString());
        Installation.Result secretKey = refused(secret);

        assertThat(expired.exit()).isEqualTo(2);
        assertThat(expired.err()).contains("expired on 2026-01-02");
        assertThat(secretKey.exit()).isEqualTo(2);
        assertThat(secretKey.err()).contains("is a private key, which must stay with its owner");
        Path large = Files.write(folder.resolve("large.asc"), new byte[100_000]);
        Installation.Result tooLarge = refused(large);
        assertThat(tooLarge.exit()).isEqualTo(2);
        assertThat(tooLarge.err()).contains("the file " + large + " has more than 65536 bytes");
    }

    private static Installation.Result refused(Path key) {
        return satchel.satchel(
                "export",
                "request",
                "--user",
                LEARNER,
                "--type",
                "all",
                "--format",
                "csv",
                "--encrypt-to",
                key.toString());
    }
}
