package dev.satchel.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.store.InMemoryFileStore;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What must hold in every schedule, checked at each call with a bookkeeping of its own. Keeps the first violation
 * instead of throwing it, because the code under test catches everything.
 */
final class Invariants {

    /** The whole content of every export. */
    private static final byte[] WHOLE = "perro\ngato\n2 records\n".getBytes(UTF_8);

    private final InMemoryExportHistory history;
    private final InMemoryFileStore store;
    private final int attempts;
    private final Map<UUID, Row> rows = new LinkedHashMap<>();
    private @Nullable String violation;
    private boolean mayFail;

    Invariants(InMemoryExportHistory history, InMemoryFileStore store, int attempts) {
        this.history = history;
        this.store = store;
        this.attempts = attempts;
    }

    Optional<String> violation() {
        return Optional.ofNullable(violation);
    }

    void require(boolean holds, String otherwise) {
        if (!holds && violation == null) {
            violation = otherwise;
        }
    }

    /** Says that an attempt may fail, because the network is not sound. */
    void mayFail() {
        mayFail = true;
    }

    void requested(UUID id) {
        rows.putIfAbsent(id, new Row());
    }

    void rowDeleted(UUID id) {
        row(id).deleted = true;
    }

    void cancelled(UUID id) {
        Row row = row(id);
        require(row.published == null, "an export was cancelled that is published");
        row.holder = null;
        row.cancelled = true;
    }

    /** Looks at a call that is about to be made. */
    void before(String call, @Nullable Object[] arguments) {
        if (call.equals("delete")) {
            rows.values()
                    .forEach(row -> require(
                            row.deleted || !row.isPublishedAt((URI) arguments[0], history.now()),
                            "a published object was removed before it expired"));
        }
    }

    /** Looks at a call that succeeded. */
    void after(String call, @Nullable Object[] arguments, @Nullable Object result) {
        switch (call) {
            case "claim" -> ((Optional<?>) result).ifPresent(export -> claimed((Export.Processing) export));
            case "heartbeat" -> extended((Export.Processing) arguments[0]);
            case "reclaimExpired" ->
                ((List<?>) result).forEach(reclaimed -> reclaimed((ExportHistory.Reclaimed) reclaimed));
            case "complete" -> completed((Export.Processing) arguments[0], (Export.Completed) result);
            case "retry" -> {
                require(mayFail, "an attempt failed although nothing was wrong");
                ended((Export.Processing) arguments[0]);
            }
            case "postpone", "release" -> {
                ended((Export.Processing) arguments[0]);
                row(((Export.Processing) arguments[0]).id()).refunds++;
            }
            case "fail" -> {
                Row row = ended((Export.Processing) arguments[0]);
                require(row.attempts() >= attempts, "an export failed although it had attempts left");
            }
            default -> {}
        }
    }

    private void claimed(Export.Processing export) {
        Row row = row(export.id());
        require(row.holder == null, "an export was claimed while another worker held it");
        require(row.published == null, "an export was claimed that is published");
        require(!row.cancelled, "an export was claimed that is cancelled");
        row.claims++;
        require(row.attempts() <= attempts, "an export had more attempts than allowed");
        require(row.attempts() == export.attempt(), "the attempts were counted wrongly");
        row.holder = export.token();
        row.leaseEnds = history.now().plus(DeliveryWorld.LEASE);
    }

    private void extended(Export.Processing export) {
        Row row = row(export.id());
        require(export.token().equals(row.holder), "a heartbeat extended a lease that was lost");
        row.leaseEnds = history.now().plus(DeliveryWorld.LEASE);
    }

    private void reclaimed(ExportHistory.Reclaimed reclaimed) {
        Row row = row(reclaimed.id());
        require(row.holder != null, "an export was reclaimed that no worker held");
        require(!row.leaseEnds.isAfter(history.now()), "an export was reclaimed before its lease had ended");
        require(
                reclaimed.failed() == (row.attempts() >= attempts),
                "a reclaimed export failed too early, or did not fail after its last attempt");
        row.holder = null;
    }

    private Row ended(Export.Processing export) {
        Row row = row(export.id());
        require(export.token().equals(row.holder), "a worker that had lost its lease ended the attempt of another");
        row.holder = null;
        return row;
    }

    private void completed(Export.Processing export, Export.Completed completed) {
        Row row = row(export.id());
        URI location = completed.file().location();
        if (location.equals(row.published)) {
            return;
        }
        require(row.published == null, "an export was published twice");
        require(export.token().equals(row.holder), "a worker that had lost its lease published its file");
        require(isWhole(location), "an export was published whose object is not there as a whole");
        row.published = location;
        row.expiresAt = completed.expiresAt();
        row.holder = null;
    }

    private boolean isWhole(URI location) {
        try {
            return Arrays.equals(WHOLE, store.read(location).readAllBytes());
        } catch (IOException missing) {
            return false;
        }
    }

    private Row row(UUID id) {
        return rows.computeIfAbsent(id, added -> new Row());
    }

    /** Looks at the rows after the last actor, when a healthy worker has done what was left. */
    void checkRows() {
        rows.forEach((id, row) -> {
            if (row.deleted) {
                return;
            }
            String status = history.find(id).orElseThrow().status();
            require(
                    status.equals("completed") || status.equals("failed"),
                    "an export is stuck: it stays " + status + " although a healthy worker runs");
            require(
                    status.equals("completed") == (row.published != null),
                    "the status " + status + " contradicts what was published");
            require(
                    !status.equals("failed") || row.cancelled || row.attempts() == attempts,
                    "an export failed with attempts left");
            require(!row.cancelled || row.published == null, "an export is both cancelled and published");
            if (row.published != null && row.expiresAt.isAfter(history.now())) {
                require(isWhole(row.published), "a published object is gone before it expired");
                require(history.downloadable(id).isPresent(), "a published export cannot be downloaded");
            }
        });
    }

    /** Looks at what is left after everything has expired and a last clean-up has run. */
    void checkNothingIsLeft() {
        require(
                store.names().stream().allMatch(name -> name.startsWith("satchel-store-")),
                "objects are orphaned: no clean-up removes them");
        require(store.unfinished().isEmpty(), "unfinished uploads are orphaned: no clean-up removes them");
        require(history.remembered().isEmpty(), "the journal still has entries although the objects are gone");
    }

    /** The bookkeeping of one export. */
    private static final class Row {

        private @Nullable UUID holder;
        private Instant leaseEnds = Instant.MIN;
        private int claims;
        private int refunds;
        private @Nullable URI published;
        private Instant expiresAt = Instant.MIN;
        private boolean deleted;
        private boolean cancelled;

        int attempts() {
            return claims - refunds;
        }

        boolean isPublishedAt(@Nullable URI location, Instant now) {
            return published != null && published.equals(location) && expiresAt.isAfter(now);
        }
    }
}
