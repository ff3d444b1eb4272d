package dev.satchel.batchexport.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.observe.ExportObservations;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.run.listener.RunTotals;
import dev.satchel.batchexport.run.record.RunRecord;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.delivery.DeliverExport;
import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;
import dev.satchel.delivery.ExportReading;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.Exports;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.InMemoryUserRecords;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink;
import dev.satchel.record.UserRecords;
import dev.satchel.store.InMemoryFileStore;
import dev.satchel.store.InMemoryFileStore.Step;
import dev.satchel.store.InMemoryProbeRecords;
import dev.satchel.store.StoreCheck;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.repository.support.ResourcelessJobRepository;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.dao.DataAccessResourceFailureException;

/** The slots of a run, on ports in memory whose clock stands still until it is told otherwise. */
@Timeout(60)
class DeliverySlotTest {

    private static final ExportSettings SETTINGS = new ExportSettings(
            Duration.ofDays(7), Duration.ofSeconds(3), 5, Duration.ofSeconds(20), Duration.ofHours(24), "", null);

    private final InMemoryExportHistory history = new InMemoryExportHistory();
    private final InMemoryFileStore store = new InMemoryFileStore();
    private final StoreCheck check =
            new StoreCheck(store, history.stores(), history, new InMemoryProbeRecords(history));
    private final InMemoryUserRecords records = new InMemoryUserRecords();
    private final StopSignal stop = new StopSignal();
    private final AtomicInteger callsInVain = new AtomicInteger();
    private final RunTotals totals = new RunTotals();
    private final RunReport report = new RunReport(List.of(totals));
    private final ScheduledExecutorService heartbeats = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicReference<@Nullable UserId> slowUser = new AtomicReference<>();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final JobExecution job = new JobExecution(1, new JobInstance(1, "exportRun"), new JobParameters());
    private final StepExecution step = new StepExecution(1, "deliver", job);
    private final RunRecord record = new RunRecord(new ResourcelessJobRepository(), step);

    @AfterEach
    void stopThreads() {
        stop.abandon();
        heartbeats.shutdownNow();
        threads.shutdownNow();
    }

    private UUID requested() {
        return history.request(Requests.of(history.addUser())).id();
    }

    private ExportCatalog.Entry entry(UUID id) {
        return history.find(id).orElseThrow();
    }

    private boolean isDelivered(UUID id) {
        return entry(id).status().equals("completed");
    }

    private void run() {
        slot(false).run(record);
        record.handOver();
        report.rethrow();
    }

    private Future<?> watch() {
        return threads.submit(() -> slot(true).run(record));
    }

    private DeliverySlot slot(boolean watch) {
        RunSettings runSettings =
                new RunSettings("worker", 1, watch ? RunSettings.End.STOPPED : RunSettings.End.NOTHING_LEFT, stop);
        ExportHistory unsteady = unsteady();
        Duration patience = Duration.ofSeconds(2);
        DeliverExport deliverExport = new DeliverExport(
                unsteady,
                history,
                ExportReading.alone(this::read),
                new StandardFileFormats(new CsvOptions(true, true)),
                store,
                check,
                new KnownFailures(),
                SETTINGS.retries(),
                new DeliverExport.Heartbeats(heartbeats, () -> false, System::nanoTime),
                SETTINGS.settings(() -> LearningDatasets.CATALOGUE));
        return new DeliverySlot(
                new PendingExports(unsteady, runSettings, SETTINGS, report),
                new StoreGate(check, new KnownFailures(), runSettings, patience),
                new DatabaseOutage(new KnownFailures(), runSettings, patience),
                deliverExport,
                report,
                ExportObservations.NONE,
                stop);
    }

    private UserRecords.Snapshot read(
            UserId user, List<Dataset> datasets, ExportFilters filters, RecordSink sink, AbortSignal signal)
            throws IOException {
        if (user.equals(slowUser.get())) {
            try {
                goOn.await();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }
        return records.read(user, datasets, filters, sink, signal);
    }

    /** The history, which does not answer as often as it was told to. */
    private ExportHistory unsteady() {
        return (ExportHistory) Proxy.newProxyInstance(
                ExportHistory.class.getClassLoader(),
                new Class<?>[] {ExportHistory.class},
                (proxy, method, arguments) -> {
                    if (callsInVain.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        throw new DataAccessResourceFailureException("away", new SQLException("away", "08006"));
                    }
                    try {
                        return method.invoke(history, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private static void waitUntil(BooleanSupplier holds) throws InterruptedException {
        while (!holds.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void deliversOneAfterAnotherUntilNoneWaits() {
        List<UUID> ids = List.of(requested(), requested(), requested());

        run();

        assertThat(ids).allSatisfy(id -> assertThat(isDelivered(id)).isTrue());
        assertThat(List.of(
                        step.getReadCount(), step.getWriteCount(), step.getFilterCount(), step.getProcessSkipCount()))
                .containsExactly(3L, 3L, 0L, 0L);
    }

    @Test
    void waitsForARetryThatIsDueLater() throws Exception {
        UUID id = requested();
        history.retry(
                history.claim("worker", Duration.ofMinutes(1)).orElseThrow(),
                Exports.storeUnavailable(),
                Duration.ofSeconds(30));
        Future<?> run = threads.submit(this::run);

        history.letPass(Duration.ofSeconds(31));

        run.get();
        assertThat(isDelivered(id)).isTrue();
    }

    @Test
    void waitsForTheLeaseOfAWorkerThatDied() throws Exception {
        UUID id = requested();
        history.claim("dead worker", SETTINGS.lease()).orElseThrow();
        history.letPass(Duration.ofSeconds(2));
        Future<?> run = threads.submit(this::run);

        history.letPass(Duration.ofSeconds(2));

        run.get();
        assertThat(isDelivered(id)).isTrue();
        assertThat(entry(id).retries()).isEqualTo(1);
    }

    @Test
    void doesNotWaitForAWorkerThatIsHeardOf() {
        requested();
        history.claim("living worker", Duration.ofMinutes(1)).orElseThrow();

        run();

        assertThat(history.backlog(Duration.ofSeconds(1)).held()).isEqualTo(1);
    }

    @Test
    void countsWhatADeadWorkerSpentTheLastAttemptOn() {
        UUID id = requested();
        for (int attempt = 1; attempt <= SETTINGS.attempts(); attempt++) {
            history.claim("dead worker", SETTINGS.lease()).orElseThrow();
            history.letPass(SETTINGS.lease().plusSeconds(1));
            if (attempt < SETTINGS.attempts()) {
                history.reclaimExpired(SETTINGS.attempts());
                // The time that others go first.
                history.letPass(Duration.ofMinutes(15));
            }
        }

        run();

        assertThat(entry(id).status()).isEqualTo("failed");
        assertThat(totals.failed()).isEqualTo(1);
    }

    @Test
    void tellsTheOtherListenersAfterOneThrows() {
        RunTotals counted = new RunTotals();
        DeliveryListener broken = (DeliveryListener) Proxy.newProxyInstance(
                DeliveryListener.class.getClassLoader(),
                new Class<?>[] {DeliveryListener.class},
                (proxy, method, arguments) -> {
                    throw new IllegalStateException("broken");
                });

        new RunReport(List.of(broken, counted)).add(new Delivery.Abandoned(UUID.randomUUID()));

        assertThat(counted.failed()).isEqualTo(1);
    }

    @Test
    void claimsNothingOnceToldToStop() {
        requested();
        stop.stop();

        run();

        assertThat(history.claim("another", Duration.ofMinutes(1))).isPresent();
    }

    @Test
    void leavesExportsWaitingWhereTheOperatorMustHelp() {
        List<UUID> ids = List.of(requested(), requested(), requested());
        store.failOn(Step.OPEN, () -> new AccessDeniedException("/exports"));

        assertThatExceptionOfType(StoreFailedException.class).isThrownBy(this::run);

        assertThat(ids).allSatisfy(id -> {
            assertThat(entry(id).status()).isEqualTo("pending");
            assertThat(entry(id).retries()).isZero();
        });
        assertThat(entry(ids.get(0)).error()).startsWith("access_denied: ");
        assertThat(List.of(step.getReadCount(), step.getWriteCount(), step.getFilterCount()))
                .containsExactly(1L, 0L, 1L);
        assertThat(report.endedBy()).containsInstanceOf(StoreFailedException.class);
    }

    @Test
    void waitsForAStoreThatComesBack() throws Exception {
        UUID id = requested();
        store.failOn(Step.WRITE, () -> new FileSystemException("/exports", null, "Input/output error"));
        store.failOn(Step.OPEN, () -> new FileSystemException("/exports", null, "Input/output error"));
        Future<?> run = threads.submit(this::run);
        waitUntil(() -> entry(id).error() != null);

        store.recover();

        run.get();
        assertThat(isDelivered(id)).isTrue();
        assertThat(entry(id).retries()).isZero();
    }

    @Test
    void givesUpAStoreThatDoesNotComeBack() {
        UUID id = requested();
        store.failOn(Step.OPEN, () -> new FileSystemException("/exports", null, "Input/output error"));

        assertThatExceptionOfType(StoreFailedException.class).isThrownBy(this::run);

        assertThat(entry(id).status()).isEqualTo("pending");
        assertThat(entry(id).retries()).isZero();
    }

    @Test
    void goesOnByItselfWhereItWatches() throws Exception {
        UUID id = requested();
        store.failOn(Step.OPEN, () -> new AccessDeniedException("/exports"));
        Future<?> watch = watch();
        waitUntil(() -> entry(id).error() != null);

        store.recover();

        waitUntil(() -> isDelivered(id));
        UUID next = requested();
        waitUntil(() -> isDelivered(next));
        stop.stop();
        watch.get();
    }

    @Test
    void waitsForADatabaseThatComesBack() {
        UUID id = requested();
        callsInVain.set(3);

        run();

        assertThat(isDelivered(id)).isTrue();
    }

    @Test
    void givesUpADatabaseThatDoesNotComeBack() {
        callsInVain.set(Integer.MAX_VALUE);

        assertThatExceptionOfType(DataAccessResourceFailureException.class).isThrownBy(this::run);
    }

    @Test
    void keepsWaitingForTheDatabaseWhereItWatches() throws Exception {
        callsInVain.set(Integer.MAX_VALUE);
        Future<?> watch = watch();
        waitUntil(() -> callsInVain.get() < Integer.MAX_VALUE - 6);
        UUID id = requested();

        callsInVain.set(0);

        waitUntil(() -> isDelivered(id));
        stop.stop();
        watch.get();
    }

    @Test
    void takesWhatComesWhileAnotherSlotIsBusy() throws Exception {
        UserId slow = history.addUser();
        UUID slowOne = history.request(Requests.of(slow)).id();
        slowUser.set(slow);
        DeliverySlot slots = slot(false);
        Future<?> first = threads.submit(() -> slots.run(record));
        waitUntil(() -> entry(slowOne).status().equals("processing"));
        Future<?> second = threads.submit(() -> slots.run(record));

        UUID small = requested();
        waitUntil(() -> isDelivered(small));
        UUID lost = requested();
        history.claim("dead worker", SETTINGS.lease());
        history.letPass(SETTINGS.lease());
        waitUntil(() -> isDelivered(lost));

        assertThat(entry(slowOne).status()).isEqualTo("processing");
        goOn.countDown();
        first.get();
        second.get();
        assertThat(isDelivered(slowOne)).isTrue();
    }
}
