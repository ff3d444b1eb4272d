package dev.satchel.batchexport.cli.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.migrations.SampleDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody gives Satchel the file of key-encryption keys of one installation and the database of another. */
class OtherKeysIT {

    private static final String KEY = "sk-proj-OtherKeys0123456789abcdefghijklmnop";

    @TempDir
    Path folder;

    @AutoClose
    private SampleDatabase database;

    private List<String> users;
    private String own;

    @BeforeEach
    void open() throws Exception {
        database = SampleDatabase.createUnmigratedWithLearners();
        users = rows("SELECT id FROM public.users ORDER BY id LIMIT 3");
        try (InputStream tables = SampleDatabase.class.getResourceAsStream("/db/sample/earlier-tables.sql")) {
            execute(new String(tables.readAllBytes(), US_ASCII));
        }
        // One that is superseded by then, one to seal and a blank one: each would be erased.
        execute(
                "INSERT INTO public.user_api_keys (user_id, openai_api_key) VALUES ('%s', '%s'), ('%s', '%s'), ('%s', '')"
                        .formatted(users.get(0), KEY, users.get(1), KEY, users.get(2)));
        Installation.satchel(Map.of("DATABASE_URL", database.ownerUrl()), "migrate")
                .succeeded();
        database.ensureWorker();
        own = FileKeyEncryptionKeys.create(folder.resolve("own.json")).primaryId();
        FileKeyEncryptionKeys others = FileKeyEncryptionKeys.create(folder.resolve("other.json"));
        others.addPrimary();
        others.addPrimary();
        satchel(database.workerUrl(), "own", "keys set --user " + users.get(0) + " --provider openai")
                .succeeded();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keys rotate",
                "keys rotate --retire",
                "keys rotate --resume",
                "keys rotate --resume --retire",
                "keys set --user %s --provider openai",
                "keys set --user %s --provider unsplash",
                "keys adopt"
            })
    void refusesThemAndChangesNothing(String call) throws Exception {
        String rows = rows();
        Map<String, String> files = files();
        String url = call.equals("keys adopt") ? database.ownerUrl() : database.workerUrl();

        for (String user : users) {
            Result refused = satchel(url, "other", call.formatted(user));

            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err().lines())
                    .containsExactly("satchel: the given key-encryption keys are not those of this database, whose data"
                            + " keys are wrapped by " + own
                            + ": give those, or name the database that the given ones belong to; nothing was changed");
            assertThat(refused.out()).isEmpty();
            assertThat(rows()).isEqualTo(rows);
            assertThat(files()).isEqualTo(files);
        }
    }

    @Test
    void onlyLooksWithThem() throws Exception {
        Map<String, String> files = files();

        assertThat(satchel(database.workerUrl(), "other", "keys rotate --dry-run")
                        .succeeded())
                .contains(own + " wraps 1 data keys");

        assertThat(files()).isEqualTo(files);
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys rotate --retire", "keys rotate --resume --retire"})
    void retiresNothingWhereTheDatabaseProvesNothing(String call) throws Exception {
        execute("DELETE FROM public.user_api_keys");
        Map<String, String> files = files();

        Result refused = satchel(database.workerUrl(), "other", call);

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err().lines())
                .containsExactly("satchel: the database holds no data keys, and so does not show whether the"
                        + " key-encryption keys are its own, or wrap data keys in another database: retire none,"
                        + " or name the database that they belong to; nothing was changed");
        assertThat(files()).isEqualTo(files);
        satchel(database.workerUrl(), "other", "keys set --user " + users.get(0) + " --provider openai")
                .succeeded();
        assertThat(satchel(database.workerUrl(), "other", call).succeeded()).contains("retired the key");
    }

    /** What was sealed under a stray key before that was refused makes the stray keys no keys of this database. */
    @Test
    void retiresNothingWhereADataKeyIsWrappedByAKeyThatTheFileLacks() throws Exception {
        FileKeyEncryptionKeys others = FileKeyEncryptionKeys.open(folder.resolve("other.json"));
        satchel(database.workerUrl(), "own", "keys set --user " + users.get(1) + " --provider openai")
                .succeeded();
        execute("UPDATE satchel.data_key SET kek_id = '" + others.ids().get(0) + "' WHERE user_id = '" + users.get(1)
                + "'");

        Result kept = satchel(database.workerUrl(), "other", "keys rotate --retire");

        assertThat(kept.exit()).isEqualTo(1);
        assertThat(kept.err().lines())
                .startsWith("satchel: no key is retired, because data keys are wrapped by " + own
                        + ", which SATCHEL_KEK does not name: its keys may be those of another database, where they"
                        + " still wrap something");
        assertThat(kept.out()).doesNotContain("retired");
        assertThat(others.ids()).hasSizeGreaterThanOrEqualTo(3);
    }

    private Result satchel(String url, String keys, String call) {
        return Installation.satchel(
                Map.of("DATABASE_URL", url, "SATCHEL_KEK", "file:" + folder.resolve(keys + ".json")),
                new ByteArrayInputStream(
                        (call.contains("unsplash") ? "OtherKeys-0123456789abcdefgh" : KEY).getBytes(US_ASCII)),
                call.split(" "));
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> files = new HashMap<>();
        try (Stream<Path> found = Files.list(folder)) {
            for (Path file : found.toList()) {
                files.put(file.toString(), Files.getAttribute(file, "unix:ino") + Files.readString(file));
            }
        }
        return files;
    }

    /** With the transaction that wrote each row, so that an update to the same values shows as well. */
    private String rows() throws SQLException {
        List<String> rows = new ArrayList<>();
        for (String table : List.of(
                "public.user_api_keys",
                "satchel.data_key",
                "satchel.key_audit",
                "satchel.key_check",
                "satchel.adopted_user_api_keys")) {
            rows.addAll(
                    rows("SELECT xmin || ' ' || ctid || ' ' || rows.*::text FROM " + table + " AS rows ORDER BY ctid"));
        }
        return String.join("\n", rows);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.ownerDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> rows(String query) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            List<String> rows = new ArrayList<>();
            while (row.next()) {
                rows.add(row.getString(1));
            }
            return rows;
        }
    }
}
