package dev.satchel.batchexport.format.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.format.Written;
import dev.satchel.batchexport.format.archive.Bag;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.delivery.RefusedRecipientException;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.filter.RecipientKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.BCPGOutputStream;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.PublicSubkeyPacket;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.api.OpenPGPKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SealedFilesTest {

    private static final List<Column> COLUMNS = List.of(new Column("answer", Column.Type.TEXT));
    private static final Instant NOW = TestKeys.MADE.plusSeconds(60);

    private static byte[] file(ExportFormat format, ExportFilters filters) throws IOException {
        ExportType type = ExportType.of(LearningDatasets.QA);
        return Written.file(Written.request(type, format, filters), CsvOptions.DEFAULT)
                .dataset(LearningDatasets.QA, COLUMNS, new Object[][] {{"canción"}, {"x".repeat(300_000)}})
                .finish();
    }

    private static ExportFilters to(OpenPGPKey key) throws IOException {
        return ExportFilters.of(Map.of("encrypt_to", key.toCertificate().toAsciiArmoredString()));
    }

    @ParameterizedTest
    @MethodSource("usable")
    void areReadByTheOwnerOfTheKey(OpenPGPKey key) throws IOException {
        byte[] sealed = file(ExportFormat.CSV, to(key));

        assertThat(TestKeys.opened(sealed, key)).isEqualTo(file(ExportFormat.CSV, ExportFilters.NONE));
        assertThat(new String(sealed, UTF_8)).doesNotContain("canci").doesNotContain("xxxx");
    }

    static Stream<OpenPGPKey> usable() {
        return Stream.of(TestKeys.usable(), TestKeys.rsa(2048), TestKeys.withoutUserId());
    }

    @Test
    void areArchivesAsWell() throws IOException {
        OpenPGPKey key = TestKeys.usable();

        Bag bag = Bag.of(TestKeys.opened(file(ExportFormat.ARCHIVE, to(key)), key));

        assertThat(bag.problems()).isEmpty();
        assertThat(bag.text("manifest.json")).contains("\"record_hash\":").doesNotContain("encrypt_to");
        assertThat(bag.text("README.txt")).doesNotContain("encrypt_to", "PGP");
    }

    @Test
    void areNotPutTogetherFromPartsBecauseTheStoreWouldHoldThemUnencrypted() throws IOException {
        StandardFileFormats formats = new StandardFileFormats(CsvOptions.DEFAULT);
        ExportType type = ExportType.of(LearningDatasets.QA);

        for (ExportFormat format : ExportFormat.values()) {
            assertThat(formats.partEncoding(Written.request(type, format, to(TestKeys.usable()))))
                    .as(format.code())
                    .isEmpty();
        }
        assertThat(formats.partEncoding(Written.request(type, ExportFormat.CSV, ExportFilters.NONE)))
                .isPresent();
    }

    @Test
    void cannotBeReadByAnother() throws IOException {
        byte[] sealed = file(ExportFormat.JSON, to(TestKeys.usable()));

        assertThatThrownBy(() -> TestKeys.opened(sealed, TestKeys.usable()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void areNotTheSameTwice() throws IOException {
        ExportFilters filters = to(TestKeys.usable());

        assertThat(file(ExportFormat.CSV, filters)).isNotEqualTo(file(ExportFormat.CSV, filters));
    }

    @Test
    void thatWereAlteredAreRefusedByTheirReader() throws IOException {
        OpenPGPKey key = TestKeys.usable();
        byte[] sealed = file(ExportFormat.CSV, to(key));
        sealed[sealed.length / 2] ^= 1;

        assertThatThrownBy(() -> TestKeys.opened(sealed, key)).isInstanceOf(Exception.class);
    }

    @Test
    void takeTheKeyInArmorInBase64AndBinary() throws IOException {
        OpenPGPKey key = TestKeys.usable();
        byte[] binary = key.toCertificate().getEncoded();

        Recipient recipient = Recipient.of(binary, NOW);

        assertThat(recipient.fingerprint()).hasSize(40);
        assertThat(Recipient.of(recipient.toKey(), NOW).fingerprint()).isEqualTo(recipient.fingerprint());
        assertThat(Recipient.of(new RecipientKey(key.toCertificate().toAsciiArmoredString()), NOW)
                        .fingerprint())
                .isEqualTo(recipient.fingerprint());
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refuseAKeyToWhichNobodyCanEncrypt(byte[] key, Instant now, String reason) {
        assertThatThrownBy(() -> Recipient.of(key, now))
                .isInstanceOf(RefusedRecipientException.class)
                .hasMessageContaining(reason);
    }

    static Stream<Arguments> refused() throws IOException {
        Instant later = TestKeys.MADE.plusSeconds(3 * 86_400);
        OpenPGPKey usable = TestKeys.usable();
        return Stream.of(
                Arguments.of(
                        TestKeys.ofOneDay().toCertificate().getEncoded(), later, "expired on 2026-01-02: extend it"),
                Arguments.of(
                        TestKeys.encryptingForOneDay().toCertificate().getEncoded(),
                        later,
                        "has a part for encryption that expired on 2026-01-02"),
                Arguments.of(
                        TestKeys.ofOneDayByItsOwnSignature().toCertificate().getEncoded(),
                        later,
                        " expired on 2026-01-02: extend it"),
                Arguments.of(
                        TestKeys.ofOneDayByItsUserId().toCertificate().getEncoded(),
                        later,
                        " expired on 2026-01-02: extend it"),
                Arguments.of(TestKeys.revoked().toCertificate().getEncoded(), later, "is revoked"),
                Arguments.of(TestKeys.signOnly().toCertificate().getEncoded(), NOW, "can only sign"),
                Arguments.of(usable.toAsciiArmoredString().getBytes(US_ASCII), NOW, "is a private key"),
                Arguments.of(usable.getEncoded(), NOW, "is a private key"),
                Arguments.of("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me".getBytes(US_ASCII), NOW, "is not an OpenPGP"),
                Arguments.of(
                        usable.toCertificate().getEncoded(),
                        TestKeys.MADE.minusSeconds(1),
                        "is not valid yet, but from 2026-01-01T00:00:00Z"),
                Arguments.of(
                        (usable.toCertificate().toAsciiArmoredString()
                                        + TestKeys.signOnly().toCertificate().toAsciiArmoredString())
                                .getBytes(US_ASCII),
                        NOW,
                        "there are 2 keys, and one is expected"),
                Arguments.of(new byte[0], NOW, "is not an OpenPGP"),
                Arguments.of(new byte[] {(byte) 0x98, 1, 2, 3}, NOW, "is not an OpenPGP"));
    }

    @ParameterizedTest
    @MethodSource("ofTheOwner")
    void refuseAKeyOnlyForWhatItsOwnerSigned(OpenPGPKey key, int type, Duration expiry, String reason)
            throws IOException {
        Instant later = TestKeys.MADE.plusSeconds(3 * 86_400);
        byte[] genuine = TestKeys.withSignature(key, key, type, expiry);
        byte[] bogus = TestKeys.withSignature(key, TestKeys.usable(), type, expiry);

        assertThatThrownBy(() -> Recipient.of(genuine, later))
                .isInstanceOf(RefusedRecipientException.class)
                .hasMessageContaining(reason);
        assertThat(Recipient.of(bogus, later).fingerprint())
                .isEqualTo(Recipient.of(key.toCertificate().getEncoded(), later).fingerprint());
    }

    /** Anybody can add one, and it has the id of the primary key. */
    @Test
    void takeAKeyToWhichItsOwnMaterialWasAddedAsASubkey() throws IOException {
        OpenPGPKey key = TestKeys.rsa(2048);
        PublicKeyPacket primary = key.getPGPPublicKeyRing().getPublicKey().getPublicKeyPacket();
        ByteArrayOutputStream added = new ByteArrayOutputStream();
        added.write(key.toCertificate().getEncoded());
        new PublicSubkeyPacket(primary.getVersion(), primary.getAlgorithm(), primary.getTime(), primary.getKey())
                .encode(new BCPGOutputStream(added));

        assertThat(Recipient.of(added.toByteArray(), NOW).fingerprint())
                .isEqualTo(Recipient.of(key.toCertificate().getEncoded(), NOW).fingerprint());
    }

    static Stream<Arguments> ofTheOwner() {
        return Stream.of(
                Arguments.of(TestKeys.usable(), PGPSignature.KEY_REVOCATION, null, "is revoked"),
                Arguments.of(TestKeys.usable(), PGPSignature.DIRECT_KEY, Duration.ofDays(1), "expired on 2026-01-02"),
                Arguments.of(
                        TestKeys.expiringByItsUserId(Duration.ofDays(3_650)),
                        PGPSignature.POSITIVE_CERTIFICATION,
                        Duration.ofDays(1),
                        "expired on 2026-01-02"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%%%",
                "AAAA",
                "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n"
            })
    void refuseATextThatIsNoKey(String text) {
        assertThatThrownBy(() -> Recipient.of(new RecipientKey(text), NOW))
                .isInstanceOf(RefusedRecipientException.class)
                .hasMessageContaining("is not an OpenPGP public key");
    }

    @Test
    void refuseADamagedKeyOrEncryptToIt() throws IOException {
        byte[] key = TestKeys.usable().toCertificate().getEncoded();
        Random random = new Random(20261129);
        int usable = 0;
        for (int round = 0; round < 2_000; round++) {
            byte[] damaged = key.clone();
            for (int bytes = 1 + random.nextInt(3); bytes > 0; bytes--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try (OutputStream sealed = Recipient.of(damaged, NOW).encrypt(OutputStream.nullOutputStream())) {
                sealed.write(1);
                usable++;
            } catch (RefusedRecipientException refused) {
                assertThat(refused).hasMessageContaining("key");
            }
        }
        assertThat(usable).isBetween(1, 1_999);
    }

    @Test
    void showTheFingerprintInsteadOfTheKey() throws IOException {
        OpenPGPKey key = TestKeys.usable();
        String base64 =
                Recipient.of(key.toCertificate().getEncoded(), NOW).toKey().text();
        String fingerprint = Recipient.of(key.toCertificate().getEncoded(), NOW).fingerprint();

        assertThat(ShownFilters.of("{\"encrypt_to\": \"" + base64 + "\", \"phase\": \"new\"}"))
                .isEqualTo("{\"encrypt_to\":\"" + fingerprint + "\",\"phase\":\"new\"}");
        assertThat(ShownFilters.of("{\"encrypt_to\": \"no key\"}"))
                .contains("SHA-256")
                .doesNotContain("no key");
        assertThat(ShownFilters.of("{\"phase\": \"new\"}")).isEqualTo("{\"phase\": \"new\"}");
    }

    @Test
    void neverRepeatAPrivateKeyInAMessage() {
        OpenPGPKey usable = TestKeys.usable();

        assertThatThrownBy(() -> Recipient.of(usable.toAsciiArmoredString().getBytes(US_ASCII), NOW))
                .hasMessageNotContaining("BEGIN")
                .hasNoCause();
    }
}
