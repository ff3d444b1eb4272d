package dev.satchel.postgres.keys;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.Provider;
import dev.satchel.keys.SealedKey;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.encryption.OtherKeyEncryptionKeysException;
import dev.satchel.keys.encryption.WrappedKey;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Sets and removes keys, each in one transaction that locks the user's row of keys. */
final class KeyChanges {

    private static final String LOCK = "SELECT row_id, was_set FROM satchel.lock_keys(:user, :provider)";

    private static final String STORING_DATA_KEY =
            "SELECT pg_advisory_xact_lock_shared(hashtextextended('satchel.data_key', 0))";

    private static final String STORING_FIRST_DATA_KEY =
            "SELECT pg_advisory_xact_lock(hashtextextended('satchel.data_key', 0))";

    private static final String SET = """
            SELECT satchel.set_key(:user, :provider, :row, :sealed, :kek, :wrapped)
            """;

    private static final String REMOVE = "SELECT data_key_id FROM satchel.remove_keys(:user, CAST(:provider AS text))";

    private final JdbcClient jdbc;
    private final OwnTransaction transaction;
    private final KeyEncryptionKeys keyEncryptionKeys;
    private final DataKeyCache cache;
    private final SecureRandom random = new SecureRandom();

    KeyChanges(JdbcClient jdbc, OwnTransaction transaction, KeyEncryptionKeys keyEncryptionKeys, DataKeyCache cache) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.keyEncryptionKeys = keyEncryptionKeys;
        this.cache = cache;
    }

    /** Says whether the key was stored: not if the user has set or removed one earlier and it may not be replaced. */
    boolean store(UserId user, Provider provider, ApiKey key, boolean mayReplace) {
        String lock = STORING_DATA_KEY;
        NewDataKey fresh = newDataKey(user);
        for (int attempt = 1; attempt <= OwnTransaction.MOST_ATTEMPTS; attempt++) {
            switch (storeUnder(fresh, lock, user, provider, key, mayReplace)) {
                case STORED -> {
                    cache.add(fresh.wrapped(), fresh.dataKey());
                    return true;
                }
                case WAS_SET -> {
                    return false;
                }
                case OVERTAKEN -> fresh = newDataKey(user);
                case FIRST -> lock = STORING_FIRST_DATA_KEY;
            }
        }
        throw OwnTransaction.tooFast(user);
    }

    private enum Storing {
        STORED,
        /** The user has set or removed a key, which is to stay so. */
        WAS_SET,
        /** The row of keys was deleted, or the primary key-encryption key changed. */
        OVERTAKEN,
        /** There is no data key yet, and two processes with different key-encryption keys must not both begin. */
        FIRST
    }

    private NewDataKey newDataKey(UserId user) {
        UUID id = UUID.randomUUID();
        byte[] raw = new byte[DataKey.LENGTH];
        random.nextBytes(raw);
        try {
            WrappedKey wrapped = keyEncryptionKeys.wrap(raw, user, id);
            return new NewDataKey(DataKey.from(id, raw), wrapped);
        } finally {
            Arrays.fill(raw, (byte) 0);
        }
    }

    private Storing storeUnder(
            NewDataKey fresh, String lock, UserId user, Provider provider, ApiKey key, boolean mayReplace) {
        return transaction.run(user, status -> {
            Storing result = storedUnder(fresh, lock, user, provider, key, mayReplace);
            if (result != Storing.STORED) {
                // Nothing was done, so nothing is kept of the attempt.
                status.setRollbackOnly();
            }
            return result;
        });
    }

    private Storing storedUnder(
            NewDataKey fresh, String lock, UserId user, Provider provider, ApiKey key, boolean mayReplace) {
        Optional<LockedRow> row = jdbc.sql(LOCK)
                .param("user", user.value())
                .param("provider", provider.code())
                .query((found, number) ->
                        new LockedRow(found.getObject("row_id", UUID.class), found.getBoolean("was_set")))
                .optional();
        if (row.isEmpty()) {
            return Storing.OVERTAKEN;
        }
        // A rotation that retires a key waits for this lock before asking what it wraps. What was wrapped earlier, with
        // a key
        // that is not the primary any more, may come too late for that, and is wrapped again.
        jdbc.sql(lock).query(locked -> {});
        Set<String> inUse = PostgresDataKeys.keyEncryptionKeys(jdbc);
        if (inUse.isEmpty() && lock.equals(STORING_DATA_KEY)) {
            return Storing.FIRST;
        }
        OtherKeyEncryptionKeysException.requireOneOf(inUse, keyEncryptionKeys);
        if (row.get().wasSet() && !mayReplace) {
            return Storing.WAS_SET;
        }
        if (!fresh.wrapped().keyEncryptionKey().equals(keyEncryptionKeys.primaryId())) {
            return Storing.OVERTAKEN;
        }
        UUID rowId = row.get().id();
        SealedKey sealedKey = fresh.dataKey().seal(key, new SealedKeyLocation(rowId, user, provider));
        jdbc.sql(SET)
                .param("user", user.value())
                .param("provider", provider.code())
                .param("row", rowId)
                .param("sealed", sealedKey.text())
                .param("kek", fresh.wrapped().keyEncryptionKey())
                .param("wrapped", fresh.wrapped().bytes())
                .query(UUID.class)
                .optional()
                .ifPresent(cache::remove);
        return Storing.STORED;
    }

    /** Removes the key for that provider, or for all where it is null; says whether there was one. */
    boolean remove(UserId user, @Nullable String provider) {
        List<UUID> dataKeys = transaction.run(
                user,
                status -> jdbc.sql(REMOVE)
                        .param("user", user.value())
                        .param("provider", provider)
                        .query(UUID.class)
                        .list());
        dataKeys.forEach(cache::remove);
        return !dataKeys.isEmpty();
    }

    private record LockedRow(UUID id, boolean wasSet) {}

    private record NewDataKey(DataKey dataKey, WrappedKey wrapped) {}
}
