package dev.satchel.batchexport.store.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.Abortable;

/**
 * The body of an answer. {@link #abort} wakes the thread that reads it at once, although a connection cannot be closed
 * while a thread waits for its bytes: further threads do the waiting, and are left behind. Used by one thread, except for {@link #abort}.
 */
final class AnswerBody extends InputStream implements Abortable {

    private static final int PIECE = 32 * 1024;

    private final InputStream in;
    private final Executor threads;
    private final Runnable endConnection;
    private final byte[] piece = new byte[PIECE];
    private int next;
    private int end;
    private @Nullable CompletableFuture<Integer> reading;
    private boolean aborted;

    AnswerBody(InputStream in, Executor threads, Runnable endConnection) {
        this.in = in;
        this.threads = threads;
        this.endConnection = endConnection;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (next == end) {
            int read = nextPiece();
            if (read < 0) {
                return -1;
            }
            next = 0;
            end = read;
        }
        int count = Math.min(length, end - next);
        System.arraycopy(piece, next, bytes, offset, count);
        next += count;
        return count;
    }

    private int nextPiece() throws IOException {
        CompletableFuture<Integer> read = begin();
        threads.execute(() -> {
            try {
                read.complete(in.read(piece));
            } catch (IOException | RuntimeException | Error failed) {
                read.completeExceptionally(failed);
            }
        });
        try {
            return read.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            abort();
            throw new InterruptedIOException("interrupted while the store was answering");
        } catch (ExecutionException failed) {
            throw Failures.thrown(failed);
        }
    }

    private synchronized CompletableFuture<Integer> begin() throws IOException {
        if (aborted) {
            throw Failures.givenUp();
        }
        CompletableFuture<Integer> read = new CompletableFuture<>();
        reading = read;
        return read;
    }

    @Override
    public void abort() {
        synchronized (this) {
            aborted = true;
            if (reading != null) {
                reading.completeExceptionally(Failures.givenUp());
            }
        }
        endConnection.run();
    }

    // What was aborted is closed with its connection. A further close would wait for the thread that was left behind.
    @Override
    public void close() throws IOException {
        boolean open;
        synchronized (this) {
            open = !aborted;
        }
        if (open) {
            in.close();
        }
    }
}
