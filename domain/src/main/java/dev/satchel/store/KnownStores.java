package dev.satchel.store;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Remembers the stores in which this database has files. Safe for use by many threads. */
public interface KnownStores {

    /** The store that is expected at that root; empty if none was ever used there. */
    Optional<KnownStore> find(URI root);

    /**
     * Adds a store that is not marked yet, unless one is known at that root. Of all that call this at once, each gets
     * the same store.
     *
     * @return the store that is expected there from now on
     */
    KnownStore add(URI root, String address);

    /**
     * Notes that the store's mark was seen in it, and that what was recorded at its root without saying in which store
     * is in this one.
     */
    void marked(KnownStore store);

    /** Adds another store, not marked yet, which is expected at the root of {@code earlier} from now on. */
    KnownStore replace(KnownStore earlier, String address);

    /** Expects this store at its root from now on, which another one took from it. */
    void reinstate(KnownStore store);

    /** Every store with files on record or a mark, by root, and at one root the one that is expected there first. */
    List<Use> all();

    /**
     * Forgets a store and every file on record in it; exports whose file is there lose its location.
     *
     * @return how many files were on record
     */
    long forget(Use use);

    /**
     * What is on record about a store.
     *
     * @param store empty for files that were recorded before stores were known
     * @param expected whether it is the one that is expected at its root
     * @param files how many files are on record in it, whatever became of their exports
     */
    record Use(Optional<KnownStore> store, URI root, boolean expected, long files) {}
}
