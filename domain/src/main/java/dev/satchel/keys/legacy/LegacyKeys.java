package dev.satchel.keys.legacy;

/**
 * The keys that an application had stored before it had a vault, in the table that Satchel's migrations moved aside. Safe
 * for use by many threads and processes.
 */
public interface LegacyKeys {

    /** How many are left. */
    long count();

    /**
     * Hands every key that is left to {@code adopter}, one after the other, and erases those it says are done with. Each
     * is erased as soon as its row has been gone through; whatever stops this, the others are still there. Two may do
     * this at once. What was changed while it was handled stays.
     */
    void adoptEach(Adopter adopter);

    /** Erases every key that is left, and returns how many that were. */
    long discardAll();

    /** Removes from the disk what was erased; PostgreSQL keeps it otherwise until the space is used again. */
    void removeErased();

    /** Decides about one key, which is wiped when this returns. */
    @FunctionalInterface
    interface Adopter {

        /** Whether the key is to be erased. */
        boolean isDone(LegacyKey key);
    }
}
