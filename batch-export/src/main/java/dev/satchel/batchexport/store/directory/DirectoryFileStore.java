package dev.satchel.batchexport.store.directory;

import dev.satchel.batchexport.store.file.FileName;
import dev.satchel.batchexport.store.file.LinkValidity;
import dev.satchel.store.DamagedFileException;
import dev.satchel.store.FileStore;
import dev.satchel.store.MissingFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Keeps files in an existing directory of this machine. A missing directory, such as an unmounted volume, is a
 * failure, not an empty store.
 *
 * <p>A file is written under a hidden temporary name in its directory, flushed to disk unless it is a scratch file, and
 * published by one atomic step that fails if the name is taken. On file systems with permissions, only the owner can read
 * the files. Safe for use by many threads.
 */
public final class DirectoryFileStore implements FileStore {

    /** The reason in the exception when the disk is full. */
    public static final String NO_SPACE = "No space left on device";

    /** The reason in the exception when a path contains a symbolic link out of the store. */
    public static final String LEADS_OUT = "leads out of the store through a symbolic link";

    private static final int FOLDER_ATTEMPTS = 10;

    /** With fewer free bytes than this, a disk counts as full, because file systems reserve some space. */
    private static final long NO_ROOM = 64 * 1024;

    private final Path root;
    private final String location;
    private final boolean posix;

    public DirectoryFileStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
        String uri = this.root.toUri().toString();
        this.location = uri.endsWith("/") ? uri : uri + "/";
        this.posix = root.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    @Override
    public URI root() {
        return URI.create(location);
    }

    @Override
    public String address() {
        return root.toString();
    }

    /** Zero, because file system operations have ended when they return. */
    @Override
    public Duration requestLifetime() {
        return Duration.ZERO;
    }

    @Override
    public URI locate(String name) {
        return URI.create(location + new FileName(name).value());
    }

    /** Begins an upload. {@code downloadName} and {@code contentType} are not stored. */
    @Override
    public Upload open(String name, String downloadName, String contentType) throws IOException {
        return create(name, true);
    }

    /** Begins an upload that is not flushed to the disk, which often has not seen the file yet when it is deleted. */
    @Override
    public Upload openScratch(String name) throws IOException {
        return create(name, false);
    }

    // A clean-up may remove the folder while it is empty; then it is created again.
    private DirectoryUpload create(String name, boolean durable) throws IOException {
        Path target = root.resolve(new FileName(name).value());
        checkRoot();
        Path temporary = TemporaryFiles.newName(target);
        for (int attempt = 1; ; attempt++) {
            try {
                Files.createDirectories(folderOf(target), permissions("rwx------"));
                checkInside(target);
                FileChannel channel = FileChannel.open(
                        temporary,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        permissions("rw-------"));
                return new DirectoryUpload(target, temporary, channel, durable);
            } catch (NoSuchFileException folderRemoved) {
                checkRoot();
                if (attempt == FOLDER_ATTEMPTS) {
                    throw folderRemoved;
                }
            }
        }
    }

    @Override
    public InputStream read(URI location) throws IOException {
        Path file = existing(location);
        try {
            return Files.newInputStream(file);
        } catch (NoSuchFileException removed) {
            throw new MissingFileException(location, removed);
        }
    }

    @Override
    public void delete(URI location) throws IOException {
        FileName name = FileName.at(location, this.location);
        checkRoot();
        Path target = root.resolve(name.value());
        Path folder = folderOf(target);
        if (!isThere(folder, BasicFileAttributes::isDirectory)) {
            return;
        }
        checkInside(target);
        try {
            TemporaryFiles.delete(target);
        } catch (NoSuchFileException removedMeanwhile) {
            return;
        }
        Files.deleteIfExists(target);
        if (name.hasFolder()) {
            deleteIfEmpty(folder);
        }
    }

    private static void deleteIfEmpty(Path folder) throws IOException {
        try {
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException inUse) {
            return;
        }
    }

    /**
     * The location of the file itself, which only this machine can open and which does not expire.
     *
     * @throws MissingFileException if there is no such file
     */
    @Override
    public URI link(URI location, Duration validity) throws IOException {
        LinkValidity.checked(validity);
        existing(location);
        return location;
    }

    private Path existing(URI location) throws IOException {
        FileName name = FileName.at(location, this.location);
        checkRoot();
        Path path = root.resolve(name.value());
        if (!isThere(path, BasicFileAttributes::isRegularFile)) {
            throw new MissingFileException(location, new NoSuchFileException(path.toString()));
        }
        checkInside(path);
        return path;
    }

    private void checkRoot() throws IOException {
        if (!Files.isDirectory(root)) {
            throw Files.exists(root) ? new NotDirectoryException(root.toString()) : new MissingDirectoryException(root);
        }
    }

    // Files.exists and its like take an error of the file system for an absent file. Then the record of a
    // file would go, and the file stay.
    private static boolean isThere(Path path, Predicate<BasicFileAttributes> kind, LinkOption... options)
            throws IOException {
        try {
            return kind.test(Files.readAttributes(path, BasicFileAttributes.class, options));
        } catch (NoSuchFileException absent) {
            return false;
        }
    }

    // The name cannot lead out of the store, but a symbolic link in the store could.
    private void checkInside(Path path) throws IOException {
        if (isThere(path, BasicFileAttributes::isSymbolicLink, LinkOption.NOFOLLOW_LINKS)
                || !folderOf(path).toRealPath().startsWith(root.toRealPath())) {
            throw new FileSystemException(path.toString(), null, LEADS_OUT);
        }
    }

    private static Path folderOf(Path path) {
        return Objects.requireNonNull(path.getParent(), "a file in a directory has a parent");
    }

    private FileAttribute<?>[] permissions(String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private final class DirectoryUpload implements Upload {

        private final Path target;
        private final Path temporary;
        private final FileChannel channel;
        private final boolean durable;
        private final EarlyFlush flush;
        private final OutputStream body = new Body();
        private long length;
        private boolean ended;

        DirectoryUpload(Path target, Path temporary, FileChannel channel, boolean durable) {
            this.target = target;
            this.temporary = temporary;
            this.channel = channel;
            this.durable = durable;
            this.flush = EarlyFlush.of(temporary);
        }

        @Override
        public OutputStream body() {
            return body;
        }

        @Override
        public void commit() throws IOException {
            if (ended) {
                throw new IllegalStateException("the upload to " + target + " has ended");
            }
            try {
                if (!channel.isOpen()) {
                    // Closing it once more would say nothing.
                    throw new ClosedChannelException();
                }
                if (durable) {
                    flush.await();
                    channel.force(true);
                }
                channel.close();
            } catch (IOException failed) {
                throw unwritten(failed);
            }
            publish();
            ended = true;
            if (durable) {
                forceFolder();
            }
            requireLength();
        }

        // Another program may have cut the file while it was written, and file systems over a network lose bytes.
        private void requireLength() throws IOException {
            long stored = storedLength();
            if (stored != length) {
                Files.deleteIfExists(target);
                throw new DamagedFileException(
                        "the store " + location + " holds " + stored + " bytes of " + length
                                + ": if it lasts, look for a program that changes files there, and at its volume",
                        null);
            }
        }

        // Files.exists takes an error of the file system for an absent file, and a good file would be deleted.
        private long storedLength() throws IOException {
            try {
                return Files.size(target);
            } catch (NoSuchFileException removed) {
                checkRoot();
                return 0;
            }
        }

        // Creating a hard link is atomic and fails if the name is taken, whereas a rename would replace the file. Once
        // the name is taken, no temporary file of this name can become the file any more, also none of a process that
        // died. Where a network lost the answer, its file system reports an error although the link was made. Some file
        // systems have no hard links.
        private void publish() throws IOException {
            try {
                Files.createLink(target, temporary);
            } catch (NoSuchFileException removed) {
                throw removed;
            } catch (FileSystemException | UnsupportedOperationException refused) {
                if (!isThere(target, any -> true)) {
                    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
                } else if (!Files.isSameFile(target, temporary)) {
                    TemporaryFiles.delete(target);
                    throw new FileAlreadyExistsException(target.toString());
                }
            }
            TemporaryFiles.delete(target);
        }

        // Without syncing the directory, a power failure could remove the name of a file whose content is on disk.
        private void forceFolder() throws IOException {
            if (posix) {
                try (FileChannel folder = FileChannel.open(folderOf(target), StandardOpenOption.READ)) {
                    folder.force(true);
                }
            }
        }

        /** A closed channel ends a write that hangs, as on a network file system. */
        @Override
        public void abort() {
            flush.abort();
            try {
                channel.close();
            } catch (IOException closedAnyway) {
                return;
            }
        }

        @Override
        public boolean isSettled() {
            return true;
        }

        @Override
        public void close() throws IOException {
            if (!ended) {
                ended = true;
                try (channel) {
                    Files.deleteIfExists(temporary);
                }
                Path folder = folderOf(target);
                if (!folder.equals(root)) {
                    deleteIfEmpty(folder);
                }
            }
        }

        // The channel throws a plain IOException, whose message depends on the system's language; StoreFailures needs
        // a FileSystemException.
        private FileSystemException unwritten(IOException cause) {
            FileSystemException exception = new FileSystemException(
                    temporary.toString(), null, hasNoRoom() ? NO_SPACE : String.valueOf(cause.getMessage()));
            exception.initCause(cause);
            return exception;
        }

        private boolean hasNoRoom() {
            try {
                return Files.getFileStore(root).getUsableSpace() < NO_ROOM;
            } catch (IOException unknown) {
                return false;
            }
        }

        private final class Body extends OutputStream {

            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
                try {
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                    DirectoryUpload.this.length += length;
                    if (durable) {
                        flush.wrote(DirectoryUpload.this.length);
                    }
                } catch (IOException failed) {
                    throw unwritten(failed);
                }
            }
        }
    }
}
