package dev.satchel.keys.encryption;

import dev.satchel.SatchelException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The vault's data keys are wrapped by key-encryption keys none of which this process was given.
 *
 * <p>What it was given belongs to another vault, or is an old copy. What it would seal, nobody else could open; and that
 * one of its keys wraps nothing here says nothing about what the key wraps elsewhere.
 */
public final class OtherKeyEncryptionKeysException extends SatchelException {

    private static final long serialVersionUID = 1L;

    /** A few tell which keys are meant; there are more only where rotations were left unfinished again and again. */
    private static final int MOST_NAMED = 5;

    private OtherKeyEncryptionKeysException(Set<String> inUse) {
        super(
                "the given key-encryption keys are not those of this database, whose data keys are wrapped by "
                        + new TreeSet<>(inUse).stream().limit(MOST_NAMED).collect(Collectors.joining(", "))
                        + (inUse.size() > MOST_NAMED ? ", …" : ""),
                "give those, or name the database that the given ones belong to; nothing was changed");
    }

    /**
     * Lets key-encryption keys pass that belong to a vault, and any where no data key is wrapped yet.
     *
     * @param inUse the ids of the key-encryption keys that wrap the vault's data keys
     * @throws OtherKeyEncryptionKeysException if there are such, and none is among the given ones
     */
    public static void requireOneOf(Set<String> inUse, KeyEncryptionKeys given) {
        if (!inUse.isEmpty() && inUse.stream().noneMatch(given::holds)) {
            throw new OtherKeyEncryptionKeysException(inUse);
        }
    }
}
