package dev.satchel.batchexport.observe;

import dev.satchel.batchexport.observe.trace.Span;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Failure;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A history that measures what only it can know: how long an export took by the database's clock, from its claim to its
 * completion, and how many leases were taken from workers that stopped answering.
 */
final class ObservedExportHistory implements ExportHistory {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1)
    };

    private final ExportHistory history;
    private final ObservationRegistry observations;
    private final Timer duration;
    private final Counter rescued;

    ObservedExportHistory(ExportHistory history, MeterRegistry meters, ObservationRegistry observations) {
        this.history = history;
        this.observations = observations;
        this.duration = Timer.builder("satchel.export.duration")
                .description("Time from the claim of an export until its file is published")
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
        this.rescued = rescued(meters);
    }

    static Counter rescued(MeterRegistry meters) {
        return Counter.builder("satchel.leases.rescued")
                .description("Exports that were taken from workers that stopped answering")
                .register(meters);
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
        String outcome = "failed";
        try {
            Optional<Export.Processing> claimed = history.claim(worker, lease);
            outcome = claimed.isPresent() ? "claimed" : "empty";
            return claimed;
        } finally {
            observeClaim(outcome);
        }
    }

    // Afterwards and without a duration, because slots that wait for work ask all the time and find nothing.
    private void observeClaim(String outcome) {
        if (!outcome.equals("empty") && !observations.isNoop()) {
            Span.start(() -> Observation.createNotStarted("satchel.claim", observations)
                            .contextualName("claim"))
                    .end("outcome", outcome);
        }
    }

    @Override
    public Backlog backlog(Duration silence) {
        return history.backlog(silence);
    }

    @Override
    public void heartbeat(Export.Processing export, Duration lease) {
        history.heartbeat(export, lease);
    }

    @Override
    public List<Lost> lost(List<Export.Processing> exports) {
        return history.lost(exports);
    }

    @Override
    public Optional<Cancellation> cancel(UUID id) {
        return history.cancel(id);
    }

    @Override
    public Export.Completed complete(Export.Processing export, DeliveredFile file, Duration retention) {
        Export.Completed completed = history.complete(export, file, retention);
        duration.record(Duration.between(export.startedAt(), completed.completedAt()));
        return completed;
    }

    @Override
    public Export.Pending retry(Export.Processing export, Failure failure, Duration delay) {
        return history.retry(export, failure, delay);
    }

    @Override
    public Export.Pending postpone(Export.Processing export, Failure failure, Duration delay) {
        return history.postpone(export, failure, delay);
    }

    @Override
    public void resume() {
        history.resume();
    }

    @Override
    public Export.Pending release(Export.Processing export) {
        return history.release(export);
    }

    @Override
    public Export.Failed fail(Export.Processing export, Failure failure) {
        return history.fail(export, failure);
    }

    @Override
    public List<Reclaimed> reclaimExpired(int attempts) {
        List<Reclaimed> reclaimed = history.reclaimExpired(attempts);
        rescued.increment(reclaimed.size());
        return reclaimed;
    }

    @Override
    public Optional<Requested> requestAgain(UUID failed) {
        return history.requestAgain(failed);
    }

    @Override
    public RequestedAgain requestAgain(Failure.Code code) {
        return history.requestAgain(code);
    }
}
