package dev.satchel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.UserId;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Exports;
import dev.satchel.export.Failure;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink;
import dev.satchel.record.UserRecords;
import dev.satchel.store.FileStore;
import dev.satchel.store.InMemoryFileStore;
import dev.satchel.store.InMemoryProbeRecords;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.StoreMismatchException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
                        words,
                        new LineFormat(),
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
        history.letPass(LEASE.plusSeconds(1));
        history.reclaimExpired(5);
    }
}
