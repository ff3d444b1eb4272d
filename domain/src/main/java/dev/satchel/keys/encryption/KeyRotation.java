package dev.satchel.keys.encryption;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Rotates the key-encryption keys of a vault: adds one, and re-wraps every data key with it.
 *
 * <p>Keys can be set and used during a rotation, and sealed keys do not change. After an interruption at any point,
 * the next rotation finishes the earlier one first, without adding another key. Safe for use by many threads and
 * processes.
 */
public final class KeyRotation {

    /** Data keys per transaction. Larger batches are hardly faster, and lock their rows for longer. */
    private static final int BATCH = 500;

    private static final int MOST_PAUSES = 50;
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final DataKeys dataKeys;
    private final KeyEncryptionKeys keys;
    private final Optional<ManagedKeyEncryptionKeys> managed;
    private final Pause pause;

    /**
     * @param keys the key-encryption keys of the vault; keys are added and retired only if they are {@link
     *     ManagedKeyEncryptionKeys}
     * @param pause waits for other transactions that have data keys locked
     */
    public KeyRotation(DataKeys dataKeys, KeyEncryptionKeys keys, Pause pause) {
        this.pause = pause;
        this.dataKeys = dataKeys;
        this.keys = keys;
        this.managed = keys instanceof ManagedKeyEncryptionKeys changeable ? Optional.of(changeable) : Optional.empty();
    }

    /** Waits. */
    @FunctionalInterface
    public interface Pause {
        void rest(Duration time) throws InterruptedException;
    }

    /** Receives the progress of a rotation. */
    public interface Listener {

        /** A key was added and is the primary one now. */
        void added(String id);

        /** An earlier rotation was interrupted; this one finishes it and adds no key. */
        void finishing();

        /** The rotation waits for {@code locked} data keys that other transactions have locked. */
        void waiting(long locked);

        /** {@code count} data keys were re-wrapped. */
        void rewrapped(long count);

        /** A key was removed permanently. */
        void retired(String id);

        /**
         * No key was retired, because the keys without data keys here may belong to another database.
         *
         * @param missing the ids of the keys that wrap data keys here but were not given; empty if there are no data
         *     keys
         */
        void notRetired(List<String> missing);
    }

    /**
     * The result of a rotation.
     *
     * @param counts the number of data keys by key-encryption key, including the primary one
     * @param primary the id of the primary key-encryption key
     * @param locked the number of data keys that were not re-wrapped because other transactions had locked them
     * @param unopenable the number of data keys that cannot be re-wrapped, by the id of the key-encryption key that
     *     wraps them
     * @param retired whether all keys that were to be retired are retired
     */
    public record Outcome(
            SortedMap<String, Long> counts,
            String primary,
            long locked,
            SortedMap<String, Long> unopenable,
            boolean retired) {

        /** Whether the primary key wraps every data key. */
        public boolean isComplete() {
            return locked == 0 && unopenable.isEmpty();
        }
    }

    /** The number of data keys by key-encryption key, including the primary one. */
    public SortedMap<String, Long> counts() {
        SortedMap<String, Long> counts = new TreeMap<>(dataKeys.countByKeyEncryptionKey());
        counts.putIfAbsent(keys.primaryId(), 0L);
        return counts;
    }

    /**
     * Rotates the keys.
     *
     * @param add whether to add a key first, if the keys are managed
     * @param retire whether to remove keys afterwards that wrap no data key any more
     * @throws OtherKeyEncryptionKeysException if the keys are not those of the vault; then nothing was changed
     * @throws NoDataKeysException if keys are to be retired, but the vault has no data keys that prove that they are
     *     its own; then nothing was changed
     * @throws InterruptedException if the thread was interrupted while waiting; the next rotation continues
     */
    public Outcome rotate(boolean add, boolean retire, Listener listener) throws InterruptedException {
        dataKeys.requireOwnKeyEncryptionKeys();
        if (retire && dataKeys.countByKeyEncryptionKey().isEmpty()) {
            throw new NoDataKeysException();
        }
        if (add || retire) {
            // Checked first, because a rotation that fails half-way is worse than none.
            managed.ifPresent(ManagedKeyEncryptionKeys::requireChangeable);
        }
        long rewrapped = 0;
        if (add && managed.isPresent()) {
            rewrapped = left() == 0 ? 0 : dataKeys.rewrapNext(BATCH);
            // Data keys that cannot be opened do not make a rotation unfinished; otherwise no further one could ever
            // begin.
            if (rewrapped == 0 && left() <= sum(dataKeys.countUnopenable())) {
                listener.added(managed.get().addPrimary());
            } else {
                listener.finishing();
            }
        }
        listener.rewrapped(rewrapped + rewrapAll(listener));
        boolean isRetired = !retire || managed.isEmpty() || retire(managed.get(), listener);
        return outcome(isRetired);
    }

    /** Re-wraps all data keys that can be re-wrapped, and waits for locked ones. */
    private long rewrapAll(Listener listener) throws InterruptedException {
        long rewrapped = 0;
        long unopenable = 0;
        int pauses = 0;
        while (true) {
            int some = dataKeys.rewrapNext(BATCH);
            if (some > 0) {
                rewrapped += some;
                pauses = 0;
                continue;
            }
            long left = left();
            if (pauses == 0 && left > 0) {
                unopenable = sum(dataKeys.countUnopenable());
            }
            if (left <= unopenable || pauses == MOST_PAUSES) {
                return rewrapped;
            }
            if (pauses == 0) {
                listener.waiting(left - unopenable);
            }
            pauses++;
            pause.rest(PAUSE);
        }
    }

    /** Returns false if unused keys were kept because they may be in use in another database. */
    private boolean retire(ManagedKeyEncryptionKeys managedKeys, Listener listener) {
        Set<String> inUse = dataKeys.keyEncryptionKeysInUse();
        List<String> idle = new ArrayList<>(managedKeys.ids());
        idle.remove(managedKeys.primaryId());
        idle.removeAll(inUse);
        List<String> missing =
                inUse.stream().filter(id -> !managedKeys.holds(id)).sorted().toList();
        if (!idle.isEmpty() && (inUse.isEmpty() || !missing.isEmpty())) {
            listener.notRetired(missing);
            return false;
        }
        for (String id : idle) {
            // Another rotation may have retired it already.
            if (managedKeys.ids().contains(id)) {
                managedKeys.retire(id);
                listener.retired(id);
            }
        }
        return true;
    }

    private Outcome outcome(boolean isRetired) {
        long left = left();
        SortedMap<String, Long> unopenable = left == 0 ? new TreeMap<>() : dataKeys.countUnopenable();
        return new Outcome(counts(), keys.primaryId(), Math.max(0, left - sum(unopenable)), unopenable, isRetired);
    }

    private long left() {
        SortedMap<String, Long> counts = dataKeys.countByKeyEncryptionKey();
        counts.remove(keys.primaryId());
        return sum(counts);
    }

    private static long sum(SortedMap<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
