package dev.satchel.keyset;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeyStatus;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A {@link PrivateFile} with a Tink keyset in JSON. Writes replace it atomically, and reads refuse keys that are not
 * random.
 */
final class KeysetFile {

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private static final int KEY_LENGTH = 32;

    /** 32 random bytes have about 30 different values. The probability of fewer than this is 10<sup>-20</sup>. */
    private static final int FEWEST_VALUES = 12;

    /**
     * Enough for more than a thousand keys. The limit keeps a large file at a wrong path, such as a backup, from being
     * read.
     */
    private static final int MOST_BYTES = 1024 * 1024;

    private static final int MOST_ATTEMPTS = 100;

    private static final int GROUP_READ = 0040;
    private static final int PERMISSIONS = 0777;

    private static final Object CHANGING = new Object();

    private final Path path;

    KeysetFile(Path path) {
        this.path = path.toAbsolutePath();
    }

    /** A change of a keyset. */
    @FunctionalInterface
    interface Change {
        KeysetHandle.Builder applyTo(KeysetHandle before) throws GeneralSecurityException;
    }

    /** A text that changes when the file changes. */
    String version() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            // fileKey() holds the inode, which changes because each change creates a new file.
            return attributes.fileKey() + " " + attributes.lastModifiedTime() + " " + attributes.size();
        } catch (IOException e) {
            return "unreadable";
        }
    }

    /** @throws UnusableKeysetException if the file exists */
    void create() {
        PrivateFile file = file();
        if (file.exists()) {
            throw alreadyThere();
        }
        Path copy = null;
        try {
            copy = writtenCopy(file, withNewPrimary(KeysetHandle.newBuilder()));
            // A hard link fails if another process has just created the file, whereas a move would replace it.
            Files.createLink(file.path(), copy);
            makeDurable(file);
        } catch (FileAlreadyExistsException e) {
            throw alreadyThere();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Tink could not make a key", e);
        } catch (RefusedFileException e) {
            throw refused(e.problem(), e.remedy());
        } catch (IOException e) {
            throw unwritable(e);
        } finally {
            deleteIfThere(copy);
        }
    }

    // Without this lock, two concurrent changes would start from the same keys, and the later one would lose the key
    // that the earlier one added.
    void change(Change change) {
        synchronized (CHANGING) {
            // The resolved file is changed, not the link: other processes may use its own name or another link.
            PrivateFile file = file();
            if (!file.isOwn(keyset(file).facts())) {
                // The new file would belong to this process's user, and the service that reads the file could lose
                // access.
                throw refused("belongs to the user root", "run the command as that user");
            }
            Path lock = file.path().resolveSibling(file.path().getFileName() + ".lock");
            Path copy = null;
            try (FileChannel channel = FileChannel.open(
                            lock,
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                            PosixFilePermissions.asFileAttribute(OWNER_ONLY));
                    FileLock held = channel.lock()) {
                if (!held.isValid()) {
                    throw new IOException("the lock on " + lock + " was lost");
                }
                deleteCopiesOfKilledProcesses(file);
                CheckedKeyset before = keyset(file);
                copy = writtenCopy(file, change.applyTo(before.keyset()));
                keepGroupAccess(copy, before.facts());
                Files.move(copy, file.path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                makeDurable(file);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Tink could not change the keys in " + path, e);
            } catch (RefusedFileException e) {
                throw refused(e.problem(), e.remedy());
            } catch (IOException e) {
                throw unwritable(e);
            } finally {
                deleteIfThere(copy);
            }
        }
    }

    // Keeps the group of a file that root made readable for one.
    private static void keepGroupAccess(Path copy, FileFacts before) throws IOException {
        if ((before.mode() & GROUP_READ) != 0) {
            Files.setAttribute(copy, "unix:gid", before.gid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(copy, "unix:mode", before.mode() & PERMISSIONS, LinkOption.NOFOLLOW_LINKS);
        }
    }

    // Under the lock no other process changes the file, and because it exists, none creates one.
    private static void deleteCopiesOfKilledProcesses(PrivateFile file) throws IOException {
        for (Path copy : file.copies()) {
            Files.deleteIfExists(copy);
        }
    }

    // Without syncing the directory, a power failure could undo the new file after data keys were wrapped with its
    // key.
    private static void makeDurable(PrivateFile file) throws IOException {
        try (FileChannel names = FileChannel.open(file.path().resolveSibling(""), StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    /**
     * @throws UnusableKeysetException if the file holds no keys that may be used; the message says why, and what to do
     */
    KeysetHandle read() {
        return keyset(file()).keyset();
    }

    private PrivateFile file() {
        try {
            return PrivateFile.at(path);
        } catch (RefusedFileException e) {
            throw refused(e.problem(), e.remedy());
        } catch (UnsupportedOperationException e) {
            throw refused(
                    "is on a file system without POSIX permissions, so Satchel cannot check who may read it",
                    "use another file system, or AWS KMS");
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private record CheckedKeyset(KeysetHandle keyset, FileFacts facts) {}

    private CheckedKeyset keyset(PrivateFile file) {
        for (int attempt = 1; ; attempt++) {
            try {
                FileFacts facts = file.requirePrivate();
                return new CheckedKeyset(parsed(file.read(MOST_BYTES)), facts);
            } catch (ChangedFileException e) {
                // The file was replaced by a complete one, so another attempt can succeed.
                if (attempt == MOST_ATTEMPTS) {
                    throw unreadable(e);
                }
            } catch (RefusedFileException e) {
                throw refused(e.problem(), e.remedy());
            } catch (NoSuchFileException e) {
                throw refused("does not exist", "make one with 'satchel keys init'");
            } catch (IOException e) {
                throw unreadable(e);
            }
        }
    }

    private KeysetHandle parsed(byte[] json) {
        KeysetHandle keyset;
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
            keyset = TinkJsonProtoKeysetFormat.parseKeyset(text, AeadConfig2026.get(), InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException | RuntimeException | CharacterCodingException e) {
            // The cause is left out, because parsers repeat the text that they could not read.
            throw refused(
                    "holds no keyset of Tink in JSON", "make another file with 'satchel keys init', or restore it");
        } finally {
            Arrays.fill(json, (byte) 0);
        }
        for (int i = 0; i < keyset.size(); i++) {
            requireStrong(keyset.getAt(i));
        }
        return keyset;
    }

    static KeysetHandle.Builder withNewPrimary(KeysetHandle.Builder keyset) {
        return keyset.addEntry(KeysetHandle.generateEntryFromParameters(PredefinedAeadParameters.AES256_GCM)
                .withRandomId()
                .makePrimary());
    }

    @AccessesPartialKey
    private void requireStrong(KeysetHandle.Entry entry) {
        String which = "holds the key " + Integer.toUnsignedString(entry.getId());
        String remedy = "make another file with 'satchel keys init'";
        if (entry.getStatus() != KeyStatus.ENABLED) {
            throw refused(which + ", which is not enabled", "take it out of the file");
        }
        if (!(entry.getKey() instanceof AesGcmKey key)) {
            throw refused(which + ", which is not a key for AES-GCM", remedy);
        }
        byte[] bytes = key.getKeyBytes().toByteArray(InsecureSecretKeyAccess.get());
        try {
            if (bytes.length < KEY_LENGTH) {
                throw refused(which + ", which is too short: " + bytes.length + " bytes and not " + KEY_LENGTH, remedy);
            }
            if (isMadeUp(bytes)) {
                throw refused(which + ", which is not random (zeros, a pattern or a text) and can be guessed", remedy);
            }
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static boolean isMadeUp(byte[] key) {
        boolean[] seen = new boolean[256];
        int values = 0;
        boolean text = true;
        boolean evenSteps = true;
        for (int i = 0; i < key.length; i++) {
            int value = key[i] & 0xff;
            if (!seen[value]) {
                seen[value] = true;
                values++;
            }
            text &= value >= ' ' && value <= '~';
            evenSteps &= i < 2 || (byte) (key[i] - key[i - 1]) == (byte) (key[1] - key[0]);
        }
        return values < FEWEST_VALUES || text || evenSteps;
    }

    private static Path writtenCopy(PrivateFile file, KeysetHandle.Builder keyset)
            throws IOException, GeneralSecurityException, RefusedFileException {
        byte[] json = TinkJsonProtoKeysetFormat.serializeKeyset(
                        keyset.setConfiguration(AeadConfig2026.get()).build(),
                        AeadConfig2026.get(),
                        InsecureSecretKeyAccess.get())
                .getBytes(StandardCharsets.UTF_8);
        Path copy = file.path().resolveSibling(file.path().getFileName() + "." + UUID.randomUUID() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                copy,
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer buffer = ByteBuffer.wrap(json);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            // Some file systems ignore the requested permissions.
            FileFacts.of(copy).requirePrivate(copy, PrivateFile.self());
            channel.force(true);
        } catch (IOException | RefusedFileException e) {
            deleteIfThere(copy);
            throw e;
        } finally {
            Arrays.fill(json, (byte) 0);
        }
        return copy;
    }

    private static void deleteIfThere(@Nullable Path file) {
        if (file == null) {
            return;
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("a copy of the key-encryption keys is left in " + file + "; delete it", e);
        }
    }

    private UnusableKeysetException alreadyThere() {
        return refused(
                "exists already, and replacing it would lose its keys and all that they wrap",
                "use it, add a key to it with 'satchel keys rotate', or give another path");
    }

    private UnusableKeysetException unwritable(IOException e) {
        return refused(
                "cannot be written (" + reason(e) + ")",
                "the user that runs Satchel must be able to write to its directory");
    }

    private UnusableKeysetException unreadable(IOException e) {
        return refused("cannot be read (" + reason(e) + ")", "it must belong to the user that runs Satchel");
    }

    // The exception's message is left out, because it may hold content of the file.
    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e instanceof FileSystemException system && "Read-only file system".equals(system.getReason())
                ? "the file system is read-only"
                : e.getClass().getSimpleName();
    }

    private UnusableKeysetException refused(String problem, String remedy) {
        return new UnusableKeysetException("the file of key-encryption keys " + path + " " + problem, remedy);
    }
}
