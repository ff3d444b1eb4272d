package dev.satchel.delivery.stream;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes to another stream on a thread of its own, so that encoding and storing overlap. At most four blocks of 64 KiB
 * are in memory. Used by one thread.
 *
 * <p>A failure of the other stream is thrown unchanged by the next call of {@link #write} or {@link #flush}, also by the one that waits for it. After
 * {@link #flush} and after {@link #close} the other stream is not in use, and what was done to it is visible to the
 * caller. The thread begins when no block is free, so a file of up to four blocks needs none: beginning a thread costs
 * more than writing them.
 */
public final class WriteBehindOutputStream extends OutputStream {

    private static final int BLOCK = 64 * 1024;
    private static final int BLOCKS = 4;

    /** How often a caller that waits for a free block looks whether the thread is still there. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final Block END = new Block(0);

    private final OutputStream out;
    private final BlockingQueue<Block> full = new ArrayBlockingQueue<>(BLOCKS + 1);
    private final BlockingQueue<Block> free = new ArrayBlockingQueue<>(BLOCKS);
    private int blocks = 1;
    private Block block = new Block(BLOCK);
    private @Nullable Thread writer;
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    public WriteBehindOutputStream(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        checkOpen();
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

    // A compressor that was abandoned may still write when its memory is reclaimed.
    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("the stream is closed");
        }
    }

    private void handOver() throws IOException {
        throwFailure();
        full.add(block);
        boolean done = false;
        try {
            block = nextFree();
            throwFailure();
            done = true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the file was written");
        } finally {
            // Without a block of its own, nothing more can be written.
            closed |= !done;
        }
    }

    private Block nextFree() throws InterruptedException, IOException {
        Block next = free.poll();
        if (next == null && blocks < BLOCKS) {
            next = new Block(BLOCK);
            blocks++;
        }
        while (next == null) {
            Thread running = running();
            next = free.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            if (next == null && !running.isAlive()) {
                throwFailure();
                throw new IOException("the thread that writes the file ended");
            }
        }
        return next;
    }

    private Thread running() {
        Thread running = writer;
        if (running == null) {
            running = new Thread(this::writeBlocks, Thread.currentThread().getName() + "-write");
            running.setDaemon(true);
            running.start();
            writer = running;
        }
        return running;
    }

    // Goes on taking blocks after a failure, so that the caller gets them back.
    private void writeBlocks() {
        try {
            for (Block next = full.take(); next.length > 0; next = full.take()) {
                if (failure == null && !closed) {
                    write(next);
                }
                next.length = 0;
                free.put(next);
            }
        } catch (Throwable ended) {
            failure = ended;
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
        checkOpen();
        join();
        throwFailure();
        // Those that no thread has written.
        for (Block next = full.peek(); next != null; next = full.peek()) {
            out.write(next.bytes, 0, next.length);
            next.length = 0;
            free.add(full.remove());
        }
        out.write(block.bytes, 0, block.length);
        block.length = 0;
        out.flush();
    }

    /** Ends the thread. What was not flushed may be lost; the other stream is not closed. */
    @Override
    public void close() {
        closed = true;
        join();
    }

    // Not interruptible, because the caller goes on to use the other stream, whose own time limits bound the wait.
    private void join() {
        Thread running = writer;
        if (running == null) {
            return;
        }
        full.add(END);
        boolean interrupted = false;
        while (running.isAlive()) {
            try {
                running.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        writer = null;
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
            throw new IOException("the thread that writes the file was interrupted", failed);
        }
    }

    /** A block that is being filled or written; one of no bytes ends the thread. */
    private static final class Block {

        private final byte[] bytes;
        private int length;

        Block(int capacity) {
            this.bytes = new byte[capacity];
        }
    }
}
