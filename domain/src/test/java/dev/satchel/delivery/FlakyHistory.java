package dev.satchel.delivery;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Failure;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The history behind a connection that breaks where it is told to. */
final class FlakyHistory implements ExportHistory {

    private final ExportHistory history;
    final AtomicInteger beats = new AtomicInteger();
    final AtomicInteger looks = new AtomicInteger();
    final AtomicInteger failingBeats = new AtomicInteger();
    int lostAnswers;
    Throwable lostAnswer = new IllegalStateException("connection lost");
    Runnable afterLostAnswer = () -> {};
    boolean endsFail;
    int away;

    @Nullable
    Error endError;

    FlakyHistory(ExportHistory history) {
        this.history = history;
    }

    @Override
    public List<Lost> lost(List<Export.Processing> exports) {
        looks.incrementAndGet();
        return history.lost(exports);
    }

    @Override
    public Optional<Cancellation> cancel(UUID id) {
        return history.cancel(id);
    }

    @Override
    public void heartbeat(Export.Processing export, Duration lease) {
        try {
            if (failingBeats.getAndDecrement() > 0) {
                throw new IllegalStateException("connection lost");
            }
            history.heartbeat(export, lease);
        } finally {
            beats.incrementAndGet();
        }
    }

    @Override
    public Export.Completed complete(Export.Processing export, DeliveredFile file, Duration retention) {
        Export.Completed completed = history.complete(export, file, retention);
        if (lostAnswers-- > 0) {
            afterLostAnswer.run();
            raise(lostAnswer);
        }
        return completed;
    }

    @Override
    public Export.Pending retry(Export.Processing export, Failure failure, Duration delay) {
        failIfTold();
        return history.retry(export, failure, delay);
    }

    @Override
    public Export.Failed fail(Export.Processing export, Failure failure) {
        failIfTold();
        return history.fail(export, failure);
    }

    @Override
    public Export.Pending release(Export.Processing export) {
        failIfTold();
        return history.release(export);
    }

    private void failIfTold() {
        if (endError != null) {
            raise(endError);
        }
        if (away-- > 0) {
            throw new IllegalStateException("away");
        }
        if (endsFail) {
            throw new IllegalStateException("connection lost");
        }
    }

    private static void raise(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) thrown;
    }

    @Override
    public Requested request(ExportRequest request) {
        return history.request(request);
    }

    @Override
    public List<UUID> requestForAllUsers(ExportType type, ExportFormat format, ExportFilters filters) {
        return history.requestForAllUsers(type, format, filters);
    }

    @Override
    public Optional<Export.Processing> claim(String worker, Duration lease) {
        return history.claim(worker, lease);
    }

    @Override
    public Backlog backlog(Duration silence) {
        return history.backlog(silence);
    }

    @Override
    public Export.Pending postpone(Export.Processing export, Failure failure, Duration delay) {
        failIfTold();
        return history.postpone(export, failure, delay);
    }

    @Override
    public void resume() {
        history.resume();
    }

    @Override
    public Optional<Requested> requestAgain(UUID failed) {
        return history.requestAgain(failed);
    }

    @Override
    public RequestedAgain requestAgain(Failure.Code code) {
        return history.requestAgain(code);
    }

    @Override
    public List<Reclaimed> reclaimExpired(int attempts) {
        return history.reclaimExpired(attempts);
    }
}
