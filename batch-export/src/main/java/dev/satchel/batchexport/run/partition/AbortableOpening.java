package dev.satchel.batchexport.run.partition;

import dev.satchel.AbortSignal;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Opens a stream whose source may be silent, on a thread of its own. */
final class AbortableOpening {

    private AbortableOpening() {}

    /** Where a stream comes from. */
    @FunctionalInterface
    interface Source {
        InputStream open() throws IOException;
    }

    /**
     * The stream that the source opens.
     *
     * @throws CancellationException soon after the signal is given, or if the thread is interrupted; a stream that the source
     *     opens later is closed
     * @throws IOException if the source fails; it and what else the source throws are thrown unchanged
     */
    static InputStream open(Source source, AbortSignal signal) throws IOException {
        CompletableFuture<InputStream> opened = new CompletableFuture<>();
        Thread opening =
                new Thread(() -> open(source, opened), Thread.currentThread().getName() + "-open");
        opening.setDaemon(true);
        AbortSignal.Registration abortable = signal.register(() -> opened.cancel(false));
        try (abortable) {
            opening.start();
            return opened.get();
        } catch (ExecutionException failed) {
            throw unwrapped(Objects.requireNonNullElse(failed.getCause(), failed));
        } catch (InterruptedException interrupted) {
            abandon(opened);
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while the store opened a file");
        }
    }

    private static void open(Source source, CompletableFuture<InputStream> opened) {
        try {
            InputStream content = source.open();
            if (!opened.complete(content)) {
                content.close();
            }
        } catch (Throwable failed) {
            opened.completeExceptionally(failed);
        }
    }

    // The source may have answered at the same moment.
    private static void abandon(CompletableFuture<InputStream> opened) throws IOException {
        if (!opened.cancel(false) && !opened.isCompletedExceptionally()) {
            opened.join().close();
        }
    }

    private static IOException unwrapped(Throwable failure) {
        if (failure instanceof RuntimeException thrown) {
            throw thrown;
        }
        if (failure instanceof Error thrown) {
            throw thrown;
        }
        return failure instanceof IOException thrown ? thrown : new IOException(failure);
    }
}
