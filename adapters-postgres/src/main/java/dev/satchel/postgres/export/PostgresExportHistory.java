package dev.satchel.postgres.export;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Failure;
import dev.satchel.record.DatasetCatalogue;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The history in {@code public.export_history}: requests, the queue, the leases of those under way, and their outcomes. */
final class PostgresExportHistory implements ExportHistory {

    private final ExportRequests requests;
    private final ExportBacklog queue;
    private final ExportLeases leases;
    private final ExportOutcomes outcomes;
    private final ExportCancellation cancellation;

    PostgresExportHistory(JdbcClient jdbc, Supplier<DatasetCatalogue> catalogue) {
        this.requests = new ExportRequests(jdbc, catalogue);
        this.queue = new ExportBacklog(jdbc);
        this.outcomes = new ExportOutcomes(jdbc);
        this.cancellation = new ExportCancellation(jdbc);
        this.leases = new ExportLeases(jdbc, catalogue, queue, outcomes);
    }

    @Override
    public Requested request(ExportRequest request) {
        return requests.request(request);
    }

    @Override
    public List<UUID> requestForAllUsers(ExportType type, ExportFormat format, ExportFilters filters) {
        return requests.requestForAllUsers(type, format, filters);
    }

    @Override
    public Optional<Requested> requestAgain(UUID failed) {
        return requests.requestAgain(failed);
    }

    @Override
    public RequestedAgain requestAgain(Failure.Code code) {
        return requests.requestAgain(code);
    }

    @Override
    public Optional<Export.Processing> claim(String worker, Duration lease) {
        return leases.claim(worker, lease);
    }

    @Override
    public void heartbeat(Export.Processing export, Duration lease) {
        leases.heartbeat(export, lease);
    }

    @Override
    public List<Lost> lost(List<Export.Processing> exports) {
        return cancellation.lost(exports);
    }

    @Override
    public Optional<Cancellation> cancel(UUID id) {
        return cancellation.cancel(id);
    }

    @Override
    public List<Reclaimed> reclaimExpired(int attempts) {
        return leases.reclaimExpired(attempts);
    }

    @Override
    public Backlog backlog(Duration silence) {
        return queue.backlog(silence);
    }

    @Override
    public void resume() {
        queue.resume();
    }

    @Override
    public Export.Completed complete(Export.Processing export, DeliveredFile file, Duration retention) {
        return outcomes.complete(export, file, retention);
    }

    @Override
    public Export.Pending retry(Export.Processing export, Failure failure, Duration delay) {
        return outcomes.retry(export, failure, delay);
    }

    @Override
    public Export.Pending postpone(Export.Processing export, Failure failure, Duration delay) {
        return outcomes.postpone(export, failure, delay);
    }

    @Override
    public Export.Pending release(Export.Processing export) {
        return outcomes.release(export);
    }

    @Override
    public Export.Failed fail(Export.Processing export, Failure failure) {
        return outcomes.fail(export, failure);
    }
}
