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
 * <p>Keys may be set and used meanwhile, and what the data keys seal stays as it is. A rotation may be stopped or killed at
 * any moment: the next one finishes it first, without another new key.
 */
public final class KeyRotation {

    /** Data keys per transaction. More are hardly faster, and their rows are locked for longer. */
    private static final int BATCH = 500;

    private static final int MOST_PAUSES = 50;
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final DataKeys dataKeys;
    private final KeyEncryptionKeys keys;
    private final Optional<ManagedKeyEncryptionKeys> managed;
    private final Pause pause;

    /**
     * @param keys the vault's key-encryption keys; one is added to them, or retired, only where they are managed
     * @param pause lets others go on who have data keys locked
     */
    public KeyRotation(DataKeys dataKeys, KeyEncryptionKeys keys, Pause pause) {
        this.pause = pause;
        this.dataKeys = dataKeys;
        this.keys = keys;
        this.managed = keys instanceof ManagedKeyEncryptionKeys changeable ? Optional.of(changeable) : Optional.empty();
    }

    /** Lets time pass. */
    @FunctionalInterface
    public interface Pause {
        void rest(Duration time) throws InterruptedException;
    }

    /** Is told what a rotation does, as it does it. */
    public interface Listener {

        /** A key was added, and wraps from now on. */
        void added(String id);

        /** An earlier rotation was stopped; this one finishes it and adds no key. */
        void finishing();

        /** That many data keys are locked by others, and are waited for. */
        void waiting(long locked);

        /** That many data keys were re-wrapped. */
        void rewrapped(long count);

        /** A key was removed for good. */
        void retired(String id);

        /**
         * No key was retired, because those that wrap nothing here may be those of another database.
         *
         * @param missing the keys that wrap data keys here and were not given; empty where there are no data keys any more
         */
        void notRetired(List<String> missing);
    }

    /**
     * What a rotation left.
     *
     * @param counts how many data keys each key-encryption key wraps, the primary included
     * @param primary the key that wraps from now on
     * @param locked how many data keys were not re-wrapped because others had locked them
     * @param unopenable how many data keys can never be re-wrapped, by the key that should open them
     * @param retired whether every key that was to be retired is
     */
    public record Outcome(
            SortedMap<String, Long> counts,
            String primary,
            long locked,
            SortedMap<String, Long> unopenable,
            boolean retired) {

        /** Whether every data key is under the primary key. */
        public boolean isComplete() {
            return locked == 0 && unopenable.isEmpty();
        }
    }

    /** How many data keys each key-encryption key wraps, the primary included. */
    public SortedMap<String, Long> counts() {
        SortedMap<String, Long> counts = new TreeMap<>(dataKeys.countByKeyEncryptionKey());
        counts.putIfAbsent(keys.primaryId(), 0L);
        return counts;
    }

    /**
     * Rotates.
     *
     * @param add whether to add a key first, where the keys are managed
     * @param retire whether to remove those keys afterwards that wrap nothing any more
     * @throws OtherKeyEncryptionKeysException if the keys are not those of the vault; nothing was changed
     * @throws NoDataKeysException if keys are to be retired and the vault does not show that they are its own; nothing was
     *     changed
     * @throws InterruptedException if the thread was interrupted while it waited for others; the next rotation goes on
     */
    public Outcome rotate(boolean add, boolean retire, Listener listener) throws InterruptedException {
        dataKeys.requireOwnKeyEncryptionKeys();
        if (retire && dataKeys.countByKeyEncryptionKey().isEmpty()) {
            throw new NoDataKeysException();
        }
        if (add || retire) {
            // Before anything is re-wrapped, because a rotation that stops half-way is worse than none.
            managed.ifPresent(ManagedKeyEncryptionKeys::requireChangeable);
        }
        long rewrapped = 0;
        if (add && managed.isPresent()) {
            rewrapped = left() == 0 ? 0 : dataKeys.rewrapNext(BATCH);
            // What can never be opened makes no rotation unfinished: it would be the last one there could be.
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

    /** Re-wraps until nothing is left that can be, and waits for what others have locked. */
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

    /** False if keys stay that wrap nothing here, because they may wrap something in another database. */
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
            // Another rotation may have been faster.
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
