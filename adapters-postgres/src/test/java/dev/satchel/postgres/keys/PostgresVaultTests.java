package dev.satchel.postgres.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.KeyVaultContract;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.VaultUnderTest;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.encryption.WrappedKey;
import dev.satchel.postgres.SatchelPostgres;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;

/** A vault in a database, which is empty before each test, and what the tests of it share. */
abstract class PostgresVaultTests extends KeyVaultContract {

    static final Purpose PURPOSE = new Purpose("describe image");

    @AutoClose
    static PostgresVaultUnderTest postgres;

    @BeforeAll
    static void start() {
        postgres = new PostgresVaultUnderTest();
    }

    @Override
    protected VaultUnderTest emptyVault() {
        return postgres.emptied();
    }

    static UserId userWith(Provider... providers) {
        UserId user = postgres.addUser();
        for (Provider provider : providers) {
            set(user, provider);
        }
        return user;
    }

    static void set(UserId user, Provider provider) {
        new UserKeys(postgres.vault()).set(user, provider, ApiKeys.of(ApiKeys.text(provider, user.toString())));
    }

    static Optional<String> opened(KeyVault vault, UserId user, Provider provider) {
        return vault.open(user, provider, PURPOSE, (key, stored) -> ApiKeys.read(key));
    }

    static String text(UserId user, Provider provider) {
        return postgres.owner()
                .sql("SELECT to_jsonb(k) ->> :column FROM public.user_api_keys k WHERE user_id = :user")
                .param("column", provider.column())
                .param("user", user.value())
                .query(String.class)
                .single();
    }

    static void put(UserId user, Provider provider, String text) {
        postgres.put(user, provider, text);
    }

    /** Changes rows with no trigger to see it, so that what is found is found by the cryptography. */
    static void unseen(String sql, Object... values) {
        postgres.unseen().sql(sql).params(values).update();
    }

    static void putUnseen(UserId user, Provider provider, String text) {
        unseen("UPDATE public.user_api_keys SET " + provider.column() + " = ? WHERE user_id = ?", text, user.value());
    }

    static void refusesToOpen(UserId user, Provider provider, String what) {
        Throwable refusal = catchThrowable(() -> opened(postgres.vault(), user, provider));
        assertThat(refusal)
                .as(what)
                .isExactlyInstanceOf(BrokenSealException.class)
                .hasMessage(new BrokenSealException().getMessage())
                .hasNoCause();
    }

    static boolean someoneWaitsForALock() {
        return postgres.owner().sql("""
                SELECT EXISTS (SELECT
                                 FROM pg_locks
                                WHERE locktype = 'advisory'
                                  AND NOT granted
                                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
                """).query(Boolean.class).single();
    }

    static KeyVault anotherVault(KeyEncryptionKeys keys) {
        return new SatchelPostgres(postgres.database().workerDataSource()).keyVault(keys);
    }

    static void set(KeyVault vault, UserId user, Provider provider) {
        new UserKeys(vault).set(user, provider, ApiKeys.of(ApiKeys.text(provider, user.toString())));
    }

    /** The keys of the file, for a test that has something happen between two steps. */
    static class Delegating implements KeyEncryptionKeys {

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
}
