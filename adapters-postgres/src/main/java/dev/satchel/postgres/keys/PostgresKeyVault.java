package dev.satchel.postgres.keys;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.KeyStatus;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.SealedKey;
import dev.satchel.keys.Validity;
import dev.satchel.keys.Verdict;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.encryption.OtherKeyEncryptionKeysException;
import dev.satchel.keys.encryption.UnknownKeyEncryptionKeyException;
import dev.satchel.keys.encryption.WrappedKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The vault in {@code public.user_api_keys} and {@code satchel.data_key}, through the functions that alone may touch them.
 *
 * <p>Each key is sealed under a data key of its own, which is made when the key is set and which the database deletes as
 * soon as the key's cell changes, whoever changes it. Nothing is wrapped while a lock is held: the data key is made ready
 * before. Only sealed keys and wrapped data keys are ever sent to the database.
 */
final class PostgresKeyVault implements KeyVault {

    private static final String STATUSES =
            "SELECT provider, verdict, validated_at, checked_at FROM satchel.key_statuses(:user)";

    private static final String RECORD_OPENING = "SELECT satchel.record_opening(:user, :provider, :purpose)";

    private static final String RECORDED_KEY = """
            SELECT row_id, sealed, data_key_id, kek_id, wrapped
              FROM satchel.recorded_key(:opening)
            """;

    private static final String RECORD_VERDICT =
            "SELECT satchel.record_verdict(:user, :provider, :sealed, :verdict, CAST(:reason AS text))";

    // Materialized, or a plan that looks the keys up one by one would find others each time, and more than the limit.
    private static final String CLAIM_FOR_CHECK = """
            WITH due AS MATERIALIZED (
                SELECT user_id, provider
                  FROM satchel.key_check
                 WHERE next_check_at <= statement_timestamp()
                   AND provider = ANY (:providers)
                   AND (checked_at IS NULL
                        OR checked_at <= statement_timestamp() - :interval * interval '1 millisecond')
                 ORDER BY next_check_at
                 LIMIT :limit
                   FOR UPDATE SKIP LOCKED
            )
            UPDATE satchel.key_check c
               SET next_check_at = statement_timestamp()
                                   + (:interval + random() * :jitter) * interval '1 millisecond'
              FROM due
             WHERE c.user_id = due.user_id
               AND c.provider = due.provider
            RETURNING c.user_id, c.provider
            """;

    private final JdbcClient jdbc;
    private final OwnTransaction transaction;
    private final KeyChanges changes;
    private final KeyEncryptionKeys keyEncryptionKeys;
    private final DataKeyCache cache;

    /** @param ownTransaction begins a transaction of its own at READ COMMITTED, whatever the caller is in */
    public PostgresKeyVault(
            JdbcClient jdbc,
            TransactionTemplate ownTransaction,
            KeyEncryptionKeys keyEncryptionKeys,
            DataKeyCache cache) {
        this.jdbc = jdbc;
        this.transaction = new OwnTransaction(ownTransaction);
        this.changes = new KeyChanges(jdbc, transaction, keyEncryptionKeys, cache);
        this.keyEncryptionKeys = keyEncryptionKeys;
        this.cache = cache;
    }

    @Override
    public void set(UserId user, Provider provider, ApiKey key) {
        changes.store(user, provider, key, true);
    }

    @Override
    public boolean setFirst(UserId user, Provider provider, ApiKey key) {
        return changes.store(user, provider, key, false);
    }

    @Override
    public void requireOwnKeyEncryptionKeys() {
        OtherKeyEncryptionKeysException.requireOneOf(PostgresDataKeys.keyEncryptionKeys(jdbc), keyEncryptionKeys);
    }

    @Override
    public boolean remove(UserId user, Provider provider) {
        return changes.remove(user, provider.code());
    }

    @Override
    public boolean removeAll(UserId user) {
        return changes.remove(user, null);
    }

    @Override
    public List<KeyStatus> statuses(UserId user) {
        Map<Provider, KeyStatus> found = new EnumMap<>(Provider.class);
        jdbc.sql(STATUSES)
                .param("user", user.value())
                .query(PostgresKeyVault::status)
                .list()
                .forEach(status -> found.put(status.provider(), status));
        return Arrays.stream(Provider.values())
                .map(provider -> found.getOrDefault(provider, KeyStatus.notSet(provider)))
                .toList();
    }

    @Override
    public <R, E extends Exception> Optional<R> open(
            UserId user, Provider provider, Purpose purpose, Opening<R, E> opening) throws E {
        for (int attempt = 1; attempt <= OwnTransaction.MOST_ATTEMPTS; attempt++) {
            Optional<UUID> recorded = recordOpening(user, provider, purpose);
            if (recorded.isEmpty()) {
                return Optional.empty();
            }
            Optional<StoredKey> stored = recordedKey(user, recorded.get());
            // Empty if the key was set again or removed since it was recorded.
            if (stored.isPresent()) {
                return Optional.of(opened(stored.get(), recorded.get(), user, provider, opening));
            }
        }
        throw OwnTransaction.tooFast(user);
    }

    private Optional<UUID> recordOpening(UserId user, Provider provider, Purpose purpose) {
        return transaction.run(
                user,
                status -> jdbc.sql(RECORD_OPENING)
                        .param("user", user.value())
                        .param("provider", provider.code())
                        .param("purpose", purpose.words())
                        .query(UUID.class)
                        .optional());
    }

    /** In another transaction than the record's, which must be committed first. */
    private Optional<StoredKey> recordedKey(UserId user, UUID opening) {
        return transaction.run(
                user,
                status -> jdbc.sql(RECORDED_KEY)
                        .param("opening", opening)
                        .query(PostgresKeyVault::storedKey)
                        .optional());
    }

    private <R, E extends Exception> R opened(
            StoredKey stored, UUID recorded, UserId user, Provider provider, Opening<R, E> opening) throws E {
        SealedKey sealedKey = SealedKey.parse(stored.text());
        StoredDataKey storedDataKey = stored.dataKey();
        if (storedDataKey == null) {
            throw new BrokenSealException();
        }
        DataKey dataKey = unwrapped(storedDataKey, user, recorded);
        try (ApiKey key = dataKey.open(sealedKey, new SealedKeyLocation(stored.row(), user, provider))) {
            return opening.opened(key, sealedKey);
        }
    }

    @Override
    public boolean record(UserId user, Provider provider, SealedKey checked, Verdict verdict) {
        return transaction.run(
                user,
                status -> jdbc.sql(RECORD_VERDICT)
                        .param("user", user.value())
                        .param("provider", provider.code())
                        .param("sealed", checked.text())
                        .param("verdict", verdict.validity().name().toLowerCase(Locale.ROOT))
                        .param("reason", reason(verdict))
                        .query(Boolean.class)
                        .single());
    }

    @Override
    public List<DueKey> claimForCheck(Set<Provider> providers, Duration interval, Duration jitter, int limit) {
        return jdbc.sql(CLAIM_FOR_CHECK)
                .param("providers", providers.stream().map(Provider::code).toArray(String[]::new))
                .param("interval", interval.toMillis())
                .param("jitter", jitter.toMillis())
                .param("limit", limit)
                .query((row, number) -> new DueKey(
                        new UserId(row.getObject("user_id", UUID.class)), Provider.of(row.getString("provider"))))
                .list();
    }

    private DataKey unwrapped(StoredDataKey stored, UserId user, UUID recorded) {
        Optional<DataKey> cached = cache.find(stored.id(), stored.wrapped());
        if (cached.isPresent()) {
            return cached.get();
        }
        try {
            return unwrappedAndCached(stored, user);
        } catch (UnknownKeyEncryptionKeyException e) {
            // A rotation may have ended, and the earlier key been retired, since the row was read.
            StoredDataKey newer =
                    recordedKey(user, recorded).map(StoredKey::dataKey).orElse(null);
            if (newer == null || newer.equals(stored)) {
                throw e;
            }
            return unwrappedAndCached(newer, user);
        }
    }

    private DataKey unwrappedAndCached(StoredDataKey stored, UserId user) {
        DataKey dataKey = DataKey.from(stored.id(), keyEncryptionKeys.unwrap(stored.wrapped(), user, stored.id()));
        cache.add(stored.wrapped(), dataKey);
        return dataKey;
    }

    private static @Nullable String reason(Verdict verdict) {
        if (verdict instanceof Verdict.Invalid invalid) {
            return invalid.reason();
        }
        return verdict instanceof Verdict.Unknown unknown ? unknown.reason() : null;
    }

    private static KeyStatus status(ResultSet row, int number) throws SQLException {
        return new KeyStatus(
                Provider.of(row.getString("provider")),
                true,
                Validity.valueOf(row.getString("verdict").toUpperCase(Locale.ROOT)),
                instant(row, "validated_at"),
                instant(row, "checked_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static StoredKey storedKey(ResultSet row, int number) throws SQLException {
        UUID dataKey = row.getObject("data_key_id", UUID.class);
        return new StoredKey(
                row.getObject("row_id", UUID.class),
                row.getString("sealed"),
                dataKey == null
                        ? null
                        : new StoredDataKey(dataKey, new WrappedKey(row.getString("kek_id"), row.getBytes("wrapped"))));
    }

    private record StoredDataKey(UUID id, WrappedKey wrapped) {}

    private record StoredKey(
            UUID row, String text, @Nullable StoredDataKey dataKey) {}
}
