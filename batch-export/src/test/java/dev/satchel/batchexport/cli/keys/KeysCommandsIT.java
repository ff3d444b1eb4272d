package dev.satchel.batchexport.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.batchexport.cli.SatchelCommand;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.migrations.SampleDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import tools.jackson.databind.json.JsonMapper;

/** The vault as an operator meets it. */
class KeysCommandsIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";
    private static final String OPENAI = "sk-proj-CanaryCanaryCanary0123456789abcdWXYZ";
    private static final String ANTHROPIC = "sk-ant-api03-CanaryOfAnthropic-0123456789_abcd";

    @TempDir
    Path folder;

    @AutoClose
    private SampleDatabase database;

    private final Map<String, String> environment = new HashMap<>();
    private final List<Result> results = new ArrayList<>();

    @BeforeEach
    void open() {
        database = SampleDatabase.createWithLearners();
        environment.put("DATABASE_URL", database.workerUrl());
        environment.put("SATCHEL_KEK", "file:" + folder.resolve("kek.json"));
    }

    @Test
    void initMakesAFileForItsOwnerAloneAndNeverOverwritesIt() throws IOException {
        assertThat(satchel("keys", "init").succeeded())
                .startsWith("made " + folder.resolve("kek.json") + " with the key file:");
        var file = Files.readString(folder.resolve("kek.json"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("kek.json"))))
                .isEqualTo("rw-------");

        Result again = satchel("keys", "init");

        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.err()).contains("exists already");
        assertThat(Files.readString(folder.resolve("kek.json"))).isEqualTo(file);
    }

    @Test
    void setsListsMaskedAndRemovesOneProviderAtATime() {
        satchel("keys", "init").succeeded();

        set("openai", OPENAI + "\n").succeeded();
        set("anthropic", ANTHROPIC + "\r\n").succeeded();

        assertThat(satchel("keys", "list", "--user", LEARNER).succeeded().lines())
                .containsExactly(
                        "openai     sk-proj…WXYZ   unknown  ",
                        "anthropic  sk-ant-…abcd   unknown  ",
                        "unsplash   not set");
        assertThat(satchel("keys", "remove", "--user", LEARNER, "--provider", "openai")
                        .succeeded())
                .isEqualTo("removed");
        assertThat(satchel("keys", "remove", "--user", LEARNER, "--provider", "openai")
                        .succeeded())
                .isEqualTo("there was none");
        var listed = JsonMapper.shared()
                .readTree(satchel("keys", "list", "--user", LEARNER, "--json").succeeded());
        assertThat(listed.get(0).get("set").asBoolean()).isFalse();
        assertThat(listed.get(1).get("key").asString()).isEqualTo("sk-ant-…abcd");
    }

    @Test
    void rotatesFinishesWhatWasStoppedAndRetiresWhatWrapsNothing() throws SQLException {
        satchel("keys", "init").succeeded();
        set("openai", OPENAI).succeeded();
        String before = satchel("keys", "rotate", "--dry-run").succeeded();
        assertThat(before).matches("file:\\d+ wraps 1 data keys \\(primary\\)");

        String rotated = satchel("keys", "rotate").succeeded();

        assertThat(rotated.lines().toList())
                .hasSize(3)
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("added the key file:"),
                        line -> assertThat(line).isEqualTo("re-wrapped 1 data keys"),
                        line -> assertThat(line).endsWith(" wraps 1 data keys (primary)"));
        var wrapped = value("SELECT encode(wrapped, 'hex') FROM satchel.data_key");
        assertThat(satchel("keys", "rotate", "--resume").succeeded()).startsWith("re-wrapped 0 data keys");
        assertThat(value("SELECT encode(wrapped, 'hex') FROM satchel.data_key")).isEqualTo(wrapped);
        assertThat(satchel("keys", "list", "--user", LEARNER).succeeded()).contains("sk-proj…WXYZ");
        assertThat(satchel("keys", "rotate", "--resume", "--retire").succeeded())
                .contains("retired the key file:");
        assertThat(satchel("keys", "list", "--user", LEARNER).succeeded()).contains("sk-proj…WXYZ");
    }

    @Test
    void saysWhichDataKeysCanNeverBeWrappedAnewAndRotatesTheOthers() throws SQLException {
        satchel("keys", "init").succeeded();
        set("openai", OPENAI).succeeded();
        String earlier = value("SELECT kek_id FROM satchel.data_key");
        var others = otherUsers(2);
        others.forEach(other -> set(other, "openai", OPENAI).succeeded());
        execute("UPDATE satchel.data_key SET kek_id = 'file:1' WHERE user_id = '" + others.get(0) + "'");
        execute("UPDATE satchel.data_key SET wrapped = set_byte(wrapped, 40, get_byte(wrapped, 40) # 1)"
                + " WHERE user_id = '" + others.get(1) + "'");

        Result rotated = satchel("keys", "rotate", "--retire");

        assertThat(rotated.exit()).isEqualTo(1);
        assertThat(rotated.out())
                .contains("added the key", "re-wrapped 1 data keys")
                .doesNotContain("retired");
        assertThat(rotated.err().lines())
                .containsExactly("satchel: 2 data keys are left that cannot be re-wrapped, because the key-encryption"
                        + " key is missing or they are broken: 1 of file:1, 1 of " + earlier);
        assertThat(satchel("keys", "list", "--user", LEARNER).succeeded()).contains("sk-proj…WXYZ");
        assertThat(satchel("keys", "rotate", "--resume"))
                .satisfies(again -> assertThat(again.exit()).isEqualTo(1))
                .satisfies(again -> assertThat(again.out()).startsWith("re-wrapped 0 data keys"));
        assertThat(satchel("keys", "rotate").out()).contains("added the key", "re-wrapped 1 data keys");
    }

    @Test
    void finishesARotationThatWasStoppedWithoutAnotherKey() throws SQLException {
        satchel("keys", "init").succeeded();
        set("openai", OPENAI).succeeded();
        String added = FileKeyEncryptionKeys.open(folder.resolve("kek.json")).addPrimary();

        String finished = satchel("keys", "rotate").succeeded();

        assertThat(finished.lines())
                .startsWith("finishing a rotation that was stopped", "re-wrapped 1 data keys")
                .contains(added + " wraps 1 data keys (primary)");
        assertThat(FileKeyEncryptionKeys.open(folder.resolve("kek.json")).ids()).hasSize(2);
    }

    @Test
    void waitsForWhatOthersHaveLocked() throws Exception {
        satchel("keys", "init").succeeded();
        set("openai", OPENAI).succeeded();
        var out = new StringWriter();
        var err = new StringWriter();
        var operator = Executors.newSingleThreadExecutor();
        try (Connection other = database.superuserDataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT FROM satchel.data_key FOR UPDATE");

            Future<Integer> rotation = operator.submit(() -> SatchelCommand.run(
                    new Console(
                            environment,
                            InputStream.nullInputStream(),
                            new PrintWriter(out, true),
                            new PrintWriter(err, true),
                            false),
                    "keys",
                    "rotate"));
            while (!rotation.isDone() && !err.toString().contains("waiting for 1 data keys that others have locked")) {
                Thread.sleep(5);
            }
            other.rollback();

            assertThat(rotation.get()).as(out.toString() + err).isZero();
            assertThat(out.toString()).contains("re-wrapped 1 data keys");
        } finally {
            operator.shutdownNow();
        }
    }

    @Test
    void saysWhatOthersKeepLocked() throws SQLException {
        satchel("keys", "init").succeeded();
        set("openai", OPENAI).succeeded();
        try (Connection other = database.superuserDataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT FROM satchel.data_key FOR UPDATE");

            Result rotated = satchel("keys", "rotate");

            assertThat(rotated.exit()).isEqualTo(1);
            assertThat(rotated.err().lines())
                    .containsExactly(
                            "waiting for 1 data keys that others have locked",
                            "satchel: 1 data keys are left that others have locked:"
                                    + " run 'satchel keys rotate --resume' again");
        }
        assertThat(satchel("keys", "rotate").succeeded()).startsWith("finishing a rotation that was stopped");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            openai    | sk-ant-api03-0123456789abcdef        | which makes it a key of Anthropic
            openai    | sk-admin-0123456789abcdefgh          | an administrator's key of OpenAI
            openai    | pk-0123456789abcdefghijkl            | it does not start with 'sk-'
            anthropic | sk-proj-0123456789abcdefgh           | it does not start with 'sk-ant-'
            unsplash  | tooshort                             | it has only 8 characters
            unsplash  | with space 0123456789abcdef          | has a character at position 5
            """)
    void refusesWhatIsNoKeyOfTheProviderWithoutRepeatingIt(String provider, String key, String problem) {
        satchel("keys", "init").succeeded();

        Result refused = set(provider, key);

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err()).contains(problem).doesNotContain(key);
    }

    @Test
    void saysHowToGoOnAfterADataKeyWasChanged() throws SQLException {
        satchel("keys", "init").succeeded();
        set("openai", OPENAI).succeeded();
        set("anthropic", ANTHROPIC).succeeded();
        value("UPDATE satchel.data_key SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) RETURNING id");

        assertThat(satchel("keys", "list", "--user", LEARNER))
                .satisfies(refused -> assertThat(refused.exit()).isEqualTo(1))
                .satisfies(refused ->
                        assertThat(refused.err()).contains("a stored key cannot be opened", "set the key again"));
        set("openai", OPENAI).succeeded();
        assertThat(satchel("keys", "list", "--user", LEARNER).out()).contains("sk-proj…WXYZ");
    }

    @Test
    void refusesAUserNobodyKnows() {
        satchel("keys", "init").succeeded();

        Result refused = Installation.satchel(
                environment,
                stdin(OPENAI),
                "keys",
                "set",
                "--user",
                "00000000-0000-4000-8000-000000000000",
                "--provider",
                "openai");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err())
                .contains("00000000-0000-4000-8000-000000000000")
                .doesNotContain(OPENAI);
    }

    @ParameterizedTest
    @ValueSource(strings = {"set --user %s --provider openai", "list --user %s", "rotate"})
    void whatSealsOrOpensRefusesAMissingOrOpenFileOfKeys(String call) throws IOException {
        var arguments = ("keys " + call.formatted(LEARNER)).split(" ");

        assertThat(Installation.satchel(environment, stdin(OPENAI), arguments))
                .satisfies(refused -> assertThat(refused.exit()).isEqualTo(1))
                .satisfies(refused -> assertThat(refused.err()).contains("satchel keys init"));

        satchel("keys", "init").succeeded();
        Files.setPosixFilePermissions(folder.resolve("kek.json"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(Installation.satchel(environment, stdin(OPENAI), arguments))
                .satisfies(refused -> assertThat(refused.exit()).isEqualTo(1))
                .satisfies(refused -> assertThat(refused.err()).contains("chmod 600"));

        environment.remove("SATCHEL_KEK");
        assertThat(Installation.satchel(environment, stdin(OPENAI), arguments))
                .satisfies(refused -> assertThat(refused.exit()).isEqualTo(2))
                .satisfies(
                        refused -> assertThat(refused.err()).contains("SATCHEL_KEK is not set: expected file:/path"));
    }

    @Test
    void migrationsAndExportsNeedNoKeyEncryptionKey() {
        environment.remove("SATCHEL_KEK");
        environment.put("SATCHEL_STORE", folder.toUri().toString());

        satchel("export", "request", "--user", LEARNER, "--type", "api_keys", "--format", "json")
                .succeeded();
        satchel("export", "run").succeeded();
        satchel("verify");
    }

    @Test
    void noKeyIsFoundAnywhereAfterwards() throws SQLException, IOException {
        environment.put("SATCHEL_STORE", folder.toUri().toString());
        satchel("keys", "init").succeeded();
        set("openai", OPENAI).succeeded();
        set("anthropic", ANTHROPIC).succeeded();
        set("unsplash", OPENAI);
        satchel("keys", "list", "--user", LEARNER).succeeded();
        satchel("keys", "rotate").succeeded();
        satchel("export", "request", "--user", LEARNER, "--type", "all", "--format", "json")
                .succeeded();
        satchel("export", "run").succeeded();
        satchel("keys", "remove", "--user", LEARNER, "--provider", "openai").succeeded();
        satchel("cleanup").succeeded();

        var everything = new StringBuilder(everyTable());
        results.forEach(result -> everything.append(result.out()).append(result.err()));
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                everything.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(everything).contains("\"provider\"", "data_key");
        for (var key : List.of(OPENAI, ANTHROPIC)) {
            var bytes = key.getBytes(StandardCharsets.US_ASCII);
            assertThat(everything.toString())
                    .doesNotContain(key)
                    .doesNotContain(Base64.getEncoder().withoutPadding().encodeToString(bytes))
                    .doesNotContain(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes))
                    .doesNotContainIgnoringCase(HexFormat.of().formatHex(bytes));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keys",
                "keys set --user x --provider openai",
                "keys set --provider openai",
                "keys list --user nobody"
            })
    void refusesAWrongCall(String call) {
        assertThat(satchel(call.split(" ")).exit()).isEqualTo(2);
    }

    private Result satchel(String... arguments) {
        Result result = Installation.satchel(environment, arguments);
        results.add(result);
        return result;
    }

    private Result set(String provider, String key) {
        return set(LEARNER, provider, key);
    }

    private Result set(String user, String provider, String key) {
        Result result =
                Installation.satchel(environment, stdin(key), "keys", "set", "--user", user, "--provider", provider);
        results.add(result);
        return result;
    }

    private static ByteArrayInputStream stdin(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> otherUsers(int number) throws SQLException {
        var users = new ArrayList<String>();
        for (int i = 0; i < number; i++) {
            users.add(UUID.randomUUID().toString());
            execute("INSERT INTO public.users (id, email) VALUES ('%s', 'other%d@example.org')"
                    .formatted(users.get(i), i));
        }
        return users;
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String value(String query) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private String everyTable() throws SQLException, IOException {
        var text = new ByteArrayOutputStream();
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            var tables = new ArrayList<String>();
            try (var rows = statement.executeQuery("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                    + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
            for (var table : tables) {
                text.writeBytes(("\n" + table + "\n").getBytes(StandardCharsets.UTF_8));
                connection.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY " + table + " TO STDOUT", text);
            }
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
