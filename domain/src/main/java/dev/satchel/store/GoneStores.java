package dev.satchel.store;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Forgets stores that are gone, with every file on record in them. Nothing in a store is touched. */
public final class GoneStores {

    private final KnownStores stores;
    private final Optional<StoreCheck> configured;

    /** @param configured the store that is configured now, which is not forgotten while it is there; empty where none is */
    public GoneStores(KnownStores stores, Optional<StoreCheck> configured) {
        this.stores = stores;
        this.configured = configured;
    }

    /**
     * Forgets one store.
     *
     * @param name the store's id or root
     * @param filesAreGone whether the caller knows that its files are gone, or removes them
     * @throws StoreNotForgottenException if there is not exactly one such store, its files may be there, or it is there
     */
    public Forgotten forget(String name, boolean filesAreGone) {
        KnownStores.Use use = find(name);
        if (!filesAreGone) {
            throw new StoreNotForgottenException(
                    "the database has " + use.files() + " files on record in the store " + use.root()
                            + ", and nothing would remove them any more",
                    "add --files-are-gone if they are gone");
        }
        if (configured.filter(check -> check.isThere(use)).isPresent()) {
            throw new StoreNotForgottenException(
                    "the store " + use.root() + " is there and has its mark",
                    "'satchel cleanup' removes its files once they are due");
        }
        return new Forgotten(use.root(), stores.forget(use));
    }

    private KnownStores.Use find(String name) {
        String root = name.endsWith("/") ? name : name + "/";
        List<KnownStores.Use> found = stores.all().stream()
                .filter(use -> use.root().toString().equals(root)
                        || use.store()
                                .map(known -> known.id().toString())
                                .filter(name::equals)
                                .isPresent())
                .toList();
        if (found.isEmpty()) {
            throw new StoreNotForgottenException(
                    "the database knows no store '" + name + "'", "'satchel store list' prints those that it knows");
        }
        if (found.size() > 1) {
            throw new StoreNotForgottenException(
                    "the database knows " + found.size() + " stores '" + name + "', one after the other",
                    "give the id of one, as 'satchel store list' prints it");
        }
        return found.get(0);
    }

    /**
     * A store that was forgotten.
     *
     * @param files how many files were on record in it
     */
    public record Forgotten(URI root, long files) {}
}
