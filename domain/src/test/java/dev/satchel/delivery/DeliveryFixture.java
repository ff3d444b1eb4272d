package dev.satchel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.export.Export;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.Exports;
import dev.satchel.export.Failure;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import dev.satchel.store.InMemoryFileStore;
import dev.satchel.store.InMemoryProbeRecords;
import dev.satchel.store.StoreCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** The parts around {@link DeliverExport} that its tests share, most of them in memory. */
@Timeout(30)
abstract class DeliveryFixture {

    static final Duration LEASE = Duration.ofMinutes(2);
    static final Duration PATIENCE = Duration.ofDays(1);
    static final Duration RETENTION = Duration.ofDays(7);

    static final DeliverExport.Settings SETTINGS =
            new DeliverExport.Settings(LEASE, Duration.ofMillis(5), PATIENCE, RETENTION);

    static final RetryPolicy NO_DELAY = new RetryPolicy(3, Duration.ZERO, Duration.ZERO);
    static final Failure DEFECT = new Failure(Failure.Code.INTERNAL, "a defect");
    static final Failure OUT_OF_MEMORY = new Failure(Failure.Code.OUT_OF_MEMORY, "too little memory");
    final InMemoryExportHistory history = new InMemoryExportHistory();
    final UserId user = history.addUser();
    final AtomicBoolean stopped = new AtomicBoolean();
    final AtomicBoolean choking = new AtomicBoolean();
    final FaultyFileStore store = new FaultyFileStore();
    final InMemoryFileStore marked = new InMemoryFileStore();
    final InMemoryProbeRecords probes = new InMemoryProbeRecords(history);
    final StoreCheck check = new StoreCheck(marked, history.stores(), history, probes);
    final TwoWords words = new TwoWords();
    FileFormats formats = new LineFormat();
    final FlakyHistory flaky = new FlakyHistory(history);
    final ScheduledExecutorService heartbeats = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void shutDown() {
        heartbeats.shutdownNow();
    }

    Export.Processing claimed() {
        history.request(Requests.of(user));
        return history.claim("worker", LEASE).orElseThrow();
    }

    void failProbe(String message) throws IOException {
        check.check();
        marked.failOn(InMemoryFileStore.Step.OPEN, () -> new IOException(message));
    }

    Delivery deliver(Export.Processing export) {
        return deliver(export, SETTINGS);
    }

    Delivery deliver(Export.Processing export, DeliverExport.Settings settings) {
        return new DeliverExport(
                        flaky,
                        history,
                        ExportReading.alone(words),
                        formats,
                        store,
                        check,
                        DeliveryFixture::diagnose,
                        NO_DELAY,
                        new DeliverExport.Heartbeats(heartbeats, choking::get, System::nanoTime),
                        settings)
                .deliver(export, stopped::get);
    }

    static Failure diagnose(Throwable thrown) {
        if (thrown instanceof OutOfMemoryError) {
            return OUT_OF_MEMORY;
        }
        return switch (String.valueOf(thrown.getMessage())) {
            case "denied" -> Exports.accessDenied();
            case "down" -> Exports.storeUnavailable();
            case "away" -> new Failure(Failure.Code.DATABASE_UNAVAILABLE, "the database is away");
            case "locked" -> new Failure(Failure.Code.DATABASE_LOCKED, "the database is locked");
            default -> DEFECT;
        };
    }

    ExportCatalog.Entry entry(Export export) {
        return history.find(export.id()).orElseThrow();
    }

    void assertNothingIsLeft() {
        assertThat(store.objects).isEmpty();
        assertThat(store.openUploads).isZero();
        assertThat(history.remembered()).isEmpty();
    }

    void fail(Fault fault, String message) {
        words.fault = fault == Fault.READ ? message : "";
        store.fault = fault;
        store.message = message;
    }

    void takeTheLeaseAway() {
        // A heartbeat may come in between.
        do {
            history.letPass(LEASE.plusSeconds(1));
        } while (history.reclaimExpired(5).isEmpty());
    }
}
