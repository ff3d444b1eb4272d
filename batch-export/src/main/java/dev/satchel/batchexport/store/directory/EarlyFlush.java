package dev.satchel.batchexport.store.directory;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Flushes a file to the disk each time it has grown by 32 MiB, on a thread of its own, so that writing goes on meanwhile
 * and the flush at the end has little left to do. A shorter file has no such thread. Used by one thread, and aborted by any.
 *
 * <p>A failure counts for the whole file, also where the flush at the end succeeds: the system reports bytes that it could
 * not write to one flush only, and forgets them.
 */
final class EarlyFlush {

    private static final long DISTANCE = 32L * 1024 * 1024;

    private final Flush flush;
    private long flushed;
    private volatile @Nullable FutureTask<Void> running;
    private volatile boolean aborted;

    EarlyFlush(Flush flush) {
        this.flush = flush;
    }

    // By a channel of its own: closing a channel waits for its flush, and giving a file up must not.
    static EarlyFlush of(Path file) {
        return new EarlyFlush(() -> {
            try (FileChannel own = FileChannel.open(file, StandardOpenOption.WRITE)) {
                own.force(false);
            }
        });
    }

    /**
     * Begins a flush if one is due and none is running.
     *
     * @param length how many bytes of the file are written
     * @throws IOException if an earlier flush failed
     */
    void wrote(long length) throws IOException {
        FutureTask<Void> last = running;
        if (length - flushed < DISTANCE || (last != null && !last.isDone()) || aborted) {
            return;
        }
        await();
        FutureTask<Void> next = new FutureTask<>(() -> {
            flush.run();
            return null;
        });
        Thread thread = new Thread(next, Thread.currentThread().getName() + "-flush");
        thread.setDaemon(true);
        running = next;
        flushed = length;
        thread.start();
        // The file may have been given up before there was a flush to cancel.
        if (aborted) {
            next.cancel(false);
        }
    }

    /**
     * Waits for the flush that is running, if there is one.
     *
     * @throws IOException if it failed
     */
    void await() throws IOException {
        FutureTask<Void> last = running;
        if (last == null) {
            return;
        }
        try {
            last.get();
        } catch (CancellationException abandoned) {
            throw new IOException("the file was given up while it was flushed", abandoned);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException cause ? cause : new IOException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the file was flushed");
        }
    }

    /** Ends every wait for a flush, which goes on by itself. Called by any thread. */
    void abort() {
        aborted = true;
        FutureTask<Void> last = running;
        if (last != null) {
            last.cancel(false);
        }
    }

    /** What writes a file to the disk. */
    @FunctionalInterface
    interface Flush {
        void run() throws IOException;
    }
}
