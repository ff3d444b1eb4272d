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

/** A {@link PrivateFile} with a Tink keyset in JSON; always whole, and never with a key anybody knows. */
final class KeysetFile {

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private static final int KEY_LENGTH = 32;

    /** Thirty-two random bytes have about thirty different values; fewer than this comes up once in 10^20 keys. */
    private static final int FEWEST_VALUES = 12;

    /** More than a thousand keys; keeps a wrong path, such as that of a backup, from being read. */
    private static final int MOST_BYTES = 1024 * 1024;

    private static final int MOST_ATTEMPTS = 100;

    private static final int GROUP_READ = 0040;
    private static final int PERMISSIONS = 0777;

    private static final Object CHANGING = new Object();

    private final Path path;

    KeysetFile(Path path) {
        this.path = path.toAbsolutePath();
    }

    /** What a change does to a keyset. */
    @FunctionalInterface
    interface Change {
        KeysetHandle.Builder applyTo(KeysetHandle before) throws GeneralSecurityException;
    }

    /** Changes whenever the file does. */
    String version() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            // The inode, because every change of ours puts a new file in place.
            return attributes.fileKey() + " " + attributes.lastModifiedTime() + " " + attributes.size();
        } catch (IOException e) {
            return "unreadable";
        }
    }

    /** @throws UnusableKeysetException if there is such a file already */
    void create() {
        PrivateFile file = file();
        if (file.exists()) {
            throw alreadyThere();
        }
        Path whole = null;
        try {
            whole = writtenBeside(file, withNewPrimary(KeysetHandle.newBuilder()));
            // Unlike a move, a link never takes the place of a file that another process has just made.
            Files.createLink(file.path(), whole);
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
            deleteIfThere(whole);
        }
    }

    // Two changes at once would each start from the file they read, and the later one would throw away the key that the
    // earlier one has begun to wrap with.
    void change(Change change) {
        synchronized (CHANGING) {
            // The real file, and never a link to it: others reach it by its own name, or by another link.
            PrivateFile file = file();
            if (!file.isOwn(keyset(file).facts())) {
                // The new file would be the process's, and a service that reads this one must go on reading it.
                throw refused("belongs to the user root", "run the command as that user");
            }
            Path lock = file.path().resolveSibling(file.path().getFileName() + ".lock");
            Path whole = null;
            try (FileChannel channel = FileChannel.open(
                            lock,
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                            PosixFilePermissions.asFileAttribute(OWNER_ONLY));
                    FileLock held = channel.lock()) {
                if (!held.isValid()) {
                    throw new IOException("the lock on " + lock + " was lost");
                }
                deleteWhatAKilledOneLeft(file);
                Judged before = keyset(file);
                whole = writtenBeside(file, change.applyTo(before.keyset()));
                letTheSameRead(whole, before.facts());
                Files.move(whole, file.path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                makeDurable(file);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Tink could not change the keys in " + path, e);
            } catch (RefusedFileException e) {
                throw refused(e.problem(), e.remedy());
            } catch (IOException e) {
                throw unwritable(e);
            } finally {
                deleteIfThere(whole);
            }
        }
    }

    // Root may let a group read it.
    private static void letTheSameRead(Path whole, FileFacts before) throws IOException {
        if ((before.mode() & GROUP_READ) != 0) {
            Files.setAttribute(whole, "unix:gid", before.gid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(whole, "unix:mode", before.mode() & PERMISSIONS, LinkOption.NOFOLLOW_LINKS);
        }
    }

    // Under the lock, nobody else is writing: the file is there, and so nobody makes one either.
    private static void deleteWhatAKilledOneLeft(PrivateFile file) throws IOException {
        for (Path copy : file.copies()) {
            Files.deleteIfExists(copy);
        }
    }

    // Until the directory is on the disk too, a loss of power takes a key back that data keys may be wrapped with
    // already.
    private static void makeDurable(PrivateFile file) throws IOException {
        try (FileChannel names = FileChannel.open(file.path().resolveSibling(""), StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    /** @throws UnusableKeysetException if there are no keys that may be used; the message says what to do */
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
                    "is on a file system that cannot say who may read it",
                    "use one with POSIX permissions, or AWS KMS");
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private record Judged(KeysetHandle keyset, FileFacts facts) {}

    private Judged keyset(PrivateFile file) {
        for (int attempt = 1; ; attempt++) {
            try {
                FileFacts facts = file.requirePrivate();
                return new Judged(parsed(file.read(MOST_BYTES)), facts);
            } catch (ChangedFileException e) {
                // Each time, another change of it has succeeded.
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
            // Without the cause: parsers like to repeat what they could not read.
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
        String anew = "make another file with 'satchel keys init'";
        if (entry.getStatus() != KeyStatus.ENABLED) {
            throw refused(which + ", which is not enabled", "take it out of the file");
        }
        if (!(entry.getKey() instanceof AesGcmKey key)) {
            throw refused(which + ", which is none for AES-GCM", anew);
        }
        byte[] bytes = key.getKeyBytes().toByteArray(InsecureSecretKeyAccess.get());
        try {
            if (bytes.length < KEY_LENGTH) {
                throw refused(which + ", which is too short: " + bytes.length + " bytes and not " + KEY_LENGTH, anew);
            }
            if (isMadeUp(bytes)) {
                throw refused(
                        which + ", which was not made at random (zeros, a pattern, a text): others can guess it", anew);
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

    private static Path writtenBeside(PrivateFile file, KeysetHandle.Builder keyset)
            throws IOException, GeneralSecurityException, RefusedFileException {
        byte[] json = TinkJsonProtoKeysetFormat.serializeKeyset(
                        keyset.setConfiguration(AeadConfig2026.get()).build(),
                        AeadConfig2026.get(),
                        InsecureSecretKeyAccess.get())
                .getBytes(StandardCharsets.UTF_8);
        Path whole = file.path().resolveSibling(file.path().getFileName() + "." + UUID.randomUUID() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                whole,
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer buffer = ByteBuffer.wrap(json);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            // Not every file system does as it is told.
            FileFacts.of(whole).requirePrivate(whole, PrivateFile.self());
            channel.force(true);
        } catch (IOException | RefusedFileException e) {
            deleteIfThere(whole);
            throw e;
        } finally {
            Arrays.fill(json, (byte) 0);
        }
        return whole;
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
                "exists already, and what its keys wrap could not be opened without them",
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

    // Without the exception: what it says can be the content.
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
