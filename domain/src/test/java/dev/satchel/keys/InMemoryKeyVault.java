package dev.satchel.keys;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.DataKeys;
import dev.satchel.keys.encryption.ManagedKeyEncryptionKeys;
import dev.satchel.keys.encryption.OtherKeyEncryptionKeysException;
import dev.satchel.keys.encryption.WrappedKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A vault for tests, with a clock that only they move. It keeps keys in the clear, and nothing is sealed. */
public final class InMemoryKeyVault implements KeyVault, KeyAudit, DataKeys {

    private final Set<UserId> users = new HashSet<>();
    private final Map<UserId, Map<Provider, Slot>> rows = new HashMap<>();
    private final List<Entry> recorded = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-01T10:00:00Z");
    private int keyEncryptionKey = 1;
    private int oldestKeyEncryptionKey = 1;
    private final ManagedKeyEncryptionKeys given = new Given();
    private final Set<String> retired = new HashSet<>();
    private boolean locked;
    private final Set<Provider> broken = EnumSet.noneOf(Provider.class);

    /** Stands for a data key: without it the key is nowhere. */
    private static final class Sealed {
        private final byte[] key;
        private String wrappedBy;

        private Sealed(byte[] key, String wrappedBy) {
            this.key = key;
            this.wrappedBy = wrappedBy;
        }
    }

    private static final class Slot {
        private final SealedKey stored;
        private final @Nullable Sealed sealed;
        private Validity validity = Validity.UNKNOWN;
        private @Nullable Instant validatedAt;
        private @Nullable Instant checkedAt;
        private Instant nextCheckAt;

        private Slot(SealedKey stored, @Nullable Sealed sealed, Instant nextCheckAt) {
            this.stored = stored;
            this.sealed = sealed;
            this.nextCheckAt = nextCheckAt;
        }
    }

    /** From now on no key for that provider can be opened. */
    public synchronized void breakSeals(Provider provider) {
        broken.add(provider);
    }

    public synchronized UserId addUser() {
        UserId user = new UserId(UUID.randomUUID());
        users.add(user);
        return user;
    }

    public synchronized void deleteUser(UserId user) {
        removeAll(user);
        users.remove(user);
    }

    public synchronized boolean isActive(UserId user) {
        return rows.get(user).values().stream().anyMatch(slot -> slot.validity != Validity.INVALID);
    }

    public synchronized void letPass(Duration time) {
        now = now.plus(time);
    }

    public synchronized void addKeyEncryptionKey() {
        keyEncryptionKey++;
    }

    public synchronized void replaceKeyEncryptionKeys() {
        keyEncryptionKey++;
        oldestKeyEncryptionKey = keyEncryptionKey;
    }

    /** The key-encryption keys that this vault is given. */
    public ManagedKeyEncryptionKeys keyEncryptionKeys() {
        return given;
    }

    /** From now on others have every data key locked, or no longer. */
    public synchronized void lockDataKeys(boolean nowLocked) {
        locked = nowLocked;
    }

    /** The key-encryption keys there are now, which wrap nothing here: nothing is sealed. */
    private final class Given implements ManagedKeyEncryptionKeys {

        @Override
        public String primaryId() {
            return "memory:" + keyEncryptionKey;
        }

        @Override
        public List<String> ids() {
            return IntStream.rangeClosed(oldestKeyEncryptionKey, keyEncryptionKey)
                    .mapToObj(number -> "memory:" + number)
                    .filter(id -> !retired.contains(id))
                    .toList();
        }

        @Override
        public void requireChangeable() {}

        @Override
        public String addPrimary() {
            addKeyEncryptionKey();
            return primaryId();
        }

        @Override
        public void retire(String id) {
            retired.add(id);
        }

        @Override
        public boolean holds(String id) {
            return ids().contains(id);
        }

        @Override
        public WrappedKey wrap(byte[] dataKey, UserId user, UUID dataKeyId) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] unwrap(WrappedKey wrapped, UserId user, UUID dataKeyId) {
            throw new UnsupportedOperationException();
        }
    }

    @Override
    public synchronized void requireOwnKeyEncryptionKeys() {
        OtherKeyEncryptionKeysException.requireOneOf(countByKeyEncryptionKey().keySet(), given);
    }

    @Override
    public synchronized void set(UserId user, Provider provider, ApiKey key) {
        requireOwnKeyEncryptionKeys();
        if (!users.contains(user)) {
            throw new UnknownUserException(user);
        }
        byte[] random =
                Arrays.copyOf(UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII), SealedKey.MIN_BYTES);
        Sealed sealed = new Sealed(key.revealSecret(byte[]::clone), given.primaryId());
        write(user, provider, new Slot(SealedKey.of(UUID.randomUUID(), random), sealed, now));
    }

    private void write(UserId user, Provider provider, Slot slot) {
        rows.computeIfAbsent(user, absent -> new EnumMap<>(Provider.class)).put(provider, slot);
        recorded.add(new Entry(now, user, provider, Action.SET, null, slot.stored.dataKeyId(), "memory"));
    }

    @Override
    public synchronized boolean setFirst(UserId user, Provider provider, ApiKey key) {
        requireOwnKeyEncryptionKeys();
        if (recorded.stream()
                .anyMatch(entry ->
                        entry.user().equals(user) && entry.provider() == provider && entry.action() != Action.OPEN)) {
            return false;
        }
        set(user, provider, key);
        return true;
    }

    @Override
    public synchronized boolean remove(UserId user, Provider provider) {
        Map<Provider, Slot> row = rows.getOrDefault(user, new EnumMap<>(Provider.class));
        Slot slot = row.remove(provider);
        if (slot == null) {
            return false;
        }
        recorded.add(new Entry(now, user, provider, Action.REMOVE, null, slot.stored.dataKeyId(), "memory"));
        if (row.isEmpty()) {
            rows.remove(user);
        }
        return true;
    }

    /** Puts a sealed key where another stood, with which that one's data key is gone. */
    public synchronized void put(UserId user, Provider provider, SealedKey stored) {
        if (slot(user, provider).filter(slot -> slot.stored.equals(stored)).isEmpty()) {
            write(user, provider, new Slot(stored, null, now));
        }
    }

    @Override
    public synchronized boolean removeAll(UserId user) {
        boolean removed = false;
        for (Provider provider : Provider.values()) {
            removed |= remove(user, provider);
        }
        return removed;
    }

    @Override
    public synchronized List<KeyStatus> statuses(UserId user) {
        return Arrays.stream(Provider.values())
                .map(provider -> slot(user, provider)
                        .map(slot -> new KeyStatus(provider, true, slot.validity, slot.validatedAt, slot.checkedAt))
                        .orElseGet(() -> KeyStatus.notSet(provider)))
                .toList();
    }

    @Override
    public <R, E extends Exception> Optional<R> open(
            UserId user, Provider provider, Purpose purpose, Opening<R, E> opening) throws E {
        Slot slot;
        synchronized (this) {
            Optional<Slot> found = slot(user, provider);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            slot = found.get();
            recorded.add(new Entry(now, user, provider, Action.OPEN, purpose, slot.stored.dataKeyId(), "memory"));
            if (broken.contains(provider) || slot.sealed == null) {
                throw new BrokenSealException();
            }
        }
        try (ApiKey key = ApiKey.take(slot.sealed.key.clone())) {
            return Optional.of(opening.opened(key, slot.stored));
        }
    }

    @Override
    public synchronized boolean record(UserId user, Provider provider, SealedKey checked, Verdict verdict) {
        Optional<Slot> found = slot(user, provider).filter(slot -> slot.stored.equals(checked));
        found.ifPresent(slot -> {
            slot.checkedAt = now;
            if (verdict.validity() != Validity.UNKNOWN) {
                slot.validity = verdict.validity();
            }
            if (verdict.validity() == Validity.VALID) {
                slot.validatedAt = now;
            }
        });
        return found.isPresent();
    }

    @Override
    public synchronized List<DueKey> claimForCheck(
            Set<Provider> providers, Duration interval, Duration jitter, int limit) {
        List<DueKey> due = new ArrayList<>();
        rows.forEach((user, row) -> row.forEach((provider, slot) -> {
            boolean isRested =
                    slot.checkedAt == null || !slot.checkedAt.plus(interval).isAfter(now);
            if (slot.sealed != null
                    && due.size() < limit
                    && providers.contains(provider)
                    && !slot.nextCheckAt.isAfter(now)
                    && isRested) {
                slot.nextCheckAt = now.plus(interval).plus(jitter.dividedBy(2));
                due.add(new DueKey(user, provider));
            }
        }));
        return due;
    }

    @Override
    public synchronized List<Entry> newest(UserId user, int limit) {
        List<Entry> newest = new ArrayList<>(
                recorded.stream().filter(entry -> entry.user().equals(user)).toList());
        Collections.reverse(newest);
        return newest.subList(0, Math.min(limit, newest.size()));
    }

    @Override
    public synchronized SortedMap<String, Long> countByKeyEncryptionKey() {
        SortedMap<String, Long> counts = new TreeMap<>();
        dataKeys().forEach(dataKey -> counts.merge(dataKey.wrappedBy, 1L, Long::sum));
        return counts;
    }

    private Stream<Sealed> dataKeys() {
        return rows.values().stream()
                .flatMap(row -> row.values().stream())
                .map(slot -> slot.sealed)
                .filter(Objects::nonNull);
    }

    @Override
    public synchronized int rewrapNext(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("a batch has at least one data key, was " + limit);
        }
        if (locked) {
            return 0;
        }
        String primary = given.primaryId();
        List<Sealed> batch = dataKeys()
                .filter(dataKey -> !dataKey.wrappedBy.equals(primary) && given.holds(dataKey.wrappedBy))
                .limit(limit)
                .toList();
        batch.forEach(dataKey -> dataKey.wrappedBy = primary);
        return batch.size();
    }

    /** Nothing breaks in memory. */
    @Override
    public synchronized SortedMap<String, Long> countUnopenable() {
        SortedMap<String, Long> counts = countByKeyEncryptionKey();
        counts.keySet().removeIf(given::holds);
        return counts;
    }

    @Override
    public Set<String> keyEncryptionKeysInUse() {
        return countByKeyEncryptionKey().keySet();
    }

    private Optional<Slot> slot(UserId user, Provider provider) {
        return Optional.ofNullable(rows.get(user)).map(row -> row.get(provider));
    }
}
