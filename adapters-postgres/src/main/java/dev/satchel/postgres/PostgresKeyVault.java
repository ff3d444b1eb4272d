package dev.satchel.postgres;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.BrokenSealException;
import dev.satchel.keys.KeyEncryptionKeys;
import dev.satchel.keys.KeyStatus;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.SealedKey;
import dev.satchel.keys.UnknownKeyEncryptionKeyException;
import dev.satchel.keys.Validity;
import dev.satchel.keys.Verdict;
import dev.satchel.keys.WrappedKey;
import java.security.SecureRandom;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The vault in {@code public.user_api_keys} and {@code satchel.data_key}.
 *
 * <p>Whatever changes a row of keys locks it first, and the data key and the verdicts afterwards, which is the order in
 * which deleting an account takes them. Nothing is wrapped while a lock is held: the data key is made ready before, and if another became the user's meanwhile, the step is taken again with that one. Only sealed keys and
 * wrapped data keys are ever sent to the database.
 */
final class PostgresKeyVault implements KeyVault {

    private static final String FIND_DATA_KEY = """
            SELECT id, kek_id, wrapped
              FROM satchel.data_key
             WHERE user_id = :user
            """;

    private static final String ENSURE_ROW = """
            INSERT INTO public.user_api_keys (user_id)
            VALUES (:user)
            ON CONFLICT (user_id) DO NOTHING
            """;

    private static final String LOCK_ROW = """
            SELECT id,
                   CASE :provider
                       WHEN 'openai' THEN openai_api_key
                       WHEN 'anthropic' THEN anthropic_api_key
                       WHEN 'unsplash' THEN unsplash_api_key
                   END IS NOT NULL
                   OR EXISTS (SELECT
                                FROM satchel.key_audit
                               WHERE user_id = :user
                                 AND provider = :provider
                                 AND action IN ('set', 'remove')) AS was_set
              FROM public.user_api_keys
             WHERE user_id = :user
               FOR UPDATE
            """;

    private static final String STORING_DATA_KEY =
            "SELECT pg_advisory_xact_lock_shared(hashtextextended('satchel.data_key', 0))";

    private static final String ADD_DATA_KEY = """
            INSERT INTO satchel.data_key (id, user_id, kek_id, wrapped)
            VALUES (:id, :user, :kek, :wrapped)
            """;

    private static final String SET = """
            UPDATE public.user_api_keys
               SET openai_api_key = CASE :provider WHEN 'openai' THEN :sealed ELSE openai_api_key END,
                   anthropic_api_key = CASE :provider WHEN 'anthropic' THEN :sealed ELSE anthropic_api_key END,
                   unsplash_api_key = CASE :provider WHEN 'unsplash' THEN :sealed ELSE unsplash_api_key END,
                   is_active = true
             WHERE id = :row
               AND user_id = :user
            """;

    // A trigger has forgotten what was known of the earlier key.
    private static final String EXPECT_CHECK = """
            INSERT INTO satchel.key_check (user_id, provider, next_check_at)
            VALUES (:user, :provider, statement_timestamp())
            """;

    private static final String REMOVE = """
            UPDATE public.user_api_keys
               SET openai_api_key = CASE :provider WHEN 'openai' THEN NULL ELSE openai_api_key END,
                   anthropic_api_key = CASE :provider WHEN 'anthropic' THEN NULL ELSE anthropic_api_key END,
                   unsplash_api_key = CASE :provider WHEN 'unsplash' THEN NULL ELSE unsplash_api_key END
             WHERE user_id = :user
               AND CASE :provider
                       WHEN 'openai' THEN openai_api_key
                       WHEN 'anthropic' THEN anthropic_api_key
                       WHEN 'unsplash' THEN unsplash_api_key
                   END IS NOT NULL
            """;

    private static final String DELETE_EMPTY_ROW = """
            DELETE FROM public.user_api_keys
             WHERE user_id = :user
               AND num_nonnulls(openai_api_key, anthropic_api_key, unsplash_api_key) = 0
            """;

    private static final String REMOVE_ALL = """
            DELETE FROM public.user_api_keys
             WHERE user_id = :user
            RETURNING num_nonnulls(openai_api_key, anthropic_api_key, unsplash_api_key) > 0
            """;

    // Out of use only while every key that is set is proven invalid.
    private static final String JUDGE_ROW = """
            UPDATE public.user_api_keys AS k
               SET is_active = EXISTS (SELECT
                                         FROM (VALUES ('openai', k.openai_api_key),
                                                      ('anthropic', k.anthropic_api_key),
                                                      ('unsplash', k.unsplash_api_key)) AS stored (provider, key)
                                         LEFT JOIN satchel.key_check c
                                           ON c.user_id = k.user_id
                                          AND c.provider = stored.provider
                                        WHERE stored.key IS NOT NULL
                                          AND c.verdict IS DISTINCT FROM 'invalid'),
                   last_validated_at = CASE WHEN :valid THEN statement_timestamp() ELSE last_validated_at END
             WHERE user_id = :user
            """;

    private static final String STATUSES = """
            SELECT stored.provider, coalesce(c.verdict, 'unknown') AS verdict, c.validated_at, c.checked_at
              FROM public.user_api_keys k
             CROSS JOIN LATERAL (VALUES ('openai', k.openai_api_key IS NOT NULL),
                                        ('anthropic', k.anthropic_api_key IS NOT NULL),
                                        ('unsplash', k.unsplash_api_key IS NOT NULL)) AS stored (provider, is_set)
              LEFT JOIN satchel.key_check c
                ON c.user_id = k.user_id
               AND c.provider = stored.provider
             WHERE k.user_id = :user
               AND stored.is_set
            """;

    // One statement, so that no key is read without its opening being on record.
    private static final String FIND_AND_RECORD = """
            WITH stored AS (
                SELECT k.id AS row_id,
                       CASE :provider
                           WHEN 'openai' THEN k.openai_api_key
                           WHEN 'anthropic' THEN k.anthropic_api_key
                           WHEN 'unsplash' THEN k.unsplash_api_key
                       END AS sealed,
                       d.id, d.kek_id, d.wrapped
                  FROM public.user_api_keys k
                  LEFT JOIN satchel.data_key d ON d.user_id = k.user_id
                 WHERE k.user_id = :user
            ), recorded AS (
                INSERT INTO satchel.key_audit (user_id, provider, action, purpose, data_key_id)
                SELECT :user, :provider, 'open', :purpose, split_part(sealed, '.', 2)::uuid
                  FROM stored
                 WHERE sealed IS NOT NULL
            )
            SELECT row_id, sealed, id, kek_id, wrapped
              FROM stored
             WHERE sealed IS NOT NULL
            """;

    private static final String LOCK_CHECKED = """
            SELECT true
              FROM public.user_api_keys
             WHERE user_id = :user
               AND CASE :provider
                       WHEN 'openai' THEN openai_api_key
                       WHEN 'anthropic' THEN anthropic_api_key
                       WHEN 'unsplash' THEN unsplash_api_key
                   END = :sealed
               FOR UPDATE
            """;

    private static final String RECORD = """
            INSERT INTO satchel.key_check AS c (user_id, provider, verdict, validated_at, checked_at, reason)
            VALUES (:user, :provider, :verdict, CASE WHEN :valid THEN statement_timestamp() END,
                    statement_timestamp(), :reason)
            ON CONFLICT (user_id, provider) DO UPDATE
               SET verdict = CASE excluded.verdict WHEN 'unknown' THEN c.verdict ELSE excluded.verdict END,
                   validated_at = coalesce(excluded.validated_at, c.validated_at),
                   checked_at = excluded.checked_at,
                   reason = excluded.reason
            """;

    private static final String CLAIM_FOR_CHECK = """
            UPDATE satchel.key_check c
               SET next_check_at = statement_timestamp()
                                   + (:interval + random() * :jitter) * interval '1 millisecond'
              FROM (SELECT user_id, provider
                      FROM satchel.key_check
                     WHERE next_check_at <= statement_timestamp()
                       AND provider = ANY (:providers)
                       AND (checked_at IS NULL
                            OR checked_at <= statement_timestamp() - :interval * interval '1 millisecond')
                     ORDER BY next_check_at
                     LIMIT :limit
                       FOR UPDATE SKIP LOCKED) due
             WHERE c.user_id = due.user_id
               AND c.provider = due.provider
            RETURNING c.user_id, c.provider
            """;

    private static final String FOREIGN_KEY_VIOLATION = "23503";

    /** How often a step is taken again because others changed the user's data key; each time one of them succeeded. */
    private static final int MOST_ATTEMPTS = 100;

    private final JdbcClient jdbc;
    private final TransactionTemplate ownTransaction;
    private final KeyEncryptionKeys keyEncryptionKeys;
    private final DataKeyCache cache;
    private final SecureRandom random = new SecureRandom();

    /** @param ownTransaction begins a transaction of its own at READ COMMITTED, whatever the caller is in */
    PostgresKeyVault(
            JdbcClient jdbc,
            TransactionTemplate ownTransaction,
            KeyEncryptionKeys keyEncryptionKeys,
            DataKeyCache cache) {
        this.jdbc = jdbc;
        this.ownTransaction = ownTransaction;
        this.keyEncryptionKeys = keyEncryptionKeys;
        this.cache = cache;
    }

    @Override
    public void set(UserId user, Provider provider, ApiKey key) {
        store(user, provider, key, true);
    }

    @Override
    public boolean setFirst(UserId user, Provider provider, ApiKey key) {
        return store(user, provider, key, false);
    }

    private boolean store(UserId user, Provider provider, ApiKey key, boolean mayReplace) {
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            Ready ready = ready(user);
            switch (inOwnTransaction(user, () -> storeWith(ready, user, provider, key, mayReplace))) {
                case STORED -> {
                    if (ready.isNew()) {
                        cache.add(ready.wrapped(), ready.dataKey());
                    }
                    return true;
                }
                case WAS_SET -> {
                    return false;
                }
                case OVERTAKEN -> {}
            }
        }
        throw new IllegalStateException("the keys of user " + user + " are set and removed too fast");
    }

    private enum Storing {
        STORED,
        /** The user has set or removed a key, which is to stay so. */
        WAS_SET,
        /** The user's data key is another by now. */
        OVERTAKEN
    }

    /** The user's data key, or a new one that is not stored yet. */
    private Ready ready(UserId user) {
        Optional<StoredDataKey> stored = findDataKey(user);
        if (stored.isPresent()) {
            DataKey dataKey = unwrapped(stored.get(), user);
            return new Ready(dataKey, stored.get().wrapped(), false);
        }
        UUID id = UUID.randomUUID();
        byte[] raw = new byte[DataKey.LENGTH];
        random.nextBytes(raw);
        try {
            WrappedKey wrapped = keyEncryptionKeys.wrap(raw, user, id);
            return new Ready(DataKey.from(id, raw), wrapped, true);
        } finally {
            Arrays.fill(raw, (byte) 0);
        }
    }

    private Storing storeWith(Ready ready, UserId user, Provider provider, ApiKey key, boolean mayReplace) {
        jdbc.sql(ENSURE_ROW).param("user", user.value()).update();
        Optional<LockedRow> row = jdbc.sql(LOCK_ROW)
                .param("user", user.value())
                .param("provider", provider.key())
                .query((found, number) -> new LockedRow(found.getObject("id", UUID.class), found.getBoolean("was_set")))
                .optional();
        if (row.isEmpty()) {
            return Storing.OVERTAKEN;
        }
        if (row.get().wasSet() && !mayReplace) {
            return Storing.WAS_SET;
        }
        UUID rowId = row.get().id();
        Optional<UUID> current = findDataKey(user).map(StoredDataKey::id);
        if (ready.isNew()
                ? current.isPresent()
                : !current.equals(Optional.of(ready.dataKey().id()))) {
            return Storing.OVERTAKEN;
        }
        if (ready.isNew()) {
            // Whoever retires a key waits for this lock before asking what it wraps. What was wrapped earlier, with a
            // key
            // that is not the primary any more, may come too late for that, and is wrapped again.
            jdbc.sql(STORING_DATA_KEY).query(locked -> {});
            if (!ready.wrapped().keyEncryptionKey().equals(keyEncryptionKeys.primaryId())) {
                return Storing.OVERTAKEN;
            }
            jdbc.sql(ADD_DATA_KEY)
                    .param("id", ready.dataKey().id())
                    .param("user", user.value())
                    .param("kek", ready.wrapped().keyEncryptionKey())
                    .param("wrapped", ready.wrapped().bytes())
                    .update();
        }
        SealedKey sealedKey = ready.dataKey().seal(key, new KeyPlace(rowId, user, provider));
        int changed = jdbc.sql(SET)
                .param("provider", provider.key())
                .param("sealed", sealedKey.text())
                .param("row", rowId)
                .param("user", user.value())
                .update();
        if (changed != 1) {
            throw new IllegalStateException("the locked row of keys of user " + user + " is gone");
        }
        jdbc.sql(EXPECT_CHECK)
                .param("user", user.value())
                .param("provider", provider.key())
                .update();
        return Storing.STORED;
    }

    @Override
    public boolean remove(UserId user, Provider provider) {
        Optional<UUID> dataKey = findDataKey(user).map(StoredDataKey::id);
        boolean removed = inOwnTransaction(user, () -> {
            int changed = jdbc.sql(REMOVE)
                    .param("provider", provider.key())
                    .param("user", user.value())
                    .update();
            if (changed == 0) {
                return false;
            }
            int emptied = jdbc.sql(DELETE_EMPTY_ROW).param("user", user.value()).update();
            if (emptied == 0) {
                judgeRow(user, false);
            }
            return true;
        });
        dataKey.ifPresent(cache::remove);
        return removed;
    }

    @Override
    public boolean removeAll(UserId user) {
        Optional<UUID> dataKey = findDataKey(user).map(StoredDataKey::id);
        boolean removed = inOwnTransaction(
                user,
                () -> jdbc.sql(REMOVE_ALL)
                        .param("user", user.value())
                        .query(Boolean.class)
                        .optional()
                        .orElse(false));
        dataKey.ifPresent(cache::remove);
        return removed;
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
        Optional<StoredKey> found = inOwnTransaction(
                user,
                () -> jdbc.sql(FIND_AND_RECORD)
                        .param("user", user.value())
                        .param("provider", provider.key())
                        .param("purpose", purpose.words())
                        .query(PostgresKeyVault::storedKey)
                        .optional());
        if (found.isEmpty()) {
            return Optional.empty();
        }
        StoredKey stored = found.get();
        SealedKey sealedKey = SealedKey.parse(stored.text());
        StoredDataKey storedDataKey = stored.dataKey();
        if (storedDataKey == null || !storedDataKey.id().equals(sealedKey.dataKeyId())) {
            throw new BrokenSealException();
        }
        DataKey dataKey = unwrapped(storedDataKey, user);
        try (ApiKey key = dataKey.open(sealedKey, new KeyPlace(stored.row(), user, provider))) {
            return Optional.of(opening.opened(key, sealedKey));
        }
    }

    @Override
    public boolean record(UserId user, Provider provider, SealedKey checked, Verdict verdict) {
        boolean valid = verdict.validity() == Validity.VALID;
        return inOwnTransaction(user, () -> {
            boolean isStillSet = jdbc.sql(LOCK_CHECKED)
                    .param("user", user.value())
                    .param("provider", provider.key())
                    .param("sealed", checked.text())
                    .query(Boolean.class)
                    .optional()
                    .isPresent();
            if (!isStillSet) {
                return false;
            }
            jdbc.sql(RECORD)
                    .param("user", user.value())
                    .param("provider", provider.key())
                    .param("verdict", verdict.validity().name().toLowerCase(Locale.ROOT))
                    .param("valid", valid)
                    .param("reason", reason(verdict))
                    .update();
            if (verdict.validity() != Validity.UNKNOWN) {
                judgeRow(user, valid);
            }
            return true;
        });
    }

    @Override
    public List<DueKey> claimForCheck(Set<Provider> providers, Duration interval, Duration jitter, int limit) {
        return jdbc.sql(CLAIM_FOR_CHECK)
                .param("providers", providers.stream().map(Provider::key).toArray(String[]::new))
                .param("interval", interval.toMillis())
                .param("jitter", jitter.toMillis())
                .param("limit", limit)
                .query((row, number) -> new DueKey(
                        new UserId(row.getObject("user_id", UUID.class)), Provider.of(row.getString("provider"))))
                .list();
    }

    private void judgeRow(UserId user, boolean valid) {
        jdbc.sql(JUDGE_ROW).param("user", user.value()).param("valid", valid).update();
    }

    private Optional<StoredDataKey> findDataKey(UserId user) {
        return jdbc.sql(FIND_DATA_KEY)
                .param("user", user.value())
                .query(PostgresKeyVault::storedDataKey)
                .optional();
    }

    private DataKey unwrapped(StoredDataKey stored, UserId user) {
        Optional<DataKey> cached = cache.find(stored.id(), stored.wrapped());
        if (cached.isPresent()) {
            return cached.get();
        }
        try {
            return unwrappedAndCached(stored, user);
        } catch (UnknownKeyEncryptionKeyException e) {
            // A rotation may have ended, and the earlier key been retired, since the row was read.
            Optional<StoredDataKey> newer =
                    findDataKey(user).filter(now -> now.id().equals(stored.id()) && !now.equals(stored));
            if (newer.isEmpty()) {
                throw e;
            }
            return unwrappedAndCached(newer.get(), user);
        }
    }

    private DataKey unwrappedAndCached(StoredDataKey stored, UserId user) {
        DataKey dataKey = DataKey.from(stored.id(), keyEncryptionKeys.unwrap(stored.wrapped(), user, stored.id()));
        cache.add(stored.wrapped(), dataKey);
        return dataKey;
    }

    private <T> T inOwnTransaction(UserId user, Work<T> work) {
        try {
            return Objects.requireNonNull(ownTransaction.execute(status -> {
                T result = work.run();
                if (Boolean.FALSE.equals(result) || (result instanceof Storing storing && storing != Storing.STORED)) {
                    // Nothing was done, so nothing is kept of the attempt.
                    status.setRollbackOnly();
                }
                return result;
            }));
        } catch (DataIntegrityViolationException refused) {
            if (refused.getMostSpecificCause() instanceof SQLException cause
                    && FOREIGN_KEY_VIOLATION.equals(cause.getSQLState())) {
                throw new UnknownUserException(user);
            }
            throw refused;
        }
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
        return new StoredKey(
                row.getObject("row_id", UUID.class),
                row.getString("sealed"),
                row.getObject("id") == null ? null : storedDataKey(row, number));
    }

    private static StoredDataKey storedDataKey(ResultSet row, int number) throws SQLException {
        return new StoredDataKey(
                row.getObject("id", UUID.class), new WrappedKey(row.getString("kek_id"), row.getBytes("wrapped")));
    }

    private record StoredDataKey(UUID id, WrappedKey wrapped) {}

    private record StoredKey(
            UUID row, String text, @Nullable StoredDataKey dataKey) {}

    private record LockedRow(UUID id, boolean wasSet) {}

    private record Ready(DataKey dataKey, WrappedKey wrapped, boolean isNew) {}

    @FunctionalInterface
    private interface Work<T> {
        T run();
    }
}
