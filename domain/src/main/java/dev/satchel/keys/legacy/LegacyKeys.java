package dev.satchel.keys.legacy;

/**
 * The keys that the application stored before it used the vault, in the legacy table that Satchel's migrations moved
 * aside. Safe for use by many threads and processes.
 */
public interface LegacyKeys {

    /** The number of keys that are left. */
    long count();

    /**
     * Passes every key that is left to {@code adopter}, and erases those for which it returns true. The keys of a row
     * are erased as soon as all of them were passed; after an interruption, the remaining ones are still there. May
     * run several times concurrently. A key that was changed in the meantime is not erased.
     */
    void adoptEach(Adopter adopter);

    /** Erases every key that is left, and returns their number. */
    long discardAll();

    /** Removes erased keys from the disk, where PostgreSQL otherwise keeps them until the space is reused. */
    void removeErased();

    /** Decides about one key, which is overwritten in memory when this returns. */
    @FunctionalInterface
    interface Adopter {

        /** Returns whether to erase the key. */
        boolean isDone(LegacyKey key);
    }
}
