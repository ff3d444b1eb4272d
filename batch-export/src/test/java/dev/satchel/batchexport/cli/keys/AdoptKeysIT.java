package dev.satchel.batchexport.cli.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.migrations.SampleDatabase;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database in which the application had stored keys in the clear and in base64, and which was migrated since. */
class AdoptKeysIT {

    private static final String PLAIN = "sk-proj-CanaryInTheClear-0123456789abcdefghij";
    private static final String ENCODED = "sk-ant-api03-CanaryInBase64-0123456789abcdefghij";
    private static final String OUTDATED = "sk-proj-CanaryOutdated-0123456789abcdefghij";
    private static final String NEWER = "sk-proj-CanaryNewer-0123456789abcdefghij";
    private static final String MALFORMED = "CanaryMalformed";

    @TempDir
    Path folder;

    private SampleDatabase database;
    private List<String> users;
    private final List<Result> results = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        database = SampleDatabase.createUnmigratedWithLearners();
        users = rows("SELECT id FROM public.users ORDER BY id LIMIT 5");
        try (InputStream tables = SampleDatabase.class.getResourceAsStream("/db/sample/earlier-tables.sql")) {
            execute(new String(tables.readAllBytes(), US_ASCII));
        }
        store(0, "openai", PLAIN);
        store(1, "anthropic", base64(ENCODED) + "\n");
        store(1, "openai", MALFORMED);
        store(2, "openai", OUTDATED);
        assertThat(asOwner("migrate").exit()).isZero();
        database.ensureWorker();
        satchel(database.workerUrl(), "", "keys", "init").succeeded();
        satchel(database.workerUrl(), NEWER, "keys", "set", "--user", users.get(2), "--provider", "openai")
                .succeeded();
    }

    @AfterEach
    void close() {
        database.close();
        assertThat(results).noneMatch(result -> (result.out() + result.err()).contains("Canary"));
    }

    @Test
    void sealsEachSoundKeyAndErasesItWhereItWas() throws Exception {
        assertThat(asOwner("verify").out())
                .contains("FAILED  legacy keys: expected sealed, and erased where they were, found 4 can be read by"
                        + " anyone who reads satchel.adopted_user_api_keys; run: satchel keys adopt");

        Result adopted = asOwner("keys", "adopt");

        assertThat(adopted.exit()).isEqualTo(1);
        assertThat(adopted.out())
                .startsWith("sealed 2, superseded 1, refused 1\n")
                .contains("advise their users to replace them");
        assertThat(adopted.err().lines())
                .singleElement()
                .asString()
                .matches("satchel: row [0-9a-f-]{36}, openai stays: this is no key of OpenAI: it does not start with"
                        + " 'sk-'; expected .*");
        assertThat(listed(0)).contains("openai     sk-proj…ghij").contains("anthropic  not set");
        assertThat(listed(1)).contains("openai     not set").contains("anthropic  sk-ant-…ghij");
        assertThat(listed(2)).contains("openai     sk-proj…ghij");
        assertThat(rows("SELECT openai_api_key FROM satchel.adopted_user_api_keys WHERE openai_api_key IS NOT NULL"))
                .containsExactly(MALFORMED);
        assertThat(asOwner("verify").out()).contains("found 1 can be read by anyone who reads");
    }

    @Test
    void leavesNothingOfAnErasedKeyOnTheDisk() throws Exception {
        assertThat(onDisk()).contains(PLAIN, base64(ENCODED), OUTDATED);

        asOwner("keys", "adopt");

        assertThat(onDisk())
                .contains(MALFORMED)
                .doesNotContain(PLAIN)
                .doesNotContain(base64(ENCODED))
                .doesNotContain(OUTDATED);
    }

    @Test
    void leavesNothingOnTheDiskThoughAnOldSnapshotIsOpenOrAnEarlierRunWasStopped() throws Exception {
        execute("UPDATE satchel.adopted_user_api_keys SET openai_api_key = NULL WHERE openai_api_key = '" + OUTDATED
                + "'");
        try (Connection old = database.ownerDataSource().getConnection();
                Statement statement = old.createStatement()) {
            old.setAutoCommit(false);
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            statement.execute("SELECT count(*) FROM public.users");

            asOwner("keys", "adopt");

            assertThat(onDisk()).contains(MALFORMED).doesNotContain(PLAIN).doesNotContain(OUTDATED);
        }
    }

    @Test
    void anAccountIsDeletedBesideTheAdoption() throws Exception {
        try (Connection deleter = database.ownerDataSource().getConnection();
                Statement statement = deleter.createStatement()) {
            deleter.setAutoCommit(false);
            statement.execute("DELETE FROM public.users WHERE id = '" + users.get(0) + "'");
            Thread commit = new Thread(() -> {
                try {
                    Thread.sleep(1_500);
                    deleter.commit();
                } catch (SQLException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            commit.start();

            Result adopted = asOwner("keys", "adopt");

            commit.join();
            assertThat(adopted.out()).contains("superseded 1");
            assertThat(rows("SELECT count(*) FROM satchel.adopted_user_api_keys WHERE user_id = '" + users.get(0)
                            + "'"))
                    .containsExactly("0");
        }
    }

    @Test
    void adoptedTwiceIsAdoptedOnce() throws Exception {
        asOwner("keys", "adopt");
        List<String> before = rows("SELECT t::text FROM public.user_api_keys AS t ORDER BY 1");

        assertThat(asOwner("keys", "adopt").out()).isEqualTo("sealed 0, superseded 0, refused 1\n");

        assertThat(rows("SELECT t::text FROM public.user_api_keys AS t ORDER BY 1"))
                .isEqualTo(before);
    }

    @Test
    void discardErasesAllAndSealsNoneAndNeedsNoKeyEncryptionKey() throws Exception {
        Files.delete(folder.resolve("kek.json"));

        assertThat(asOwner("keys", "adopt", "--discard").succeeded()).isEqualTo("discarded 4");

        assertThat(onDisk()).doesNotContain("Canary").doesNotContain(base64(ENCODED));
        assertThat(rows("SELECT count(*) FROM public.user_api_keys")).containsExactly("1");
        assertThat(asOwner("verify").out()).contains("ok      legacy keys: sealed, and erased where they were");
        assertThat(asOwner("keys", "adopt", "--discard").succeeded()).isEqualTo("discarded 0");
    }

    @Test
    void whatNobodyButTheOwnerMayReadIsReadByNobodyElse() throws Exception {
        Result refused = satchel(database.workerUrl(), "", "keys", "adopt");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("the login may not do this");
        assertThat(onDisk()).contains(PLAIN);
    }

    @Test
    void withoutAnEarlierTableThereIsNothingToDo() throws Exception {
        execute("DROP TABLE satchel.adopted_user_api_keys");

        assertThat(asOwner("keys", "adopt").succeeded()).isEqualTo("sealed 0, superseded 0, refused 0");
        assertThat(asOwner("verify").out()).doesNotContain("legacy keys");
    }

    private String listed(int user) {
        return satchel(database.workerUrl(), "", "keys", "list", "--user", users.get(user))
                .succeeded();
    }

    private void store(int user, String provider, String text) throws SQLException {
        execute("""
                INSERT INTO public.user_api_keys (user_id, %1$s_api_key)
                VALUES ('%2$s', '%3$s')
                    ON CONFLICT (user_id) DO UPDATE SET %1$s_api_key = excluded.%1$s_api_key
                """.formatted(provider, users.get(user), text));
    }

    /** The file in which the database keeps the table. */
    private String onDisk() throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
            try (var row = statement.executeQuery("SELECT encode(pg_read_binary_file(pg_relation_filepath("
                    + "'satchel.adopted_user_api_keys')), 'escape')")) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private Result asOwner(String... arguments) {
        return satchel(database.ownerUrl(), "", arguments);
    }

    private Result satchel(String url, String in, String... arguments) {
        Result result = Installation.satchel(
                Map.of("DATABASE_URL", url, "SATCHEL_KEK", "file:" + folder.resolve("kek.json")),
                new ByteArrayInputStream(in.getBytes(US_ASCII)),
                arguments);
        results.add(result);
        return result;
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.ownerDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> rows(String query) throws SQLException {
        try (Connection connection = database.ownerDataSource().getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            List<String> rows = new ArrayList<>();
            while (row.next()) {
                rows.add(row.getString(1));
            }
            return rows;
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(US_ASCII));
    }
}
