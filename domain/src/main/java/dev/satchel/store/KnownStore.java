package dev.satchel.store;

import java.net.URI;
import java.util.UUID;

/**
 * A store that the database has on record because exports put files into it.
 *
 * <p>A store is recognised by its mark: a file in it whose name and content hold the {@code id}. The address alone
 * proves nothing: another volume or none may be mounted there, or the endpoint may lead to another bucket of the same
 * name.
 *
 * @param root the common start of the locations of all its files
 * @param address where it was when it was added, in words for the operator
 * @param marked whether the mark was ever seen in it; once it was, a store without the mark is not this store
 */
public record KnownStore(UUID id, URI root, String address, boolean marked) {

    /** The name of the mark file. */
    String markName() {
        return "satchel-store-" + id + ".txt";
    }

    /** The content of the mark file. */
    String markText() {
        return id + "\nA database knows this store by this file: without it, Satchel neither delivers to the store nor"
                + " removes anything from it.\n";
    }
}
