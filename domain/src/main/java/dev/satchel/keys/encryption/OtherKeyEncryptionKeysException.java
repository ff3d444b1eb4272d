package dev.satchel.keys.encryption;

import dev.satchel.SatchelException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * None of the given key-encryption keys wraps a data key of this vault, although it has data keys.
 *
 * <p>The given keys belong to another vault, or are an old copy. If they were used, other processes could not open the
 * new keys, and retiring one of them could lose the keys of another vault.
 */
public final class OtherKeyEncryptionKeysException extends SatchelException {

    private static final long serialVersionUID = 1L;

    /** The message lists at most this many ids; more are in use only after several unfinished rotations. */
    private static final int MOST_NAMED = 5;

    private OtherKeyEncryptionKeysException(Set<String> inUse) {
        super(
                "the given key-encryption keys are not those of this database, whose data keys are wrapped by "
                        + new TreeSet<>(inUse).stream().limit(MOST_NAMED).collect(Collectors.joining(", "))
                        + (inUse.size() > MOST_NAMED ? ", …" : ""),
                "give those, or name the database that the given ones belong to; nothing was changed");
    }

    /**
     * Verifies that the given key-encryption keys belong to the vault. Accepts any if the vault has no data keys.
     *
     * @param inUse the ids of the key-encryption keys that wrap the vault's data keys
     * @throws OtherKeyEncryptionKeysException if {@code inUse} is not empty and the given keys hold none of these
     */
    public static void requireOneOf(Set<String> inUse, KeyEncryptionKeys given) {
        if (!inUse.isEmpty() && inUse.stream().noneMatch(given::holds)) {
            throw new OtherKeyEncryptionKeysException(inUse);
        }
    }
}
