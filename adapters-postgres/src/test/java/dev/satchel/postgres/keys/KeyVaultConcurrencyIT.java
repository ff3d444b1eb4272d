package dev.satchel.postgres.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.KeyAudit;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.encryption.OtherKeyEncryptionKeysException;
import dev.satchel.keys.encryption.WrappedKey;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.postgres.SatchelPostgres;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What the vault keeps when processes, transactions and deleted accounts meet. */
class KeyVaultConcurrencyIT extends PostgresVaultTests {

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
    void storesAKeyInARowThatWasCreatedInTheMeantime() {
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
    void losesNothingUnderConcurrentOperations() throws Exception {
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

    private static <T> T any(List<T> things) {
        return things.get(ThreadLocalRandom.current().nextInt(things.size()));
    }
}
