package dev.satchel.store;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** The stores that the database has on record. Safe for use by many threads. */
public interface KnownStores {

    /** The store that is expected at that root; empty if no store was ever used there. */
    Optional<KnownStore> find(URI root);

    /**
     * Adds a store that is not marked yet, unless one is known at that root. Concurrent callers all get the same
     * store.
     *
     * @return the store that is expected at that root from now on
     */
    KnownStore add(URI root, String address);

    /**
     * Records that the store's mark was seen in it. Files at its root that were recorded without a store are assigned
     * to it.
     */
    void marked(KnownStore store);

    /** Adds another store, not marked yet, that replaces {@code earlier} at its root from now on. */
    KnownStore replace(KnownStore earlier, String address);

    /** Makes this store the expected one at its root again, after another one had replaced it. */
    void reinstate(KnownStore store);

    /** Every store that has a mark or files on record, sorted by root; at one root, the expected store comes first. */
    List<Use> all();

    /**
     * Deletes the record of a store and of all files in it. Exports whose file is there lose its location.
     *
     * @return the number of files that were on record
     */
    long forget(Use use);

    /**
     * A store with the number of its files.
     *
     * @param store empty for files that were recorded before stores were on record
     * @param expected whether it is the expected store at its root
     * @param files the number of files on record in it, in whatever state their exports are
     */
    record Use(Optional<KnownStore> store, URI root, boolean expected, long files) {}
}
