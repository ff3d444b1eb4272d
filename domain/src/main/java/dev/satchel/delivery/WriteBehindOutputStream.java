package dev.satchel.delivery;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes to another stream on a thread of its own, so that encoding and storing overlap. At most four blocks of 64 KiB
 * are in memory. Used by one thread.
 *
 * <p>A failure of the other stream is thrown unchanged by the next call of {@link #write} or {@link #flush}. After
 * {@link #flush} and after {@link #close} the other stream is not in use, and what was done to it is visible to the
 * caller. The thread begins with the second block, so a short file needs none.
 */
final class WriteBehindOutputStream extends OutputStream {

    private static final int BLOCK = 64 * 1024;
    private static final int BLOCKS = 4;

    private final OutputStream out;
    private final BlockingQueue<Block> full = new ArrayBlockingQueue<>(BLOCKS + 1);
    private final BlockingQueue<Block> free = new ArrayBlockingQueue<>(BLOCKS);
    private int blocks = 1;
    private Block block = new Block();
    private @Nullable Thread writer;
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    WriteBehindOutputStream(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            if (block.length == BLOCK) {
                handOver();
            }
            int piece = Math.min(length - done, BLOCK - block.length);
            System.arraycopy(bytes, offset + done, block.bytes, block.length, piece);
            block.length += piece;
            done += piece;
        }
    }

    private void handOver() throws IOException {
        throwFailure();
        if (writer == null) {
            writer = new Thread(this::writeBlocks, Thread.currentThread().getName() + "-write");
            writer.setDaemon(true);
            writer.start();
        }
        full.add(block);
        try {
            block = nextFree();
        } catch (InterruptedException interrupted) {
            block = new Block();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the file was written");
        }
    }

    private Block nextFree() throws InterruptedException {
        Block next = free.poll();
        if (next == null && blocks < BLOCKS) {
            blocks++;
            return new Block();
        }
        return next == null ? free.take() : next;
    }

    // Goes on taking blocks after a failure, so that the other thread never waits for one in vain.
    private void writeBlocks() {
        try {
            for (Block next = full.take(); next.length > 0; next = full.take()) {
                if (failure == null && !closed) {
                    write(next);
                }
                next.length = 0;
                free.put(next);
            }
        } catch (InterruptedException interrupted) {
            failure = interrupted;
        }
    }

    private void write(Block next) {
        try {
            out.write(next.bytes, 0, next.length);
        } catch (Throwable failed) {
            failure = failed;
        }
    }

    /** Writes everything to the other stream, waits until that is done, and flushes it. */
    @Override
    public void flush() throws IOException {
        join();
        throwFailure();
        out.write(block.bytes, 0, block.length);
        block.length = 0;
        out.flush();
    }

    /** Ends the thread. What was not flushed may be lost; the other stream is not closed. */
    @Override
    public void close() throws IOException {
        closed = true;
        join();
    }

    // Not interruptible, because the caller goes on to use the other stream, whose own time limits bound the wait.
    private void join() {
        Thread running = writer;
        if (running == null) {
            return;
        }
        writer = null;
        boolean interrupted = false;
        boolean told = false;
        while (running.isAlive()) {
            try {
                if (!told) {
                    full.put(new Block(0));
                    told = true;
                }
                running.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void throwFailure() throws IOException {
        Throwable failed = failure;
        if (failed instanceof IOException thrown) {
            throw thrown;
        }
        if (failed instanceof RuntimeException thrown) {
            throw thrown;
        }
        if (failed instanceof Error thrown) {
            throw thrown;
        }
        if (failed != null) {
            throw new IOException("the thread that writes the file ended", failed);
        }
    }

    /** A block that is being filled or written; one of no bytes ends the thread. */
    private static final class Block {

        private final byte[] bytes;
        private int length;

        Block() {
            this(BLOCK);
        }

        Block(int capacity) {
            this.bytes = new byte[capacity];
        }
    }
}
