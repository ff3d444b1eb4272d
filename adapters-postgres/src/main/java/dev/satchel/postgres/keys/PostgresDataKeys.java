package dev.satchel.postgres.keys;

import dev.satchel.UserId;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.DataKeys;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.encryption.OtherKeyEncryptionKeysException;
import dev.satchel.keys.encryption.UnknownKeyEncryptionKeyException;
import dev.satchel.keys.encryption.WrappedKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The data keys in {@code satchel.data_key}.
 *
 * <p>A batch is read without locks, re-wrapped in this process, and stored by one call of a function, which updates
 * only rows that are not locked and still hold what was read. So no lock is held during calls of a key management
 * service, no other transaction waits for a rotation, and a rotation never overwrites a change made since.
 */
final class PostgresDataKeys implements DataKeys {

    private static final String KEY_ENCRYPTION_KEYS = "SELECT kek_id FROM satchel.key_encryption_keys()";

    private static final String COUNT = """
            SELECT kek_id, count(*) AS data_keys
              FROM satchel.data_key
             GROUP BY kek_id
            """;

    // Both parts scan the index from the start. A single condition with <> would also scan the rows that are done.
    private static final String FIND_NEXT = """
            (SELECT id, user_id, provider, kek_id, wrapped
               FROM satchel.data_key
              WHERE kek_id < :primary
                AND (kek_id, id, provider) > (:after_kek, :after_id, :after_provider)
              ORDER BY kek_id, id, provider
              LIMIT :limit)
              UNION ALL
            (SELECT id, user_id, provider, kek_id, wrapped
               FROM satchel.data_key
              WHERE kek_id > :primary
                AND (kek_id, id, provider) > (:after_kek, :after_id, :after_provider)
              ORDER BY kek_id, id, provider
              LIMIT :limit)
              ORDER BY kek_id, id, provider
              LIMIT :limit
            """;

    private static final String REWRAP = """
            SELECT satchel.rewrap_data_keys(:ids::uuid[], :providers, :befores, :keks, :afters)
            """;

    // A transaction that stores a data key holds this lock in shared mode until it ends.
    private static final String WAIT_FOR_STORING =
            "SELECT pg_advisory_xact_lock(hashtextextended('satchel.data_key', 0))";

    /** Data keys per statement when counting. */
    private static final int PAGE = 1000;

    private final JdbcClient jdbc;
    private final KeyEncryptionKeys keyEncryptionKeys;
    private final DataKeyCache cache;

    // Where the next call begins to scan. While an older snapshot is open, dead entries of re-wrapped rows stay in the
    // index, and each batch would scan them again. This is only a hint: zero is returned only after a full scan.
    private volatile Place reached = Place.START;

    public PostgresDataKeys(JdbcClient jdbc, KeyEncryptionKeys keyEncryptionKeys, DataKeyCache cache) {
        this.jdbc = jdbc;
        this.keyEncryptionKeys = keyEncryptionKeys;
        this.cache = cache;
    }

    /** The ids of the key-encryption keys that wrap a data key, as the caller's transaction sees it. */
    static Set<String> keyEncryptionKeys(JdbcClient jdbc) {
        return jdbc.sql(KEY_ENCRYPTION_KEYS)
                .query((row, number) -> row.getString(1))
                .set();
    }

    @Override
    public void requireOwnKeyEncryptionKeys() {
        OtherKeyEncryptionKeysException.requireOneOf(keyEncryptionKeys(jdbc), keyEncryptionKeys);
    }

    @Override
    public SortedMap<String, Long> countByKeyEncryptionKey() {
        SortedMap<String, Long> counts = new TreeMap<>();
        jdbc.sql(COUNT).query(row -> {
            counts.put(row.getString("kek_id"), row.getLong("data_keys"));
        });
        return counts;
    }

    @Override
    public int rewrapNext(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("a batch has at least one data key, was " + limit);
        }
        Set<String> missing = new HashSet<>();
        Place after = reached;
        boolean isWhole = after.equals(Place.START);
        while (true) {
            // Read for each batch, because another process may have started a later rotation, whose primary key
            // counts.
            List<Stored> batch = next(keyEncryptionKeys.primaryId(), after, limit);
            if (batch.isEmpty()) {
                reached = Place.START;
                if (isWhole) {
                    return 0;
                }
                // Rows that were locked or did not exist earlier may be available now.
                after = Place.START;
                isWhole = true;
                continue;
            }
            int rewrapped = rewrap(batch, missing);
            Stored last = batch.get(batch.size() - 1);
            // After one batch of rows under a missing key, the rest of them is skipped; it may be the whole table.
            after = missing.contains(last.wrapped().keyEncryptionKey()) ? Place.afterAllOf(last) : Place.after(last);
            if (rewrapped > 0) {
                reached = after;
                cache.clear();
                return rewrapped;
            }
        }
    }

    @Override
    public SortedMap<String, Long> countUnopenable() {
        SortedMap<String, Long> counts = new TreeMap<>();
        String primary = keyEncryptionKeys.primaryId();
        List<Stored> page = next(primary, Place.START, PAGE);
        while (!page.isEmpty()) {
            for (Stored stored : page) {
                if (!canBeOpened(stored)) {
                    counts.merge(stored.wrapped().keyEncryptionKey(), 1L, Long::sum);
                }
            }
            page = next(primary, Place.after(page.get(page.size() - 1)), PAGE);
        }
        return counts;
    }

    @Override
    public Set<String> keyEncryptionKeysInUse() {
        // A separate statement, so that the snapshot of the next one includes what the awaited transactions committed.
        jdbc.sql(WAIT_FOR_STORING).query(locked -> {});
        return keyEncryptionKeys(jdbc);
    }

    private boolean canBeOpened(Stored stored) {
        try {
            Arrays.fill(keyEncryptionKeys.unwrap(stored.wrapped(), stored.user(), stored.id()), (byte) 0);
            return true;
        } catch (BrokenSealException | UnknownKeyEncryptionKeyException e) {
            return false;
        }
    }

    private List<Stored> next(String primary, Place after, int limit) {
        return jdbc.sql(FIND_NEXT)
                .param("primary", primary)
                .param("after_kek", after.kek())
                .param("after_id", after.id())
                .param("after_provider", after.provider())
                .param("limit", limit)
                .query(PostgresDataKeys::stored)
                .list();
    }

    /** Re-wraps a batch. Adds to {@code missing} the ids of key-encryption keys that are not available. */
    private int rewrap(List<Stored> batch, Set<String> missing) {
        List<Stored> befores = new ArrayList<>();
        List<WrappedKey> afters = new ArrayList<>();
        for (Stored stored : batch) {
            if (missing.contains(stored.wrapped().keyEncryptionKey())) {
                continue;
            }
            WrappedKey rewrapped;
            try {
                rewrapped = rewrapped(stored);
            } catch (BrokenSealException e) {
                // A damaged data key stays as it is, and countUnopenable reports it. The others must not wait for it.
                continue;
            } catch (UnknownKeyEncryptionKeyException e) {
                missing.add(stored.wrapped().keyEncryptionKey());
                continue;
            }
            befores.add(stored);
            afters.add(rewrapped);
        }
        if (befores.isEmpty()) {
            return 0;
        }
        return jdbc.sql(REWRAP)
                .param(
                        "ids",
                        befores.stream().map(before -> before.id().toString()).toArray(String[]::new))
                .param("providers", befores.stream().map(Stored::provider).toArray(String[]::new))
                .param(
                        "befores",
                        befores.stream().map(before -> before.wrapped().bytes()).toArray(byte[][]::new))
                .param("keks", afters.stream().map(WrappedKey::keyEncryptionKey).toArray(String[]::new))
                .param("afters", afters.stream().map(WrappedKey::bytes).toArray(byte[][]::new))
                .query(Integer.class)
                .single();
    }

    private WrappedKey rewrapped(Stored stored) {
        byte[] dataKey = keyEncryptionKeys.unwrap(stored.wrapped(), stored.user(), stored.id());
        try {
            return keyEncryptionKeys.wrap(dataKey, stored.user(), stored.id());
        } finally {
            Arrays.fill(dataKey, (byte) 0);
        }
    }

    private static Stored stored(ResultSet row, int number) throws SQLException {
        return new Stored(
                row.getObject("id", UUID.class),
                new UserId(row.getObject("user_id", UUID.class)),
                row.getString("provider"),
                new WrappedKey(row.getString("kek_id"), row.getBytes("wrapped")));
    }

    private record Stored(UUID id, UserId user, String provider, WrappedKey wrapped) {}

    /** A position in the index. */
    private record Place(String kek, UUID id, String provider) {

        static final Place START = new Place("", new UUID(0, 0), "");

        static Place after(Stored stored) {
            return new Place(stored.wrapped().keyEncryptionKey(), stored.id(), stored.provider());
        }

        static Place afterAllOf(Stored stored) {
            return new Place(stored.wrapped().keyEncryptionKey(), new UUID(-1, -1), "");
        }
    }
}
