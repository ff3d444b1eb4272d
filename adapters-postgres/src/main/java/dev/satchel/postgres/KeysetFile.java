package dev.satchel.postgres;

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
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A file with a Tink keyset in JSON that only its owner may touch; always whole, and never with a key anybody knows. */
final class KeysetFile {

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private static final int KEY_LENGTH = 32;

    /** Thirty-two random bytes have about thirty different values; fewer than this comes up once in 10^20 keys. */
    private static final int FEWEST_VALUES = 12;

    /** More than a thousand keys; keeps a wrong path, such as that of a backup, from being read. */
    private static final long MOST_BYTES = 1024L * 1024;

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

    /** @throws IllegalStateException if there is such a file already */
    void create() {
        requirePosix();
        if (Files.exists(path)) {
            throw alreadyThere();
        }
        Path whole = null;
        try {
            whole = writtenBeside(withNewPrimary(KeysetHandle.newBuilder()));
            // Unlike a move, a link never takes the place of a file that another process has just made.
            Files.createLink(path, whole);
            makeDurable();
        } catch (FileAlreadyExistsException e) {
            throw alreadyThere();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Tink could not make a key", e);
        } catch (IOException e) {
            throw unwritable(e);
        } finally {
            deleteIfThere(whole);
        }
    }

    // Two changes at once would each start from the file they read, and the later one would throw away the key that the
    // earlier one has begun to wrap with.
    void change(Change change) {
        read();
        Path lock = path.resolveSibling(path.getFileName() + ".lock");
        synchronized (CHANGING) {
            Path whole = null;
            try (FileChannel channel = FileChannel.open(
                            lock,
                            EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(OWNER_ONLY));
                    FileLock held = channel.lock()) {
                if (!held.isValid()) {
                    throw new IOException("the lock on " + lock + " was lost");
                }
                deleteWhatAKilledOneLeft();
                whole = writtenBeside(change.applyTo(read()));
                requireSameOwner(whole, lock);
                Files.move(whole, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                makeDurable();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Tink could not change the keys in " + path, e);
            } catch (IOException e) {
                throw unwritable(e);
            } finally {
                deleteIfThere(whole);
            }
        }
    }

    // Whoever owns the new file is the only one to read it, and a service must go on reading it.
    private void requireSameOwner(Path whole, Path lock) throws IOException {
        String owner = Files.getOwner(path).getName();
        String self = Files.getOwner(whole).getName();
        if (!owner.equals(self)) {
            if (Files.getOwner(lock).getName().equals(self)) {
                // Made just now; the owner could not open it.
                Files.deleteIfExists(lock);
            }
            throw refused("belongs to the user " + owner, "run the command as that user");
        }
    }

    // Under the lock, nobody else is writing: the file is there, and so nobody makes one either.
    private void deleteWhatAKilledOneLeft() throws IOException {
        String left = Pattern.quote(path.getFileName().toString()) + "\\.[0-9a-f-]{36}\\.tmp";
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                directory(), file -> file.getFileName().toString().matches(left))) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    // Until the directory is on the disk too, a loss of power takes a key back that data keys may be wrapped with
    // already.
    private void makeDurable() throws IOException {
        try (FileChannel names = FileChannel.open(directory(), StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private Path directory() {
        return path.resolveSibling("");
    }

    /** @throws IllegalStateException if there are no keys that may be used; the message says what to do */
    KeysetHandle read() {
        requirePosix();
        if (!Files.isRegularFile(path)) {
            throw Files.exists(path)
                    ? refused("is no file", "give the path of a file made with 'satchel keys init'")
                    : refused("does not exist", "make one with 'satchel keys init'");
        }
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
            if (!OWNER_ONLY.containsAll(permissions)) {
                throw refused(
                        "is open to others (" + PosixFilePermissions.toString(permissions) + ")",
                        "take their rights away with 'chmod 600 " + path + "', and if others may have read it, rotate");
            }
            if (Files.size(path) > MOST_BYTES) {
                throw refused("is too long for a keyset", "give the path of a file made with 'satchel keys init'");
            }
            KeysetHandle keyset;
            try {
                keyset = TinkJsonProtoKeysetFormat.parseKeyset(
                        Files.readString(path, StandardCharsets.UTF_8),
                        AeadConfig2026.get(),
                        InsecureSecretKeyAccess.get());
            } catch (GeneralSecurityException | RuntimeException | CharacterCodingException e) {
                // Without the cause: parsers like to repeat what they could not read.
                throw refused(
                        "holds no keyset of Tink in JSON", "make another file with 'satchel keys init', or restore it");
            }
            for (int i = 0; i < keyset.size(); i++) {
                requireStrong(keyset.getAt(i));
            }
            return keyset;
        } catch (IOException e) {
            throw refused("cannot be read (" + reason(e) + ")", "it must belong to the user that runs Satchel");
        }
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

    private Path writtenBeside(KeysetHandle.Builder keyset) throws IOException, GeneralSecurityException {
        byte[] json = TinkJsonProtoKeysetFormat.serializeKeyset(
                        keyset.setConfiguration(AeadConfig2026.get()).build(),
                        AeadConfig2026.get(),
                        InsecureSecretKeyAccess.get())
                .getBytes(StandardCharsets.UTF_8);
        Path whole = path.resolveSibling(path.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                whole,
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer buffer = ByteBuffer.wrap(json);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
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

    private void requirePosix() {
        Path directory = path.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw refused("is in no directory that exists", "make the directory, or give another path");
        }
        if (Files.getFileAttributeView(directory, PosixFileAttributeView.class) == null) {
            throw refused(
                    "is on a file system that cannot say who may read it",
                    "use one with POSIX permissions, or AWS KMS");
        }
    }

    private IllegalStateException alreadyThere() {
        return refused(
                "exists already, and what its keys wrap could not be opened without them",
                "use it, add a key to it with 'satchel keys rotate', or give another path");
    }

    private IllegalStateException unwritable(IOException e) {
        return refused(
                "cannot be written (" + reason(e) + ")",
                "the user that runs Satchel must be able to write to its directory");
    }

    // Without the exception: what it says can be the content.
    private static String reason(IOException e) {
        return e instanceof AccessDeniedException
                ? "permission denied"
                : e.getClass().getSimpleName();
    }

    private IllegalStateException refused(String problem, String remedy) {
        return new IllegalStateException("the file of key-encryption keys " + path + " " + problem + ": " + remedy);
    }
}
