package dev.satchel.postgres.keys;

import dev.satchel.keys.encryption.WrappedKey;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * A cache of unwrapped data keys, which saves a call of the key-encryption key for each opening.
 *
 * <p>Its capacity and the lifetime of entries are limited; the oldest entries are evicted first, and expired ones are
 * removed by the next call. Each opening reads the row of the data key together with the sealed key, and looks up the
 * wrapped form that the row holds. So a data key that another process deleted is not looked up, and one that another
 * process re-wrapped is not found and is unwrapped again. Safe for use by many threads.
 */
final class DataKeyCache {

    private record Entry(WrappedKey wrapped, DataKey key, long addedAt) {}

    // In insertion order, so that the oldest entries come first.
    private final Map<UUID, Entry> entries = new LinkedHashMap<>();
    private final int capacity;
    private final long nanosToLive;
    private final LongSupplier nanoTime;

    public DataKeyCache(int capacity, Duration timeToLive, LongSupplier nanoTime) {
        this.capacity = capacity;
        this.nanosToLive = timeToLive.toNanos();
        this.nanoTime = nanoTime;
    }

    synchronized Optional<DataKey> find(UUID id, WrappedKey wrapped) {
        dropOld();
        Entry entry = entries.get(id);
        if (entry == null) {
            return Optional.empty();
        }
        if (!entry.wrapped().equals(wrapped)) {
            entries.remove(id);
            return Optional.empty();
        }
        return Optional.of(entry.key());
    }

    synchronized void add(WrappedKey wrapped, DataKey key) {
        entries.remove(key.id());
        entries.put(key.id(), new Entry(wrapped, key, nanoTime.getAsLong()));
        dropOld();
    }

    synchronized void remove(UUID id) {
        entries.remove(id);
    }

    synchronized void clear() {
        entries.clear();
    }

    synchronized int size() {
        return entries.size();
    }

    private void dropOld() {
        long now = nanoTime.getAsLong();
        Iterator<Entry> oldestFirst = entries.values().iterator();
        while (oldestFirst.hasNext()) {
            Entry oldest = oldestFirst.next();
            if (entries.size() <= capacity && now - oldest.addedAt() < nanosToLive) {
                return;
            }
            oldestFirst.remove();
        }
    }
}
