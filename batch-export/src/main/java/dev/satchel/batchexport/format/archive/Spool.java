package dev.satchel.batchexport.format.archive;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.satchel.batchexport.format.value.UnclosedOutputStream;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.UUID;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * Bytes that wait on the disk until their turn in an archive: a compressed file in the directory for temporary files
 * that only its owner may read. On POSIX systems it has no name from the moment it is open, so that nothing is left when
 * the process dies. Used by one thread.
 */
public final class Spool implements Closeable {

    private static final int PIECE = 64 * 1024;

    private final Path directory;
    private final FileChannel file;
    // A tenth of the space, for little of the time that the archive's own compression takes.
    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    private final DeflaterOutputStream compressed;
    private final OutputStream out;
    private boolean ended;

    Spool(Path directory, FileChannel file) {
        this.directory = directory;
        this.file = file;
        this.compressed = new DeflaterOutputStream(new ToFile(), deflater, PIECE);
        this.out = new UnclosedOutputStream(compressed);
    }

    /**
     * Creates an empty spool in the directory that the system property {@code java.io.tmpdir} names.
     *
     * @throws TemporaryDirectoryException if that is not possible
     */
    public static Spool create() throws IOException {
        return create(Path.of(System.getProperty("java.io.tmpdir")));
    }

    static Spool create(Path directory) throws IOException {
        return new Spool(directory, file(directory));
    }

    /**
     * Creates an empty file in the directory for temporary files, which only its owner may read and which is deleted when it
     * is closed.
     *
     * @throws TemporaryDirectoryException if that is not possible
     */
    public static FileChannel file() throws IOException {
        return file(Path.of(System.getProperty("java.io.tmpdir")));
    }

    private static FileChannel file(Path directory) throws IOException {
        Path path = directory.resolve("satchel-" + UUID.randomUUID());
        FileAttribute<?>[] ownerOnly =
                path.getFileSystem().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        try {
            return FileChannel.open(path, EnumSet.of(CREATE_NEW, READ, WRITE, DELETE_ON_CLOSE), ownerOnly);
        } catch (IOException refused) {
            throw new TemporaryDirectoryException(directory, refused);
        }
    }

    /** Receives the bytes. Closing it does no more than to flush what it must; the spool stays open. */
    public OutputStream out() {
        return out;
    }

    /** Ends the writing, which frees the memory for it. Called by {@link #copyTo}, too. */
    public void end() throws IOException {
        if (!ended) {
            ended = true;
            compressed.finish();
            deflater.end();
        }
    }

    /** Copies all bytes to a stream. Nothing may be written afterwards. */
    public void copyTo(OutputStream target) throws IOException {
        end();
        file.position(0);
        Inflater inflater = new Inflater();
        try {
            new InflaterInputStream(new BufferedInputStream(Channels.newInputStream(file), PIECE), inflater, PIECE)
                    .transferTo(target);
        } finally {
            inflater.end();
        }
    }

    @Override
    public void close() throws IOException {
        ended = true;
        deflater.end();
        file.close();
    }

    /** The file; its failures name the directory. */
    private final class ToFile extends FilterOutputStream {

        ToFile() {
            super(Channels.newOutputStream(file));
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (ClosedChannelException interrupted) {
                throw interrupted;
            } catch (IOException failed) {
                throw new TemporaryDirectoryException(directory, failed);
            }
        }
    }
}
