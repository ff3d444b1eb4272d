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
 * <p>The file together with a copy of the database opens every key. So the file must belong to the process's user with
 * mode 0600 or less, or to root with 0640 or less, no other user may be able to replace it, and it must not be part of
 * backups of the database. Symbolic links are followed, and the target is checked and changed. The id of a key is
 * {@code file:} and its number in the keyset.
 *
 * <p>A changed file is read again when a data key is wrapped, and when an unknown key is requested. So a rotation in
 * one process reaches the others without a restart. Safe for use by many threads.
 */
public final class FileKeyEncryptionKeys implements ManagedKeyEncryptionKeys {

    private final KeysetFile file;
    private volatile Keyset keyset;

    private FileKeyEncryptionKeys(KeysetFile file) {
        this.file = file;
        this.keyset = Keyset.of(file);
    }

    /**
     * Creates a file with one new key, with mode 0600. The file appears complete or not at all. If {@code path} is a
     * symbolic link, its target is created.
     *
     * @throws UnusableKeysetException if the file exists, or its directory is missing or open to others
     */
    public static FileKeyEncryptionKeys create(Path path) {
        KeysetFile file = new KeysetFile(path);
        file.create();
        return new FileKeyEncryptionKeys(file);
    }

    /**
     * Reads a file of keys.
     *
     * @throws UnusableKeysetException if the file is missing, others can read or replace it, it is not a keyset, or it
     *     holds a key that is too short or not random; the message says which, and what to do
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
     * <p>Replaces the file with one that holds the same keys.
     *
     * @throws UnusableKeysetException if the file cannot be changed; the message says why
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

    // The purpose, the user and the id of the data key.
    private static byte[] associatedData(UserId user, UUID dataKeyId) {
        return AssociatedData.of(
                AssociatedData.text("satchel.data_key"),
                AssociatedData.bytes(user.value()),
                AssociatedData.bytes(dataKeyId));
    }

    /** The keys of one version of the file. */
    private record Keyset(String version, String primaryId, List<String> ids, Map<String, Aead> keys) {

        static Keyset of(KeysetFile file) {
            // The version is read first, so that a change between the two reads is noticed by the next call.
            String version = file.version();
            KeysetHandle all = file.read();
            Map<String, Aead> keys = new HashMap<>();
            try {
                for (int i = 0; i < all.size(); i++) {
                    KeysetHandle.Entry entry = all.getAt(i);
                    // One primitive per key, because a wrapped key names the key that wraps it and no other one is
                    // tried.
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
