package dev.satchel.batchexport.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A file that is open in {@link GatedFiles}: writes, flushes and the close pass the gate. */
final class GatedFileChannel extends FileChannel {

    private final GatedFiles files;
    private final Path path;
    private final FileChannel file;

    GatedFileChannel(GatedFiles files, Path path, FileChannel file) {
        this.files = files;
        this.path = path;
        this.file = file;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        return files.pass("write", path, () -> file.write(bytes));
    }

    @Override
    public void force(boolean metadata) throws IOException {
        files.pass("force", path, () -> {
            file.force(metadata);
            return true;
        });
    }

    // The descriptor is gone even where the close reports an error.
    @Override
    protected void implCloseChannel() throws IOException {
        try {
            files.pass("close", path, () -> {
                file.close();
                return true;
            });
        } finally {
            file.close();
        }
    }

    @Override
    public int read(ByteBuffer bytes) throws IOException {
        return file.read(bytes);
    }

    @Override
    public long read(ByteBuffer[] buffers, int offset, int length) throws IOException {
        return file.read(buffers, offset, length);
    }

    @Override
    public int read(ByteBuffer bytes, long position) throws IOException {
        return file.read(bytes, position);
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer bytes, long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long position() throws IOException {
        return file.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        file.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public FileChannel truncate(long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }
}
