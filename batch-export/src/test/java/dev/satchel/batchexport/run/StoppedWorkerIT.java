package dev.satchel.batchexport.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.satchel.UserId;
import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.run.cleanup.CleanUpReport;
import dev.satchel.batchexport.run.cleanup.ExportCleanUp;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.batchexport.store.directory.DirectoryFileStore;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.migrations.OwnThread;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.store.UploadJournal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** How a worker and a clean-up in a service end: interrupted, stopped or closed while files are written or removed. */
@Timeout(180)
class StoppedWorkerIT {

    private static final ExportSettings WITHOUT_GRACE = new ExportSettings(
            Duration.ofDays(7), Duration.ofSeconds(60), 5, Duration.ZERO, Duration.ofHours(24), "", null);

    @TempDir
    Path folder;

    @AutoClose
    private final SampleDatabase database = SampleDatabase.create();

    private final DataSource dataSource = database.workerDataSource();
    private final SatchelPostgres satchel = new SatchelPostgres(dataSource);
    private final JdbcClient owner = JdbcClient.create(database.ownerDataSource());

    /** By Future.cancel(true), or by a scheduler that ends. */
    @Test
    void endsARunOnlyAfterItsSlotsWhenItsThreadIsInterrupted() throws Exception {
        UUID id = request();
        request();
        request();
        HeldStore store = new HeldStore(new DirectoryFileStore(folder));
        try (ExportWorker worker =
                ExportWorker.builder(dataSource, store).concurrency(2).build()) {
            worker.checkStore();
            store.hold(2);
            AtomicBoolean isInterrupted = new AtomicBoolean();
            FutureTask<RunSummary> run = new FutureTask<>(() -> {
                RunSummary summary = worker.run();
                isInterrupted.set(Thread.currentThread().isInterrupted());
                return summary;
            });
            Thread caller = new Thread(run);
            caller.start();
            store.awaitUploads();

            caller.interrupt();
            Await.until(
                    "the run has told its slots and waits again, or is over",
                    () -> !caller.isInterrupted()
                            && (caller.getState() == Thread.State.TIMED_WAITING || !caller.isAlive()));
            assertThat(caller.isAlive()).as("the run waits for its slots").isTrue();
            store.release();

            assertThat(run.get(1, TimeUnit.MINUTES).unfinished()).isEqualTo(2);
            assertThat(isInterrupted).isTrue();
            assertThat(entry(id))
                    .extracting(ExportCatalog.Entry::status, ExportCatalog.Entry::retries)
                    .containsExactly("pending", 0);
            assertThat(worker.run().delivered())
                    .as("what the next run delivers")
                    .isEqualTo(3);
        }
    }

    @Test
    void beginsNothingOnAThreadThatIsInterruptedAlready() throws Exception {
        request();
        try (ExportWorker worker =
                ExportWorker.builder(dataSource, new DirectoryFileStore(folder)).build()) {
            FutureTask<RunSummary> run = new FutureTask<>(() -> {
                Thread.currentThread().interrupt();
                return worker.run();
            });
            new Thread(run).start();

            RunSummary summary = run.get(1, TimeUnit.MINUTES);
            assertThat(summary.delivered()).isZero();
            assertThat(summary.left().waiting()).isOne();
        }
    }

    @Test
    void givesBackAnExportUnderWayWhenItIsClosed() throws Exception {
        UUID id = request();
        HeldStore store = new HeldStore(new DirectoryFileStore(folder));
        StopSignal signal = new StopSignal();
        ExportWorker worker = withoutGrace(store, signal);
        worker.checkStore();
        store.hold(1);
        CompletableFuture<RunSummary> run = CompletableFuture.supplyAsync(worker::watch, OwnThread::start);
        store.awaitUploads();

        CompletableFuture<Void> closing = CompletableFuture.runAsync(worker::close, OwnThread::start);
        Await.until("the worker is to let go", signal::isAbandoning);
        store.release();
        closing.get(1, TimeUnit.MINUTES);

        assertThat(run.get(1, TimeUnit.MINUTES).unfinished()).isOne();
        assertThat(entry(id))
                .extracting(ExportCatalog.Entry::status, ExportCatalog.Entry::retries)
                .containsExactly("pending", 0);
    }

    /** A service is killed some seconds after it was told to end, and closes its worker last. */
    @Test
    void theGraceBeginsWhenAWorkerIsToldToStop() throws Exception {
        UUID id = request();
        HeldStore store = new HeldStore(new DirectoryFileStore(folder));
        StopSignal signal = new StopSignal();
        try (ExportWorker worker = withoutGrace(store, signal)) {
            worker.checkStore();
            store.hold(1);
            CompletableFuture<RunSummary> run = CompletableFuture.supplyAsync(worker::watch, OwnThread::start);
            store.awaitUploads();

            worker.stop();
            try {
                Await.until("the worker is to let go", signal::isAbandoning);
            } finally {
                store.release();
            }

            assertThat(run.get(1, TimeUnit.MINUTES).unfinished()).isOne();
            assertThat(entry(id).status()).isEqualTo("pending");
        }
    }

    @Test
    void refusesCallsWhileItClosesAndIsClosedByTheLastRun() throws Exception {
        request();
        HeldStore store = new HeldStore(new DirectoryFileStore(folder));
        ExportWorker worker = ExportWorker.builder(dataSource, store).build();
        worker.checkStore();
        store.hold(1);
        CompletableFuture<RunSummary> run = CompletableFuture.supplyAsync(worker::watch, OwnThread::start);
        store.awaitUploads();
        Thread closing = new Thread(worker::close);
        try {
            closing.start();
            Await.until("calls are refused", () -> isRefused(worker::backlog));
            assertThat(closing.isAlive()).isTrue();
            closing.interrupt();
            closing.join();
        } finally {
            store.release();
        }

        run.get(1, TimeUnit.MINUTES);
        assertThatIllegalStateException().isThrownBy(worker::run);
        assertThatIllegalStateException().isThrownBy(worker::backlog);
    }

    @Test
    void stopsACleanUpThatIsClosed() throws Exception {
        HeldStore store = new HeldStore(new DirectoryFileStore(folder));
        try (ExportWorker worker = ExportWorker.builder(dataSource, store).build()) {
            request();
            request();
            worker.run();
        }
        owner.sql("DELETE FROM export_history").update();
        ExportCleanUp cleanUp = ExportCleanUp.builder(dataSource, store).build();
        store.hold(0);
        CompletableFuture<CleanUpReport> run = CompletableFuture.supplyAsync(cleanUp::run, OwnThread::start);
        store.awaitRemoval();
        Thread closing = new Thread(cleanUp::close);
        closing.start();
        Await.until("the clean-up waits for its end", () -> closing.getState() == Thread.State.TIMED_WAITING);
        store.release();
        closing.join();

        assertThat(run.get(1, TimeUnit.MINUTES).removed(UploadJournal.Reason.ROW_DELETED))
                .isOne();
        assertThat(owner.sql("SELECT count(*) FROM satchel.upload_journal")
                        .query(Long.class)
                        .single())
                .isOne();
    }

    /** A pool makes each request wait for its whole time limit, and the end of a run takes a dozen connections. */
    @Test
    void waitsOnceForADatabaseThatIsAwayWhenItIsStopped() throws Exception {
        request();
        HeldStore store = new HeldStore(new DirectoryFileStore(folder));
        LostDatabase lost = new LostDatabase(dataSource);
        try (ExportWorker worker = ExportWorker.builder(lost, store)
                .settings(WITHOUT_GRACE)
                .concurrency(1)
                .build()) {
            worker.checkStore();
            store.hold(1);
            CompletableFuture<RunSummary> run = CompletableFuture.supplyAsync(worker::watch, OwnThread::start);
            store.awaitUploads();
            lost.lose();
            worker.stop();
            store.release();

            assertThat(run.handle((summary, failed) -> failed).get(1, TimeUnit.MINUTES))
                    .rootCause()
                    .hasMessage("the database is away");
        }
        assertThat(lost.refusals())
                .as(
                        "at most one of the slot, of the heartbeats and of those who look for a lost lease, and of a second")
                .isBetween(1, 5);
    }

    @Test
    void waitsOnceForADatabaseThatIsAwayWhenItsCleanUpIsStopped() throws Exception {
        HeldStore store = new HeldStore(new DirectoryFileStore(folder));
        try (ExportWorker worker = ExportWorker.builder(dataSource, store).build()) {
            request();
            worker.run();
        }
        owner.sql("DELETE FROM export_history").update();
        LostDatabase lost = new LostDatabase(dataSource);
        StopSignal signal = new StopSignal();
        try (ExportCleanUp cleanUp =
                ExportCleanUp.builder(lost, store).stopSignal(signal).build()) {
            store.hold(0);
            CompletableFuture<CleanUpReport> run = CompletableFuture.supplyAsync(cleanUp::run, OwnThread::start);
            store.awaitRemoval();
            lost.lose();
            signal.abandon();
            store.release();

            assertThat(run.handle((report, failed) -> failed).get(1, TimeUnit.MINUTES))
                    .rootCause()
                    .hasMessage("the database is away");
        }
        assertThat(lost.refusals()).isBetween(1, 3);
    }

    /** The store and the database have their own time until the grace is over. */
    @Test
    void waitsForADatabaseThatComesBackWithinTheGraceOfItsCleanUp() throws Exception {
        HeldStore store = new HeldStore(new DirectoryFileStore(folder));
        try (ExportWorker worker = ExportWorker.builder(dataSource, store).build()) {
            request();
            worker.run();
        }
        owner.sql("DELETE FROM export_history").update();
        LostDatabase lost = new LostDatabase(dataSource);
        StopSignal signal = new StopSignal();
        try (ExportCleanUp cleanUp =
                ExportCleanUp.builder(lost, store).stopSignal(signal).build()) {
            store.hold(0);
            CompletableFuture<CleanUpReport> run = CompletableFuture.supplyAsync(cleanUp::run, OwnThread::start);
            store.awaitRemoval();
            lost.loseFor(1);
            signal.stop(Duration.ofHours(1));
            store.release();

            assertThat(run.get(1, TimeUnit.MINUTES).kept()).isOne();
        }
        assertThat(lost.refusals()).isOne();
    }

    /** Connections to a database that goes away. */
    private static final class LostDatabase extends DelegatingDataSource {

        private final AtomicInteger refusals = new AtomicInteger();
        private final AtomicInteger left = new AtomicInteger();

        LostDatabase(DataSource connections) {
            super(connections);
        }

        void lose() {
            loseFor(Integer.MAX_VALUE);
        }

        void loseFor(int requests) {
            left.set(requests);
        }

        int refusals() {
            return refusals.get();
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (left.getAndUpdate(requests -> Math.max(0, requests - 1)) > 0) {
                refusals.incrementAndGet();
                throw new SQLTransientConnectionException("the database is away", "08001");
            }
            return super.getConnection();
        }
    }

    // With one slot, because another one may be claiming at this moment, and gives back the same export once more.
    private ExportWorker withoutGrace(HeldStore store, StopSignal signal) {
        return ExportWorker.builder(dataSource, store)
                .concurrency(1)
                .settings(WITHOUT_GRACE)
                .stopSignal(signal)
                .build();
    }

    private static boolean isRefused(Runnable call) {
        try {
            call.run();
            return false;
        } catch (IllegalStateException refused) {
            return true;
        }
    }

    private ExportCatalog.Entry entry(UUID id) {
        return satchel.exportCatalog().find(id).orElseThrow();
    }

    private UUID request() {
        UUID user = UUID.randomUUID();
        owner.sql("INSERT INTO users (id, email) VALUES (:id, :email)")
                .param("id", user)
                .param("email", user + "@example.org")
                .update();
        ExportType profile = satchel.datasets().type("profile");
        return satchel.exportHistory()
                .request(
                        new ExportRequest(UserId.parse(user.toString()), profile, ExportFormat.CSV, ExportFilters.NONE))
                .id();
    }
}
