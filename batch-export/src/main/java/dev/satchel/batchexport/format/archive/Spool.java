package dev.satchel.batchexport.format.archive;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.satchel.batchexport.format.value.UnclosedOutputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.UUID;

/**
 * Bytes that wait on the disk until their turn in an archive: a file in the directory for temporary files that only its
 * owner may read. On POSIX systems it has no name from the moment it is open, so that nothing is left when the process
 * dies. Used by one thread.
 */
public final class Spool implements Closeable {

    private static final int PIECE = 64 * 1024;

    private final FileChannel file;
    private final OutputStream out;

    private Spool(FileChannel file) {
        this.file = file;
        this.out = new UnclosedOutputStream(new BufferedOutputStream(Channels.newOutputStream(file), PIECE));
    }

    /** Creates an empty spool in the directory that the system property {@code java.io.tmpdir} names. */
    public static Spool create() throws IOException {
        Path path = Path.of(System.getProperty("java.io.tmpdir"), "satchel-" + UUID.randomUUID());
        FileAttribute<?>[] ownerOnly =
                path.getFileSystem().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        return new Spool(FileChannel.open(path, EnumSet.of(CREATE_NEW, READ, WRITE, DELETE_ON_CLOSE), ownerOnly));
    }

    /** Receives the bytes. It buffers; closing it flushes and no more. */
    public OutputStream out() {
        return out;
    }

    /** Copies all bytes to a stream. Nothing may be written afterwards. */
    public void copyTo(OutputStream target) throws IOException {
        out.flush();
        file.position(0);
        Channels.newInputStream(file).transferTo(target);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
