package dev.satchel.keyset;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.aead.AeadConfig2026;
import dev.satchel.UserId;
import dev.satchel.keys.encryption.AssociatedData;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.ManagedKeyEncryptionKeys;
import dev.satchel.keys.encryption.UnknownKeyEncryptionKeyException;
import dev.satchel.keys.encryption.WrappedKey;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Key-encryption keys in a file: a Tink keyset in JSON with AES-256-GCM keys, one of them primary.
 *
 * <p>It lives with the adapter and not with the program, because a service that embeds the adapter opens keys too, and
 * because Tink is here already. Whoever has the file and a copy of the database can open every key: the file belongs to the
 * process's user with mode 0600 or less, or to root with 0640 or less, no other can replace it, and it belongs into no
 * backup of the database. Links are followed, and the file they lead to is judged and changed. A key's id is {@code file:}
 * and its number in the keyset.
 *
 * <p>A file that has changed is read again when a data key is wrapped and when a key is asked for that was not in it, so
 * that a rotation in one process reaches the others without a restart. Safe for use by many threads.
 */
public final class FileKeyEncryptionKeys implements ManagedKeyEncryptionKeys {

    private final KeysetFile file;
    private volatile Keyset keyset;

    private FileKeyEncryptionKeys(KeysetFile file) {
        this.file = file;
        this.keyset = Keyset.of(file);
    }

    /**
     * Makes a file with one new key. Only its owner may touch it, and it appears whole or not at all; where {@code path} is
     * a link, it appears where that leads to.
     *
     * @throws UnusableKeysetException if there is such a file already, or its directory is missing or open to others
     */
    public static FileKeyEncryptionKeys create(Path path) {
        KeysetFile file = new KeysetFile(path);
        file.create();
        return new FileKeyEncryptionKeys(file);
    }

    /**
     * Reads a file of keys.
     *
     * @throws UnusableKeysetException if the file is missing, can be read or replaced by others, is no keyset, or holds a key
     *     that is too short or was not made at random; the message says which, and what to do
     */
    public static FileKeyEncryptionKeys open(Path path) {
        return new FileKeyEncryptionKeys(new KeysetFile(path));
    }

    @Override
    public String primaryId() {
        return current().primaryId();
    }

    @Override
    public boolean holds(String id) {
        return current().holds(id);
    }

    @Override
    public List<String> ids() {
        return current().ids();
    }

    @Override
    public WrappedKey wrap(byte[] dataKey, UserId user, UUID dataKeyId) {
        Keyset now = current();
        try {
            return new WrappedKey(
                    now.primaryId(), now.key(now.primaryId()).encrypt(dataKey, associatedData(user, dataKeyId)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a data key could not be wrapped", e);
        }
    }

    @Override
    public byte[] unwrap(WrappedKey wrapped, UserId user, UUID dataKeyId) {
        String id = wrapped.keyEncryptionKey();
        Keyset now = keyset.holds(id) ? keyset : current();
        try {
            return now.key(id).decrypt(wrapped.bytes(), associatedData(user, dataKeyId));
        } catch (GeneralSecurityException e) {
            throw new BrokenSealException();
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Puts a file with the same keys in its place.
     *
     * @throws UnusableKeysetException if it cannot be; the message says why
     */
    @Override
    public void requireChangeable() {
        file.change(KeysetHandle::newBuilder);
    }

    @Override
    public String addPrimary() {
        file.change(before -> KeysetFile.withNewPrimary(KeysetHandle.newBuilder(before)));
        return primaryId();
    }

    @Override
    public void retire(String id) {
        file.change(before -> {
            for (int i = 0; i < before.size(); i++) {
                if (Keyset.id(before.getAt(i)).equals(id)) {
                    if (before.getAt(i).isPrimary()) {
                        throw new IllegalArgumentException(
                                "the key " + id + " is the primary one and cannot be retired: rotate first");
                    }
                    return KeysetHandle.newBuilder(before).deleteAt(i);
                }
            }
            throw new IllegalArgumentException(
                    "the file holds no key " + id + ": expected one of " + String.join(", ", ids()));
        });
        current();
    }

    private Keyset current() {
        Keyset now = keyset;
        if (!now.version().equals(file.version())) {
            now = Keyset.of(file);
            keyset = now;
        }
        return now;
    }

    // What the data key is for, and whose and which it is, each after its length.
    private static byte[] associatedData(UserId user, UUID dataKeyId) {
        return AssociatedData.of(
                AssociatedData.text("satchel.data_key"),
                AssociatedData.bytes(user.value()),
                AssociatedData.bytes(dataKeyId));
    }

    /** The keys of the file as it was once. */
    private record Keyset(String version, String primaryId, List<String> ids, Map<String, Aead> keys) {

        static Keyset of(KeysetFile file) {
            // First, so that a change between the two is noticed next time.
            String version = file.version();
            KeysetHandle all = file.read();
            Map<String, Aead> keys = new HashMap<>();
            try {
                for (int i = 0; i < all.size(); i++) {
                    KeysetHandle.Entry entry = all.getAt(i);
                    // Each alone: a wrapped key names the one that wraps it, and no other is tried.
                    keys.put(
                            id(entry),
                            KeysetHandle.newBuilder()
                                    .addEntry(KeysetHandle.importKey(entry.getKey())
                                            .withFixedId(entry.getId())
                                            .makePrimary())
                                    .setConfiguration(AeadConfig2026.get())
                                    .build()
                                    .getPrimitive(AeadConfig2026.get(), Aead.class));
                }
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Tink cannot use the key-encryption keys", e);
            }
            return new Keyset(version, id(all.getPrimary()), ids(all), Map.copyOf(keys));
        }

        static String id(KeysetHandle.Entry entry) {
            return "file:" + Integer.toUnsignedString(entry.getId());
        }

        boolean holds(String id) {
            return keys.containsKey(id);
        }

        Aead key(String id) {
            Aead key = keys.get(id);
            if (key == null) {
                throw new UnknownKeyEncryptionKeyException(id);
            }
            return key;
        }

        private static List<String> ids(KeysetHandle all) {
            return IntStream.range(0, all.size())
                    .mapToObj(i -> id(all.getAt(i)))
                    .toList();
        }
    }
}
