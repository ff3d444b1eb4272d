package dev.satchel.store;

import java.net.URI;
import java.util.UUID;

/**
 * A store in which this database has files.
 *
 * <p>A store is recognised by its mark: a file in it whose name and content hold the {@code id}. The name a store is
 * reached under proves nothing, because another volume may be mounted there, or none, or the endpoint may lead to a
 * bucket of the same name elsewhere.
 *
 * @param root what the location of every file in it begins with
 * @param address where it was reached when it was added, for the person who looks for it
 * @param marked whether the mark was seen in it once; a store that lost its mark since is not this one
 */
public record KnownStore(UUID id, URI root, String address, boolean marked) {

    /** The name of the file that marks it. */
    String markName() {
        return "satchel-store-" + id + ".txt";
    }

    /** What that file holds. */
    String markText() {
        return id + "\nA database knows this store by this file: without it, Satchel neither delivers to the store nor"
                + " removes anything from it.\n";
    }
}
