package dev.satchel.batchexport.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.util.SecretBytes;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.migrations.SampleDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** Without sound key-encryption keys nothing is sealed, opened or rotated; everything else goes on without them. */
class KekRefusalIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";
    private static final String OPENAI = "sk-proj-Refused0123456789abcdefghijklmnop";

    /** Every command that seals, opens or wraps. */
    private static final List<String> NEED_THE_KEYS = List.of(
            "keys set --user " + LEARNER + " --provider openai",
            "keys list --user " + LEARNER,
            "keys list --user " + LEARNER + " --json",
            "keys validate --user " + LEARNER,
            "keys validate --due",
            "keys adopt",
            "keys rotate",
            "keys rotate --dry-run",
            "keys rotate --resume --retire");

    private static final List<BadKeys> BAD_KEYS = List.of(
            setting("unset", null, "SATCHEL_KEK is not set"),
            setting("blank", " \t", "SATCHEL_KEK is not set"),
            setting("the key itself", "GiXc1n0Vbd6mZ4rQp9sYtUwEoLkJhGfDsAzXcVbNmQ0=", "SATCHEL_KEK is malformed"),
            setting("a relative path", "file:kek-of-ours.json", "SATCHEL_KEK is malformed"),
            setting("a path without file:", "/var/lib/satchel/kek-of-ours.json", "SATCHEL_KEK is malformed"),
            setting("a path that ends as a directory", "file:/var/lib/kek-of-ours/", "SATCHEL_KEK is malformed"),
            setting("another scheme", "https://kek.example.org/kek-of-ours.json", "SATCHEL_KEK is malformed"),
            file("a missing file", "does not exist", "make one with 'satchel keys init'", folder -> {}),
            new BadKeys(
                    "a file in a missing directory",
                    1,
                    "is in no directory that exists",
                    "make the directory, or give another path",
                    folder -> new Given(folder.resolve("missing/kek.json"), List.of())),
            file(
                    "a directory",
                    "is not a regular file",
                    "give the path of a file made with 'satchel keys init'",
                    folder -> Files.createDirectory(kek(folder))),
            content("an empty file", ""),
            content("blanks", " \n \n"),
            content("no JSON", "passphrase = kept-on-a-yellow-note-under-the-desk"),
            content("another JSON", "{\"passphrase\": \"kept-on-a-yellow-note-under-the-desk\"}"),
            content(
                    "half a keyset",
                    "{\"primaryKeyId\": 77, \"key\": [{\"keyData\": {\"value\": \"GhC3xyzzyWxYz0123\""),
            weak("a short key", randomBytes(16), "which is too short: 16 bytes and not 32"),
            weak("a key of zeros", new byte[32], "which is not random (zeros, a pattern or a text)"),
            weak(
                    "a text as a key",
                    "change-me-change-me-change-me-1234".substring(0, 32).getBytes(StandardCharsets.US_ASCII),
                    "which is not random (zeros, a pattern or a text)"),
            weak("a key in even steps", evenSteps(), "which is not random (zeros, a pattern or a text)"),
            open("rw-r--r--"),
            open("rw-rw----"),
            open("rw-rw-rw-"));

    @TempDir
    static Path sound;

    @AutoClose
    private static SampleDatabase database;

    @TempDir
    Path folder;

    @BeforeAll
    static void setAKeyWithSoundOnes() {
        database = SampleDatabase.createWithLearners();
        Map<String, String> environment = environment();
        environment.put("SATCHEL_KEK", "file:" + kek(sound));
        Installation.satchel(environment, "keys", "init").succeeded();
        Installation.satchel(environment, stdin(), NEED_THE_KEYS.get(0).split(" "))
                .succeeded();
        Installation.satchel(environment, "keys", "list", "--user", LEARNER).succeeded();
    }

    static Stream<Arguments> everyCommandWithEveryBadKey() {
        return NEED_THE_KEYS.stream().flatMap(call -> BAD_KEYS.stream().map(bad -> Arguments.of(call, bad)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("everyCommandWithEveryBadKey")
    void refusesSaysWhatToDoAndLeavesEverythingAsItWas(String call, BadKeys bad) throws Exception {
        Given given = bad.making().in(folder);
        Map<String, String> files = filesIn(folder);
        String rows = vault();

        Result refused = Installation.satchel(given.environment(), stdin(), call.split(" "));

        assertThat(refused.exit()).isEqualTo(bad.exit());
        assertThat(refused.err().lines()).hasSize(1);
        assertThat(refused.err()).startsWith("satchel: ").contains(bad.problem(), bad.remedy());
        if (given.file() != null) {
            assertThat(refused.err()).contains(given.file().toString());
        }
        assertThat(refused.out()).isEmpty();
        given.secrets().forEach(secret -> assertThat(refused.err()).doesNotContain(secret));
        assertThat(refused.err()).doesNotContain(OPENAI);
        assertThat(filesIn(folder)).isEqualTo(files);
        assertThat(vault()).isEqualTo(rows);
    }

    static Stream<BadKeys> badKeys() {
        return BAD_KEYS.stream();
    }

    @ParameterizedTest
    @MethodSource("badKeys")
    void aStackTraceTellsNoMore(BadKeys bad) throws Exception {
        Given given = bad.making().in(folder);

        Result refused = Installation.satchel(given.environment(), "keys", "list", "--user", LEARNER, "--stacktrace");

        assertThat(refused.err()).contains("\tat ");
        given.secrets().forEach(secret -> assertThat(refused.err()).doesNotContain(secret));
    }

    static Stream<BadKeys> thatAreThere() {
        return BAD_KEYS.stream().filter(BadKeys::areThere);
    }

    @ParameterizedTest
    @MethodSource("thatAreThere")
    void initTakesThePlaceOfNothing(BadKeys bad) throws Exception {
        Given given = bad.making().in(folder);
        Map<String, String> files = filesIn(folder);

        Result refused = Installation.satchel(given.environment(), "keys", "init");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains(given.file() + " exists already", "or give another path");
        given.secrets().forEach(secret -> assertThat(refused.err()).doesNotContain(secret));
        assertThat(filesIn(folder)).isEqualTo(files);
    }

    static Stream<BadKeys> thatNameNoPlace() {
        return BAD_KEYS.stream().filter(BadKeys::nameNoPlace);
    }

    @ParameterizedTest
    @MethodSource("thatNameNoPlace")
    void initNeedsAPlaceForTheFile(BadKeys bad) throws Exception {
        Given given = bad.making().in(folder);

        Result refused = Installation.satchel(given.environment(), "keys", "init");

        assertThat(refused.exit()).isEqualTo(bad.exit());
        assertThat(refused.err()).contains(bad.problem(), bad.remedy());
        assertThat(filesIn(folder)).isEmpty();
    }

    @Test
    void initMakesTheFileThatIsMissing() throws Exception {
        Given missing = new Given(kek(folder), List.of());

        assertThat(Installation.satchel(missing.environment(), "keys", "init").succeeded())
                .startsWith("made " + kek(folder) + " with the key file:");

        assertThat(Installation.satchel(missing.environment(), "keys", "rotate", "--dry-run")
                        .exit())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-rw----"})
    void theRightsTakenAwayAsToldTheKeysAreGood(String permissions) throws Exception {
        Given given = open(permissions).making().in(folder);
        String told = Installation.satchel(given.environment(), "keys", "rotate", "--dry-run")
                .err();
        String command = told.substring(told.indexOf("chmod"), told.indexOf('\'', told.indexOf("chmod")));

        assertThat(new ProcessBuilder(command.split(" ")).inheritIO().start().waitFor())
                .isZero();

        assertThat(Installation.satchel(given.environment(), "keys", "rotate", "--dry-run")
                        .succeeded())
                .contains("wraps 0 data keys (primary)");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileThatCannotBeWrittenIsNamedAndNothingIsWrappedAnew(boolean anEarlierRotationWasStopped) throws Exception {
        Files.copy(kek(sound), kek(folder), StandardCopyOption.COPY_ATTRIBUTES);
        if (anEarlierRotationWasStopped) {
            FileKeyEncryptionKeys.open(kek(folder)).addPrimary();
            Files.delete(folder.resolve("kek.json.lock"));
        }
        Files.createDirectory(folder.resolve("kek.json.lock"));
        Map<String, String> files = filesIn(folder);
        String rows = vault();

        Result refused = Installation.satchel(new Given(kek(folder), List.of()).environment(), "keys", "rotate");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err())
                .contains(kek(folder) + " cannot be written", "must be able to write to its directory");
        assertThat(filesIn(folder)).isEqualTo(files);
        assertThat(vault()).isEqualTo(rows);
    }

    @Test
    void everythingElseGoesOnWithoutASetting() throws Exception {
        everythingElseGoesOn(environment());
    }

    @Test
    void everythingElseGoesOnWithBadKeys() throws Exception {
        Map<String, String> environment = environment();
        environment.put("SATCHEL_KEK", "file:" + Files.writeString(folder.resolve("kek.json"), "no keyset"));
        Files.setPosixFilePermissions(folder.resolve("kek.json"), PosixFilePermissions.fromString("rw-r--r--"));

        everythingElseGoesOn(environment);
    }

    @Test
    void whatAUserWantsDeletedIsDeletedWithoutKeys() throws Exception {
        Map<String, String> environment = environment();
        environment.put("SATCHEL_KEK", "file:" + kek(sound));
        Installation.satchel(environment, unsplash(), "keys", "set", "--user", LEARNER, "--provider", "unsplash")
                .succeeded();

        assertThat(Installation.satchel(environment(), "keys", "remove", "--user", LEARNER, "--provider", "unsplash")
                        .succeeded())
                .isEqualTo("removed");

        assertThat(Installation.satchel(environment, "keys", "list", "--user", LEARNER)
                        .succeeded())
                .contains("unsplash   not set")
                .contains("openai     sk-proj…");
    }

    private static ByteArrayInputStream unsplash() {
        return new ByteArrayInputStream("Refused-0123456789abcdefghij".getBytes(StandardCharsets.US_ASCII));
    }

    private void everythingElseGoesOn(Map<String, String> worker) throws Exception {
        Path store = Files.createDirectory(folder.resolve("store"));
        worker.put("SATCHEL_STORE", "file://" + store);
        Map<String, String> owner = new HashMap<>(worker);
        owner.put("DATABASE_URL", database.ownerUrl());
        String rows = vault();

        assertThat(Installation.satchel(owner, "migrate").succeeded()).startsWith("nothing to do");
        assertThat(Installation.satchel(owner, "verify").succeeded()).contains(" 0 failed");
        String id = Installation.satchel(
                        worker, "export", "request", "--user", LEARNER, "--type", "all", "--format", "json")
                .succeeded();
        assertThat(Installation.satchel(worker, "export", "run").succeeded()).startsWith("delivered 1 ");
        assertThat(Installation.satchel(worker, "export", "list").succeeded()).contains(id);
        assertThat(Installation.satchel(worker, "export", "show", id).succeeded())
                .contains("completed");
        assertThat(Installation.satchel(worker, "progress", "show", "--user", LEARNER)
                        .succeeded())
                .contains("current streak");
        Installation.satchel(worker, "progress", "reconcile").succeeded();
        Installation.satchel(worker, "cleanup").succeeded();

        assertThat(filesIn(store))
                .anySatisfy((name, content) -> assertThat(name).endsWith(".json"));
        assertThat(vault()).isEqualTo(rows);
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("DATABASE_URL", database.workerUrl());
        return environment;
    }

    private static ByteArrayInputStream stdin() {
        return new ByteArrayInputStream(OPENAI.getBytes(StandardCharsets.US_ASCII));
    }

    private static Path kek(Path folder) {
        return folder.resolve("kek.json");
    }

    private static Map<String, String> filesIn(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.filter(path -> !path.equals(folder)).toList()) {
                files.put(
                        folder.relativize(file).toString(),
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                                + (Files.isRegularFile(file) ? Files.readString(file) : ""));
            }
        }
        return files;
    }

    /** Every row of the vault with the transaction that wrote it, so that an update to the same values shows as well. */
    private static String vault() throws SQLException, IOException {
        var rows = new ByteArrayOutputStream();
        try (Connection connection = database.superuserDataSource().getConnection()) {
            for (String table :
                    List.of("public.user_api_keys", "satchel.data_key", "satchel.key_audit", "satchel.key_check")) {
                rows.writeBytes((table + "\n").getBytes(StandardCharsets.UTF_8));
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut(
                                "COPY (SELECT xmin, ctid, rows.* FROM " + table + " AS rows ORDER BY ctid) TO STDOUT",
                                rows);
            }
        }
        String text = rows.toString(StandardCharsets.UTF_8);
        assertThat(text.lines()).hasSizeGreaterThanOrEqualTo(7);
        return text;
    }

    /**
     * Key-encryption keys that must be refused.
     *
     * @param exit 2 when the setting is wrong, 1 when what it names is
     */
    record BadKeys(String name, int exit, String problem, String remedy, Making making) {

        boolean areThere() {
            return exit == 1 && !problem.equals("does not exist") && !nameNoPlace();
        }

        boolean nameNoPlace() {
            return exit == 2 || problem.equals("is in no directory that exists");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @FunctionalInterface
    interface Making {

        Given in(Path folder) throws IOException, GeneralSecurityException;
    }

    @FunctionalInterface
    private interface Writing {

        void in(Path folder) throws IOException, GeneralSecurityException;
    }

    /** What SATCHEL_KEK says, the file it names if any, and what nobody may read in an answer. */
    record Given(String setting, Path file, List<String> secrets) {

        Given(Path file, List<String> secrets) {
            this("file:" + file, file, secrets);
        }

        Map<String, String> environment() {
            Map<String, String> environment = KekRefusalIT.environment();
            if (setting != null) {
                environment.put("SATCHEL_KEK", setting);
            }
            return environment;
        }
    }

    private static BadKeys setting(String name, String value, String problem) {
        return new BadKeys(
                name,
                2,
                problem,
                "expected file:/path, which 'satchel keys init' makes",
                folder -> new Given(value, null, value == null || value.isBlank() ? List.of() : List.of(value)));
    }

    private static BadKeys file(String name, String problem, String remedy, Writing writing) {
        return new BadKeys(name, 1, problem, remedy, folder -> {
            writing.in(folder);
            return new Given(kek(folder), List.of());
        });
    }

    private static BadKeys content(String name, String content) {
        return new BadKeys(
                name,
                1,
                "holds no keyset of Tink in JSON",
                "make another file with 'satchel keys init', or restore it",
                folder -> {
                    write(folder, content, "rw-------");
                    return new Given(
                            kek(folder), content.isBlank() ? List.of() : List.of(content, "yellow-note", "xyzzy"));
                });
    }

    private static BadKeys weak(String name, byte[] key, String problem) {
        return new BadKeys(name, 1, problem, "make another file with 'satchel keys init'", folder -> {
            write(folder, keyset(key), "rw-------");
            return new Given(kek(folder), forms(key));
        });
    }

    private static BadKeys open(String permissions) {
        byte[] key = randomBytes(32);
        return new BadKeys(
                permissions,
                1,
                "is open to others (" + permissions + ")",
                "and if others may have read it, rotate",
                folder -> {
                    write(folder, keyset(key), permissions);
                    return new Given(kek(folder), forms(key));
                });
    }

    private static void write(Path folder, String content, String permissions) throws IOException {
        Files.writeString(kek(folder), content);
        Files.setPosixFilePermissions(kek(folder), PosixFilePermissions.fromString(permissions));
    }

    private static List<String> forms(byte[] key) {
        List<String> forms = new ArrayList<>();
        forms.add(new String(key, StandardCharsets.ISO_8859_1));
        forms.add(HexFormat.of().formatHex(key, 0, 8));
        for (int before = 0; before < 3; before++) {
            byte[] aligned = new byte[before + key.length];
            System.arraycopy(key, 0, aligned, before, key.length);
            forms.add(Base64.getEncoder().encodeToString(aligned).substring(4, 16));
        }
        return forms;
    }

    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new Random(5).nextBytes(bytes);
        return bytes;
    }

    private static byte[] evenSteps() {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (11 + 7 * i);
        }
        return bytes;
    }

    private static String keyset(byte[] key) throws GeneralSecurityException {
        var imported = AesGcmKey.builder()
                .setParameters(AesGcmParameters.builder()
                        .setKeySizeBytes(key.length)
                        .setIvSizeBytes(12)
                        .setTagSizeBytes(16)
                        .setVariant(AesGcmParameters.Variant.TINK)
                        .build())
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
