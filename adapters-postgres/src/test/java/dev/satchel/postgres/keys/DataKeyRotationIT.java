package dev.satchel.postgres.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.encryption.WrappedKey;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.postgres.SatchelPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How rotation re-wraps data keys beside other processes, missing keys and damaged rows. */
class DataKeyRotationIT extends PostgresVaultTests {

    @Test
    void showsOtherProcessesARotationAndARemoval() {
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
    void continuesPastADamagedDataKey() {
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
    void continuesPastDataKeysOfAMissingKey() {
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
    void rewrapsSkippedDataKeysBeforeReturningZero() throws Exception {
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
    void aSlowRotationDoesNotOverwriteALaterOne() {
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
    void opensAKeyWhoseStorageBeganUnderAPrimaryThatWasRetired() {
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
    void waitsForStoringTransactionsBeforeListingTheKeysInUse() throws Exception {
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
}
