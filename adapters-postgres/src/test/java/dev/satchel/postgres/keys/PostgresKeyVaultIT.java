package dev.satchel.postgres.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.KeyAudit;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.KeyVaultContract;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.SealedKey;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.VaultUnderTest;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.encryption.OtherKeyEncryptionKeysException;
import dev.satchel.keys.encryption.WrappedKey;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.postgres.SatchelPostgres;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.support.TransactionTemplate;

class PostgresKeyVaultIT extends KeyVaultContract {

    private static final Purpose PURPOSE = new Purpose("describe image");

    private static PostgresVaultUnderTest postgres;

    @BeforeAll
    static void start() {
        postgres = new PostgresVaultUnderTest();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Override
    protected VaultUnderTest emptyVault() {
        return postgres.emptied();
    }

    private static UserId userWith(Provider... providers) {
        UserId user = postgres.addUser();
        for (Provider provider : providers) {
            set(user, provider);
        }
        return user;
    }

    private static void set(UserId user, Provider provider) {
        new UserKeys(postgres.vault()).set(user, provider, ApiKeys.of(ApiKeys.text(provider, user.toString())));
    }

    private static Optional<String> opened(KeyVault vault, UserId user, Provider provider) {
        return vault.open(user, provider, PURPOSE, (key, stored) -> ApiKeys.read(key));
    }

    private static String text(UserId user, Provider provider) {
        return postgres.owner()
                .sql("SELECT to_jsonb(k) ->> :column FROM public.user_api_keys k WHERE user_id = :user")
                .param("column", provider.column())
                .param("user", user.value())
                .query(String.class)
                .single();
    }

    private static void put(UserId user, Provider provider, String text) {
        postgres.put(user, provider, text);
    }

    /** Changes rows with no trigger to see it, so that what is found is found by the cryptography. */
    private static void unseen(String sql, Object... values) {
        try (Connection connection = postgres.database().superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            JdbcClient.create(new SingleConnectionDataSource(connection, true))
                    .sql(sql)
                    .params(values)
                    .update();
        } catch (SQLException failed) {
            throw new AssertionError(sql, failed);
        }
    }

    private static void putUnseen(UserId user, Provider provider, String text) {
        unseen("UPDATE public.user_api_keys SET " + provider.column() + " = ? WHERE user_id = ?", text, user.value());
    }

    private static void refusesToOpen(UserId user, Provider provider, String what) {
        Throwable refusal = catchThrowable(() -> opened(postgres.vault(), user, provider));
        assertThat(refusal)
                .as(what)
                .isExactlyInstanceOf(BrokenSealException.class)
                .hasMessage(new BrokenSealException().getMessage())
                .hasNoCause();
    }

    @Test
    void noSealedKeyOpensInAnotherPlaceThoughItsDataKeyCameAlong() {
        Provider[] providers = Provider.values();
        List<UserId> users = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            users.add(userWith(providers));
        }
        List<String> texts = new ArrayList<>();
        for (UserId user : users) {
            for (Provider provider : providers) {
                texts.add(text(user, provider));
            }
        }
        Random random = new Random(20260301);
        unseen("CREATE TABLE satchel.data_key_before AS TABLE satchel.data_key");

        int moves = 0;
        while (moves < 1_000) {
            int from = random.nextInt(texts.size());
            int to = random.nextInt(texts.size());
            if (from == to) {
                continue;
            }
            UserId user = users.get(to / providers.length);
            Provider provider = providers[to % providers.length];
            move(users.get(from / providers.length), providers[from % providers.length], user, provider);
            putUnseen(user, provider, texts.get(from));
            refusesToOpen(user, provider, texts.get(from) + " moved to " + provider + " of " + user);
            move(user, provider, user, provider);
            putUnseen(user, provider, texts.get(to));
            moves++;
        }
        unseen("DROP TABLE satchel.data_key_before");

        for (UserId user : users) {
            for (Provider provider : providers) {
                assertThat(opened(postgres.vault(), user, provider)).contains(ApiKeys.text(provider, user.toString()));
            }
        }
    }

    private static void move(UserId from, Provider ofProvider, UserId to, Provider toProvider) {
        unseen("""
                UPDATE satchel.data_key AS moved
                   SET id = before.id, kek_id = before.kek_id, wrapped = before.wrapped
                  FROM satchel.data_key_before AS before
                 WHERE before.user_id = ? AND before.provider = ? AND moved.user_id = ? AND moved.provider = ?
                """, from.value(), ofProvider.code(), to.value(), toProvider.code());
    }

    /** What somebody who may write rows of keys can do with a sealed key of earlier, $OLD, and the one of now, $NEW. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER",
                "UPDATE public.user_api_keys SET openai_api_key = NULL WHERE user_id = $USER;"
                        + "UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER",
                "BEGIN; UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER;"
                        + "UPDATE public.user_api_keys SET openai_api_key = $NEW WHERE user_id = $USER;"
                        + "UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER; COMMIT",
                "BEGIN; SAVEPOINT one; UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER;"
                        + "ROLLBACK TO one; UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER;"
                        + "RELEASE one; COMMIT",
                "BEGIN; UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER; SAVEPOINT two;"
                        + "UPDATE public.user_api_keys SET openai_api_key = $NEW WHERE user_id = $USER;"
                        + "ROLLBACK TO two; COMMIT",
                "UPDATE public.user_api_keys SET openai_api_key = $OLD, anthropic_api_key = openai_api_key"
                        + " WHERE user_id = $USER",
                "UPDATE public.user_api_keys SET openai_api_key = anthropic_api_key, anthropic_api_key = openai_api_key"
                        + " WHERE user_id = $USER;"
                        + "UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER",
                "BEGIN; CREATE TEMPORARY TABLE kept ON COMMIT DROP AS TABLE public.user_api_keys;"
                        + "DELETE FROM public.user_api_keys WHERE user_id = $USER;"
                        + "UPDATE kept SET openai_api_key = $OLD;"
                        + "INSERT INTO public.user_api_keys SELECT * FROM kept WHERE user_id = $USER; COMMIT",
                "INSERT INTO public.user_api_keys (user_id) VALUES ($USER)"
                        + " ON CONFLICT (user_id) DO UPDATE SET openai_api_key = $OLD",
                "WITH cleared AS (UPDATE public.user_api_keys SET openai_api_key = NULL WHERE false)"
                        + " UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER",
                "DO $$ BEGIN UPDATE public.user_api_keys SET openai_api_key = $OLD WHERE user_id = $USER; END $$"
            })
    void aKeyOfEarlierNeverOpensAgain(String script) throws SQLException {
        UserId user = postgres.addUser();
        UserKeys keys = new UserKeys(postgres.vault());
        keys.set(user, Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "earlier")));
        keys.set(user, Provider.ANTHROPIC, ApiKeys.of(ApiKeys.text(Provider.ANTHROPIC, "other")));
        String earlier = text(user, Provider.OPENAI);
        keys.set(user, Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, "now")));
        String now = text(user, Provider.OPENAI);

        try (Connection connection = postgres.database().ownerDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(script.replace("$OLD", "'" + earlier + "'")
                    .replace("$NEW", "'" + now + "'")
                    .replace("$USER", "'" + user + "'"));
        }

        assertThat(text(user, Provider.OPENAI)).isEqualTo(earlier);
        refusesToOpen(user, Provider.OPENAI, script);
    }

    @Test
    void aKeyOfEarlierNeverOpensAgainByCopy() throws Exception {
        UserId user = postgres.addUser();
        set(user, Provider.OPENAI);
        String earlier = text(user, Provider.OPENAI);
        set(user, Provider.OPENAI);
        try (Connection connection = postgres.database().ownerDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM public.user_api_keys WHERE user_id = '" + user + "'");
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY public.user_api_keys (user_id, openai_api_key) FROM STDIN",
                            new StringReader(user + "\t" + earlier + "\n"));
        }

        refusesToOpen(user, Provider.OPENAI, "copied");
    }

    @Test
    void aDataKeyThatWasKeptIsNotTakenAgain() {
        UserId user = userWith(Provider.OPENAI);
        JdbcClient vault = JdbcClient.create(postgres.worker());
        Map<String, Object> kept =
                postgres.owner().sql("""
                        SELECT k.id AS row, k.openai_api_key AS sealed, d.kek_id AS kek, d.wrapped
                          FROM public.user_api_keys k
                          JOIN satchel.data_key d ON d.user_id = k.user_id
                         WHERE k.user_id = :user
                        """).param("user", user.value()).query().singleRow();
        set(user, Provider.OPENAI);

        assertThatExceptionOfType(DataIntegrityViolationException.class)
                .isThrownBy(() -> vault.sql("SELECT satchel.set_key(:user, 'openai', :row, :sealed, :kek, :wrapped)")
                        .params(kept)
                        .param("user", user.value())
                        .query(UUID.class)
                        .optional())
                .withMessageContaining("has sealed a key before");

        assertThat(opened(postgres.vault(), user, Provider.OPENAI)).isPresent();
    }

    @Test
    void aSealedKeyDoesNotOpenInAnotherRowOfTheSameUser() {
        UserId user = userWith(Provider.OPENAI);
        postgres.owner()
                .sql("UPDATE public.user_api_keys SET id = gen_random_uuid() WHERE user_id = :user")
                .param("user", user.value())
                .update();

        refusesToOpen(user, Provider.OPENAI, "in a row of another id");
    }

    @Test
    void aDataKeyDoesNotUnwrapForAnotherUser() {
        UserId user = userWith(Provider.OPENAI);
        UserId other = userWith(Provider.OPENAI);
        // The other's wrapped key and sealed text, in this user's rows.
        postgres.owner()
                .sql("""
                        UPDATE satchel.data_key mine
                           SET wrapped = theirs.wrapped
                          FROM satchel.data_key theirs
                         WHERE mine.user_id = :user
                           AND theirs.user_id = :other
                        """)
                .param("user", user.value())
                .param("other", other.value())
                .update();

        refusesToOpen(user, Provider.OPENAI, "with the other's data key");
    }

    @Test
    void aKeyWhoseDataKeyIsGoneDoesNotOpen() {
        UserId user = userWith(Provider.OPENAI);
        assertThat(opened(postgres.vault(), user, Provider.OPENAI)).isPresent();

        postgres.owner()
                .sql("DELETE FROM satchel.data_key WHERE user_id = :user")
                .param("user", user.value())
                .update();

        refusesToOpen(user, Provider.OPENAI, "although its data key is still in this process's cache");
    }

    @Test
    void everyFlippedBitAndEveryTruncationIsRefusedAlike() {
        UserId user = userWith(Provider.OPENAI);
        String text = text(user, Provider.OPENAI);
        SealedKey stored = SealedKey.parse(text);
        byte[] bytes = stored.bytes();

        // Every bit and length is tried against DataKey itself; here, that the vault adds no other answer.
        for (int bit = 0; bit < bytes.length * 8; bit += 13) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            putUnseen(
                    user,
                    Provider.OPENAI,
                    SealedKey.of(stored.dataKeyId(), flipped).text());
            refusesToOpen(user, Provider.OPENAI, "bit " + bit);
        }
        putUnseen(user, Provider.OPENAI, SealedKey.of(UUID.randomUUID(), bytes).text());
        refusesToOpen(user, Provider.OPENAI, "another data key's id");
        putUnseen(
                user,
                Provider.OPENAI,
                SealedKey.of(stored.dataKeyId(), Arrays.copyOf(bytes, 61)).text());
        refusesToOpen(user, Provider.OPENAI, "the shortest");
    }

    @Test
    void storesNoKeyInTheClear() {
        UserId user = userWith(Provider.values());

        String everything = postgres.owner().sql("""
                SELECT string_agg(t::text, ' ')
                  FROM (SELECT k::text FROM public.user_api_keys k
                         UNION ALL
                        SELECT d::text FROM satchel.data_key d
                         UNION ALL
                        SELECT c::text FROM satchel.key_check c
                         UNION ALL
                        SELECT a::text FROM satchel.key_audit a) AS rows (t)
                """).query(String.class).single();

        for (Provider provider : Provider.values()) {
            byte[] key = ApiKeys.text(provider, user.toString()).getBytes(StandardCharsets.US_ASCII);
            assertThat(everything)
                    .doesNotContain(
                            new String(key, StandardCharsets.US_ASCII),
                            HexFormat.of().formatHex(key),
                            Base64.getEncoder().withoutPadding().encodeToString(key));
        }
    }

    @Test
    void aRolledBackCallerUndoesNoAudit() {
        UserId user = userWith(Provider.OPENAI);
        var source = postgres.database().workerDataSource();
        KeyVault vault = new SatchelPostgres(source).keyVault(postgres.keyEncryptionKeys());

        new TransactionTemplate(new DataSourceTransactionManager(source)).executeWithoutResult(status -> {
            assertThat(opened(vault, user, Provider.OPENAI)).isPresent();
            status.setRollbackOnly();
        });

        assertThat(postgres.audit().newest(user, 1))
                .extracting(KeyAudit.Entry::action, KeyAudit.Entry::purpose, KeyAudit.Entry::login)
                .containsExactly(
                        tuple(KeyAudit.Action.OPEN, PURPOSE, postgres.database().workerUser()));
    }

    @Test
    void otherProcessesSeeARotationAndARemoval() {
        UserId user = userWith(Provider.OPENAI);
        FileKeyEncryptionKeys theirKeys = FileKeyEncryptionKeys.open(postgres.keyset());
        KeyVault theirs = new SatchelPostgres(postgres.worker()).keyVault(theirKeys);
        assertThat(opened(theirs, user, Provider.OPENAI)).isPresent();
        String earlier = postgres.keyEncryptionKeys().primaryId();

        postgres.addKeyEncryptionKey();
        while (postgres.dataKeys().rewrapNext(100) > 0) {
            assertThat(opened(theirs, user, Provider.OPENAI)).isPresent();
        }
        postgres.keyEncryptionKeys().retire(earlier);
        assertThat(opened(theirs, user, Provider.OPENAI)).isPresent();
        new UserKeys(theirs).set(user, Provider.UNSPLASH, ApiKeys.of("0123456789abcdefghij"));
        assertThat(postgres.dataKeys().countByKeyEncryptionKey())
                .containsOnlyKeys(postgres.keyEncryptionKeys().primaryId());

        postgres.vault().removeAll(user);
        assertThat(opened(theirs, user, Provider.OPENAI)).isEmpty();
    }

    @Test
    void whatCannotBeUnwrappedDoesNotHoldUpARotation() {
        List<UserId> users = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            users.add(userWith(Provider.OPENAI));
        }
        String earlier = postgres.keyEncryptionKeys().primaryId();
        for (UserId broken : users.subList(0, 4)) {
            postgres.owner()
                    .sql("UPDATE satchel.data_key SET wrapped = set_byte(wrapped, 40, get_byte(wrapped, 40) # 1)"
                            + " WHERE user_id = :user")
                    .param("user", broken.value())
                    .update();
        }
        postgres.addKeyEncryptionKey();

        int done = 0;
        for (int batch = postgres.dataKeys().rewrapNext(2);
                batch > 0;
                batch = postgres.dataKeys().rewrapNext(2)) {
            done += batch;
        }

        assertThat(done).isEqualTo(6);
        assertThat(postgres.dataKeys().countUnopenable()).containsExactly(Map.entry(earlier, 4L));
        assertThat(postgres.dataKeys().countByKeyEncryptionKey())
                .containsEntry(earlier, 4L)
                .containsEntry(postgres.keyEncryptionKeys().primaryId(), 6L);
    }

    @Test
    void whatAMissingKeyWrapsDoesNotHoldUpARotation() {
        List<UserId> users = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            users.add(userWith(Provider.OPENAI));
        }
        for (int i = 0; i < 9; i++) {
            postgres.owner()
                    .sql("UPDATE satchel.data_key SET kek_id = :kek WHERE user_id = :user")
                    .param(
                            "kek",
                            i < 5
                                    ? "file:!"
                                    : i < 7
                                            ? "file:~"
                                            : postgres.keyEncryptionKeys().primaryId())
                    .param("user", users.get(i).value())
                    .update();
        }
        postgres.addKeyEncryptionKey();

        assertThat(postgres.dataKeys().rewrapNext(3)).isEqualTo(2);
        assertThat(postgres.dataKeys().rewrapNext(3)).isZero();

        assertThat(postgres.dataKeys().countUnopenable())
                .containsExactly(Map.entry("file:!", 5L), Map.entry("file:~", 2L));
    }

    @Test
    void whatWasPassedOverIsWrappedAnewBeforeZeroIsTold() throws Exception {
        for (int i = 0; i < 6; i++) {
            userWith(Provider.OPENAI);
        }
        postgres.addKeyEncryptionKey();
        int done;
        try (Connection other = postgres.database().ownerDataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT FROM satchel.data_key ORDER BY id LIMIT 1 FOR UPDATE");
            done = postgres.dataKeys().rewrapNext(2);
            assertThat(done).isOne();
            assertThat(postgres.dataKeys().countUnopenable()).isEmpty();
            other.rollback();
        }

        for (int batch = postgres.dataKeys().rewrapNext(2);
                batch > 0;
                batch = postgres.dataKeys().rewrapNext(2)) {
            done += batch;
        }

        assertThat(done).isEqualTo(6);
    }

    @Test
    void aSlowRotationDoesNotUndoALaterOne() {
        userWith(Provider.OPENAI);
        postgres.addKeyEncryptionKey();
        FileKeyEncryptionKeys theirKeys = FileKeyEncryptionKeys.open(postgres.keyset());
        KeyEncryptionKeys slow = new KeyEncryptionKeys() {

            @Override
            public String primaryId() {
                return theirKeys.primaryId();
            }

            @Override
            public boolean holds(String id) {
                return theirKeys.holds(id);
            }

            @Override
            public WrappedKey wrap(byte[] dataKey, UserId user, UUID dataKeyId) {
                WrappedKey wrapped = theirKeys.wrap(dataKey, user, dataKeyId);
                postgres.addKeyEncryptionKey();
                assertThat(postgres.dataKeys().rewrapNext(10)).isOne();
                return wrapped;
            }

            @Override
            public byte[] unwrap(WrappedKey wrapped, UserId user, UUID dataKeyId) {
                return theirKeys.unwrap(wrapped, user, dataKeyId);
            }
        };

        int rewrapped = new SatchelPostgres(postgres.worker()).dataKeys(slow).rewrapNext(10);

        assertThat(rewrapped).isZero();
        assertThat(postgres.dataKeys().countByKeyEncryptionKey())
                .containsOnlyKeys(postgres.keyEncryptionKeys().primaryId());
    }

    @Test
    void aFirstKeyOutlivesTheRetirementOfTheKeyThatWasPrimaryWhenItBegan() {
        UserId user = postgres.addUser();
        AtomicBoolean meanwhile = new AtomicBoolean(true);
        KeyVault vault = anotherVault(new Delegating() {

            @Override
            public WrappedKey wrap(byte[] dataKey, UserId whose, UUID dataKeyId) {
                WrappedKey wrapped = super.wrap(dataKey, whose, dataKeyId);
                if (meanwhile.getAndSet(false)) {
                    postgres.addKeyEncryptionKey();
                    assertThat(postgres.dataKeys().keyEncryptionKeysInUse()).doesNotContain(wrapped.keyEncryptionKey());
                    postgres.keyEncryptionKeys().retire(wrapped.keyEncryptionKey());
                }
                return wrapped;
            }
        });

        set(vault, user, Provider.OPENAI);

        assertThat(opened(postgres.vault(), user, Provider.OPENAI)).isPresent();
    }

    @Test
    void whatIsInUseIsKnownOnceThoseWhoStoreDataKeysAreDone() throws Exception {
        UserId user = postgres.addUser();
        String earlier = postgres.keyEncryptionKeys().primaryId();
        ExecutorService operator = Executors.newSingleThreadExecutor();
        AtomicReference<Future<Set<String>>> inUse = new AtomicReference<>();
        KeyVault vault = anotherVault(new Delegating() {

            @Override
            public String primaryId() {
                String primary = super.primaryId();
                postgres.addKeyEncryptionKey();
                inUse.set(operator.submit(() -> postgres.dataKeys().keyEncryptionKeysInUse()));
                while (!inUse.get().isDone() && !someoneWaitsForALock()) {
                    Thread.onSpinWait();
                }
                return primary;
            }
        });

        try {
            set(vault, user, Provider.OPENAI);

            assertThat(inUse.get().get()).contains(earlier);
        } finally {
            operator.shutdownNow();
        }
    }

    private static boolean someoneWaitsForALock() {
        return postgres.owner().sql("""
                SELECT EXISTS (SELECT
                                 FROM pg_locks
                                WHERE locktype = 'advisory'
                                  AND NOT granted
                                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
                """).query(Boolean.class).single();
    }

    private static KeyVault anotherVault(KeyEncryptionKeys keys) {
        return new SatchelPostgres(postgres.database().workerDataSource()).keyVault(keys);
    }

    private static void set(KeyVault vault, UserId user, Provider provider) {
        new UserKeys(vault).set(user, provider, ApiKeys.of(ApiKeys.text(provider, user.toString())));
    }

    /** The keys of the file, for a test that has something happen between two steps. */
    private static class Delegating implements KeyEncryptionKeys {

        @Override
        public String primaryId() {
            return postgres.keyEncryptionKeys().primaryId();
        }

        @Override
        public boolean holds(String id) {
            return postgres.keyEncryptionKeys().holds(id);
        }

        @Override
        public WrappedKey wrap(byte[] dataKey, UserId user, UUID dataKeyId) {
            return postgres.keyEncryptionKeys().wrap(dataKey, user, dataKeyId);
        }

        @Override
        public byte[] unwrap(WrappedKey wrapped, UserId user, UUID dataKeyId) {
            return postgres.keyEncryptionKeys().unwrap(wrapped, user, dataKeyId);
        }
    }

    @Test
    void aKeyIsStoredInTheRowThatIsThereByThen() {
        UserId user = userWith(Provider.OPENAI);
        AtomicBoolean meanwhile = new AtomicBoolean(true);
        KeyVault vault = anotherVault(new Delegating() {

            @Override
            public WrappedKey wrap(byte[] dataKey, UserId whose, UUID dataKeyId) {
                if (meanwhile.getAndSet(false)) {
                    postgres.vault().removeAll(user);
                    set(user, Provider.UNSPLASH);
                }
                return super.wrap(dataKey, whose, dataKeyId);
            }
        });

        new UserKeys(vault).set(user, Provider.ANTHROPIC, ApiKeys.of(ApiKeys.text(Provider.ANTHROPIC, "late")));

        assertThat(opened(postgres.vault(), user, Provider.ANTHROPIC))
                .contains(ApiKeys.text(Provider.ANTHROPIC, "late"));
        assertThat(opened(postgres.vault(), user, Provider.UNSPLASH)).isPresent();
        assertThat(opened(postgres.vault(), user, Provider.OPENAI)).isEmpty();
    }

    @Test
    void twoProcessesWithDifferentKeysCannotBothBegin(@TempDir Path folder) throws Exception {
        UserId user = postgres.addUser();
        UserId other = postgres.addUser();
        FileKeyEncryptionKeys otherKeys = FileKeyEncryptionKeys.create(folder.resolve("other.json"));
        ExecutorService threads = Executors.newSingleThreadExecutor();
        AtomicReference<Future<?>> theirs = new AtomicReference<>();
        KeyVault vault = anotherVault(new Delegating() {

            // Asked for when this one has found that no data key is there yet.
            @Override
            public String primaryId() {
                if (theirs.get() == null
                        && postgres.dataKeys().countByKeyEncryptionKey().isEmpty()) {
                    theirs.set(threads.submit(() -> set(anotherVault(otherKeys), other, Provider.OPENAI)));
                    while (!theirs.get().isDone() && !someoneWaitsForALock()) {
                        Thread.onSpinWait();
                    }
                }
                return super.primaryId();
            }
        });

        try {
            set(vault, user, Provider.OPENAI);

            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> theirs.get().get())
                    .havingCause()
                    .isInstanceOf(OtherKeyEncryptionKeysException.class);
        } finally {
            threads.shutdownNow();
        }
        assertThat(postgres.dataKeys().countByKeyEncryptionKey())
                .containsOnlyKeys(postgres.keyEncryptionKeys().primaryId());
    }

    @Test
    void nothingIsLostWhenEverythingHappensAtOnce() throws Exception {
        List<UserId> users = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            users.add(userWith(Provider.values()));
        }
        Collections.shuffle(users, new Random(7));
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger opened = new AtomicInteger();
        List<Callable<Void>> work = new ArrayList<>();
        // Two processes, each with its own cache and its own view of the file.
        for (int process = 0; process < 2; process++) {
            FileKeyEncryptionKeys keys = FileKeyEncryptionKeys.open(postgres.keyset());
            SatchelPostgres satchel = new SatchelPostgres(postgres.worker());
            KeyVault vault = satchel.keyVault(keys);
            UserKeys userKeys = new UserKeys(vault);
            work.add(() -> {
                while (!stop.get()) {
                    UserId user = any(users);
                    // Somebody may be between removing and setting; whatever there is must open.
                    Provider provider = any(List.of(Provider.values()));
                    Optional<String> key = opened(vault, user, provider);
                    key.ifPresent(text -> {
                        assertThat(text).isEqualTo(ApiKeys.text(provider, user.toString()));
                        opened.incrementAndGet();
                    });
                }
                return null;
            });
            work.add(() -> {
                while (!stop.get()) {
                    UserId user = any(users);
                    Provider provider = any(List.of(Provider.values()));
                    userKeys.set(user, provider, ApiKeys.of(ApiKeys.text(provider, user.toString())));
                    userKeys.remove(any(users), any(List.of(Provider.values())));
                    if (ThreadLocalRandom.current().nextInt(4) == 0) {
                        userKeys.removeAll(any(users));
                    }
                }
                return null;
            });
        }
        work.add(() -> {
            for (int rotation = 0; rotation < 10; rotation++) {
                postgres.addKeyEncryptionKey();
                for (int batch = 0; batch < 5; batch++) {
                    postgres.dataKeys().rewrapNext(3);
                }
            }
            stop.set(true);
            return null;
        });

        ExecutorService threads = Executors.newFixedThreadPool(work.size());
        try {
            List<Future<Void>> running = new ArrayList<>();
            for (Callable<Void> one : work) {
                running.add(threads.submit(() -> {
                    try {
                        return one.call();
                    } finally {
                        stop.set(true);
                    }
                }));
            }
            for (Future<Void> one : running) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(opened).hasPositiveValue();
        while (postgres.dataKeys().rewrapNext(3) > 0) {
            assertThat(postgres.dataKeys().countByKeyEncryptionKey()).isNotEmpty();
        }
        assertThat(postgres.owner()
                        .sql("""
                        SELECT count(*)
                          FROM (SELECT k.user_id, cell.provider, cell.sealed
                                  FROM public.user_api_keys k
                                 CROSS JOIN LATERAL (VALUES ('openai', k.openai_api_key),
                                                            ('anthropic', k.anthropic_api_key),
                                                            ('unsplash', k.unsplash_api_key),
                                                            ('none', CASE num_nonnulls(k.openai_api_key,
                                                                         k.anthropic_api_key, k.unsplash_api_key)
                                                                     WHEN 0 THEN 'an empty row' END))
                                       AS cell (provider, sealed)
                                 WHERE cell.sealed IS NOT NULL) stored
                          FULL JOIN satchel.data_key d USING (user_id, provider)
                         WHERE d.id IS NULL
                            OR stored.sealed IS NULL
                            OR d.kek_id <> :primary
                            OR split_part(stored.sealed, '.', 2) <> d.id::text
                        """)
                        .param("primary", postgres.keyEncryptionKeys().primaryId())
                        .query(Long.class)
                        .single())
                .isZero();
        for (UserId user : users) {
            for (Provider provider : Provider.values()) {
                opened(postgres.vault(), user, provider)
                        .ifPresent(key -> assertThat(key).isEqualTo(ApiKeys.text(provider, user.toString())));
            }
        }
    }

    @Test
    void accountsCanBeDeletedWhileTheirKeysAreSet() throws Exception {
        for (int round = 0; round < 30; round++) {
            UserId user = round % 2 == 0 ? userWith(Provider.UNSPLASH) : postgres.addUser();
            ExecutorService threads = Executors.newFixedThreadPool(2);
            try {
                Future<?> deleting = threads.submit(() -> postgres.deleteUser(user));
                Future<?> setting = threads.submit(() -> {
                    try {
                        set(user, Provider.OPENAI);
                    } catch (UnknownUserException e) {
                        // The account was gone first.
                    }
                });
                deleting.get();
                setting.get();
            } finally {
                threads.shutdownNow();
            }
            assertThat(opened(postgres.vault(), user, Provider.OPENAI)).isEmpty();
        }
        assertThat(postgres.dataKeys().countByKeyEncryptionKey()).isEmpty();
    }

    @Test
    void aBrokenSealNamesNoKey() {
        UserId user = userWith(Provider.OPENAI);
        put(user, Provider.OPENAI, text(userWith(Provider.OPENAI), Provider.OPENAI));

        assertThatExceptionOfType(BrokenSealException.class)
                .isThrownBy(() ->
                        postgres.vault().open(user, Provider.OPENAI, PURPOSE, (ApiKey key, SealedKey stored) -> 1))
                .withMessage(
                        "a stored key cannot be opened: it was changed, moved, put back, or sealed under a key that"
                                + " is gone; set the key again");
    }

    private static <T> T any(List<T> things) {
        return things.get(ThreadLocalRandom.current().nextInt(things.size()));
    }
}
