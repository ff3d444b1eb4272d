package dev.satchel.batchexport.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.UserId;
import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.LogLines;
import dev.satchel.batchexport.database.NotMigratedException;
import dev.satchel.batchexport.run.cleanup.CleanUpReport;
import dev.satchel.batchexport.run.cleanup.ExportCleanUp;
import dev.satchel.batchexport.run.listener.RunTotals;
import dev.satchel.batchexport.store.directory.DirectoryFileStore;
import dev.satchel.delivery.DeliveryListener;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.migrations.OwnThread;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.store.FileStore;
import dev.satchel.store.UploadJournal;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** A worker inside of a service: no command, no setting, no context but its own. */
@Timeout(120)
class ExportWorkerIT {

    @TempDir
    Path folder;

    @AutoClose
    private final SampleDatabase database = SampleDatabase.create();

    // As a service has it; each login costs as much as many statements.
    @AutoClose
    private final HikariDataSource dataSource = pool(database);

    private final SatchelPostgres satchel = new SatchelPostgres(dataSource);

    private static HikariDataSource pool(SampleDatabase database) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database.workerDataSource());
        config.setMinimumIdle(0);
        return new HikariDataSource(config);
    }

    @Test
    void deliversWhatWaitsAsOftenAsItIsAsked() throws IOException {
        FileStore store = new DirectoryFileStore(folder);
        try (ExportWorker worker = ExportWorker.builder(dataSource, store).build()) {
            UUID first = request();
            worker.checkStore();
            RunSummary summary = worker.run();
            assertThat(summary.delivered()).isOne();
            assertThat(summary.records()).isOne();
            assertThat(summary.isComplete()).isTrue();

            assertThat(worker.run().delivered()).isZero();

            UUID second = request();
            assertThat(worker.run().delivered()).isOne();
            assertThat(text(store, first)).contains("@example.org");
            assertThat(text(store, second)).contains("@example.org");
        }
    }

    /** Called every few seconds, it would otherwise fill the database and the log. */
    @Test
    void leavesNoRecordOfACallThatFindsNothingDue() {
        try (ExportWorker worker =
                ExportWorker.builder(dataSource, new DirectoryFileStore(folder)).build()) {
            assertThat(worker.runPending().isComplete()).isTrue();
            assertThat(count("SELECT count(*) FROM satchel.batch_job_instance")).isZero();

            request();
            assertThat(worker.runPending().delivered()).isOne();
            assertThat(worker.runPending().delivered()).isZero();
            assertThat(count("SELECT count(*) FROM satchel.batch_job_instance")).isOne();
        }
    }

    @Test
    void leavesWhatIsDueLaterToALaterCall() {
        request();
        assertThat(JdbcClient.create(database.ownerDataSource()).sql("""
                                INSERT INTO satchel.export_lease (export_id, attempt, run_after)
                                SELECT id, 1, now() + interval '1 hour' FROM export_history
                                """).update())
                .isOne();
        try (ExportWorker worker =
                ExportWorker.builder(dataSource, new DirectoryFileStore(folder)).build()) {
            RunSummary before = worker.runPending();
            UUID now = request();
            RunSummary after = worker.runPending();

            assertThat(before.left().waiting()).isOne();
            assertThat(before.isComplete()).isFalse();
            assertThat(after.delivered()).isOne();
            assertThat(after.left().waiting()).isOne();
            assertThat(satchel.exportCatalog().downloadable(now)).isPresent();
        }
    }

    /** Every few seconds, such a call would otherwise ask a broken store about every export. */
    @Test
    void leavesWhatWaitsForTheOperatorToARunThatAPersonStarts() {
        UUID waiting = request();
        assertThat(JdbcClient.create(database.ownerDataSource()).sql("""
                                WITH waits AS (
                                    UPDATE export_history SET error_message = 'store_full: the store has no room left'
                                    RETURNING id
                                )
                                INSERT INTO satchel.export_lease (export_id, attempt, run_after)
                                SELECT id, 1, now() + interval '1 hour' FROM waits
                                """).update())
                .isOne();
        try (ExportWorker worker =
                ExportWorker.builder(dataSource, new DirectoryFileStore(folder)).build()) {
            request();
            assertThat(worker.runPending().delivered()).isOne();
            assertThat(satchel.exportCatalog().downloadable(waiting)).isEmpty();

            assertThat(worker.run().delivered()).isOne();
            assertThat(satchel.exportCatalog().downloadable(waiting)).isPresent();
        }
    }

    /** A worker whose leases are longer than this one's may be silent for longer. */
    @Test
    void runsForASilentWorkerOnlyOnceItsLeaseExpired() {
        UUID id = request();
        satchel.exportHistory().claim("another", Duration.ofHours(1));
        JdbcClient owner = JdbcClient.create(database.ownerDataSource());
        owner.sql("UPDATE satchel.export_lease SET heartbeat_at = now() - interval '10 minutes'")
                .update();
        try (ExportWorker worker =
                ExportWorker.builder(dataSource, new DirectoryFileStore(folder)).build()) {
            assertThat(worker.runPending().left().silent()).isOne();
            assertThat(count("SELECT count(*) FROM satchel.batch_job_instance")).isZero();

            owner.sql("UPDATE satchel.export_lease SET expires_at = now() - interval '1 second'")
                    .update();
            assertThat(worker.runPending().delivered()).isOne();
            assertThat(satchel.exportCatalog().downloadable(id)).isPresent();
        }
    }

    @Test
    void tellsItsListenersThatADeadWorkersLastAttemptFailed() {
        UUID id = request();
        satchel.exportHistory().claim("another", Duration.ofHours(1));
        JdbcClient.create(database.ownerDataSource()).sql("""
                        UPDATE satchel.export_lease
                           SET attempt = 5, heartbeat_at = now() - interval '2 hours',
                               expires_at = now() - interval '1 hour'
                        """).update();
        RunTotals told = new RunTotals();
        try (ExportWorker worker = ExportWorker.builder(dataSource, new DirectoryFileStore(folder))
                .listener(told)
                .build()) {
            assertThat(worker.runPending().failed()).isOne();
            assertThat(told.failed()).isOne();
            assertThat(satchel.exportCatalog().find(id).orElseThrow().status()).isEqualTo("failed");
        }
    }

    @Test
    void runsAtTheSameTimeShareTheWork() throws Exception {
        for (int export = 0; export < 12; export++) {
            request();
        }
        HeldStore store = new HeldStore(new DirectoryFileStore(folder));
        try (ExportWorker worker =
                ExportWorker.builder(dataSource, store).concurrency(2).build()) {
            worker.checkStore();
            store.hold(4);
            CompletableFuture<RunSummary> one = CompletableFuture.supplyAsync(worker::run, OwnThread::start);
            CompletableFuture<RunSummary> other = CompletableFuture.supplyAsync(worker::run, OwnThread::start);
            store.awaitUploads();
            store.release();

            RunSummary first = one.get(1, TimeUnit.MINUTES);
            RunSummary second = other.get(1, TimeUnit.MINUTES);
            assertThat(first.delivered() + second.delivered()).isEqualTo(12);
            assertThat(first.delivered()).isGreaterThanOrEqualTo(2);
            assertThat(second.delivered()).isGreaterThanOrEqualTo(2);
        }
        assertThat(count("SELECT count(*) FROM export_history WHERE status = 'completed' AND retry_count = 0"))
                .isEqualTo(12);
    }

    @Test
    void keepsItsPartsWhenItsBuilderIsUsedAgain() {
        ExportWorker.Builder builder = ExportWorker.builder(dataSource, new DirectoryFileStore(folder));
        RunTotals told = new RunTotals();
        try (ExportWorker worker = builder.build();
                ExportWorker other = builder.listener(told).build()) {
            other.stop();
            request();

            assertThat(worker.run().delivered()).isOne();
            assertThat(told.delivered()).isZero();
        }
    }

    @Test
    void doesNothingUntilItRunsAndBeginsAgainAfterAFailure() {
        AtomicBoolean away = new AtomicBoolean(true);
        DataSource atTimes = new DelegatingDataSource(dataSource) {
            @Override
            public Connection getConnection() throws SQLException {
                if (away.get()) {
                    throw new SQLException("the server is away", "08001");
                }
                return super.getConnection();
            }
        };
        FileStore store = new DirectoryFileStore(folder);
        try (ExportWorker worker = ExportWorker.builder(atTimes, store).build();
                ExportCleanUp cleanUp = ExportCleanUp.builder(atTimes, store).build()) {
            assertThatThrownBy(worker::run).isInstanceOf(DataAccessException.class);
            assertThatThrownBy(cleanUp::run).isInstanceOf(DataAccessException.class);

            away.set(false);
            request();
            assertThat(worker.run().delivered()).isOne();
            assertThat(cleanUp.run().kept()).isZero();
        }
    }

    /** An IllegalStateException would say that the caller made a mistake. */
    @Test
    void saysThatTheDatabaseIsAwayWhicheverOfItsConnectionsIsRefused() {
        int allowed = 0;
        boolean isComplete = false;
        while (!isComplete) {
            try (ExportWorker worker = ExportWorker.builder(
                            new LostDatabase(dataSource, allowed), new DirectoryFileStore(folder))
                    .build()) {
                assertThat(worker.run().isComplete()).isTrue();
                isComplete = true;
            } catch (RuntimeException away) {
                assertThat(away)
                        .as("after %d connections", allowed)
                        .isInstanceOfAny(DataAccessException.class, TransactionException.class)
                        .rootCause()
                        .hasMessage("the server is away");
                allowed++;
            }
        }
        assertThat(allowed).as("connections of an idle run").isGreaterThan(3);
        assertThat(count("SELECT count(*) FROM satchel.batch_job_execution WHERE status = 'COMPLETED'"))
                .isOne();
    }

    /** A service may ask for days before anything is due, and the first job makes the context of all. */
    @Test
    void saysThatTheDatabaseIsAwayWhenItsFirstJobBegins() {
        LostDatabase lost = new LostDatabase(dataSource, Integer.MAX_VALUE);
        try (ExportWorker worker =
                ExportWorker.builder(lost, new DirectoryFileStore(folder)).build()) {
            assertThat(worker.runPending().isComplete()).isTrue();
            request();
            lost.allow(1);

            assertThatThrownBy(worker::runPending)
                    .isInstanceOfAny(DataAccessException.class, TransactionException.class)
                    .rootCause()
                    .hasMessage("the server is away");

            lost.allow(Integer.MAX_VALUE);
            assertThat(worker.runPending().delivered()).isOne();
        }
    }

    /** A pool makes each request for a connection wait for its whole time limit. */
    @Test
    void waitsOnceForADatabaseThatIsAwayWhenARunBegins() {
        LostDatabase lost = new LostDatabase(dataSource, Integer.MAX_VALUE);
        try (ExportWorker worker =
                ExportWorker.builder(lost, new DirectoryFileStore(folder)).build()) {
            worker.backlog();
            lost.allow(0);

            assertThatThrownBy(worker::run).isInstanceOf(DataAccessException.class);
            assertThat(lost.refusals()).isOne();
        }
    }

    /** Gives so many connections, and no more. */
    private static final class LostDatabase extends DelegatingDataSource {

        private final AtomicInteger allowed;
        private final AtomicInteger refusals = new AtomicInteger();

        LostDatabase(DataSource connections, int allowed) {
            super(connections);
            this.allowed = new AtomicInteger(allowed);
        }

        void allow(int more) {
            allowed.set(more);
        }

        int refusals() {
            return refusals.get();
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (allowed.getAndDecrement() <= 0) {
                allowed.set(0);
                refusals.incrementAndGet();
                throw new SQLException("the server is away", "08001");
            }
            return super.getConnection();
        }
    }

    @Test
    void saysWhatADatabaseLacksThatWasNotMigrated() {
        try (SampleDatabase plain = SampleDatabase.createUnmigrated();
                ExportWorker worker = ExportWorker.builder(plain.ownerDataSource(), new DirectoryFileStore(folder))
                        .build()) {
            assertThatThrownBy(worker::run)
                    .isInstanceOf(NotMigratedException.class)
                    .hasMessage(
                            "the database of the data source has no tables of Satchel: run 'satchel migrate' as their"
                                    + " owner first");
        }
    }

    /** Spring Batch would refuse too, but not say why. */
    @Test
    void refusesToRunInsideOfATransaction() {
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        try (ExportWorker worker =
                ExportWorker.builder(dataSource, new DirectoryFileStore(folder)).build()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> transaction.executeWithoutResult(status -> worker.run()))
                    .withMessageEndingWith("call them outside of it, from a method without @Transactional");

            assertThat(worker.run().isComplete()).isTrue();
        }
    }

    /** The usual advice for services with JPA. */
    @Test
    void worksOnAPoolWithoutAutoCommit() {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setDataSource(database.workerDataSource());
            pool.setAutoCommit(false);
            try (ExportWorker worker = ExportWorker.builder(pool, new DirectoryFileStore(folder))
                            .build();
                    ExportCleanUp cleanUp = ExportCleanUp.builder(pool, new DirectoryFileStore(folder))
                            .build()) {
                UUID id = request();
                worker.checkStore();
                assertThat(worker.runPending().delivered()).isOne();
                assertThat(satchel.exportCatalog().downloadable(id)).isPresent();
                JdbcClient.create(database.ownerDataSource())
                        .sql("DELETE FROM export_history")
                        .update();
                assertThat(cleanUp.run().removed(UploadJournal.Reason.ROW_DELETED))
                        .isOne();
            }
        }
        assertThat(count("SELECT count(*) FROM satchel.batch_job_execution WHERE status = 'COMPLETED'"))
                .isEqualTo(2);
        assertThat(count("SELECT count(*) FROM satchel.upload_journal")).isZero();
    }

    @Test
    void warnsOnceOfAPoolThatIsTooSmallForARun() {
        List<String> logged;
        try (HikariDataSource pool = new HikariDataSource();
                LogLines log = LogLines.of(JobContext.class)) {
            pool.setDataSource(database.workerDataSource());
            pool.setMaximumPoolSize(10);
            FileStore store = new DirectoryFileStore(folder);
            try (ExportWorker fits =
                            ExportWorker.builder(pool, store).concurrency(3).build();
                    ExportWorker tooMany =
                            ExportWorker.builder(pool, store).concurrency(4).build()) {
                fits.backlog();
                tooMany.backlog();
                tooMany.backlog();
            }
            logged = log.messages();
        }
        assertThat(logged)
                .filteredOn(line -> line.contains("pool"))
                .singleElement()
                .asString()
                .startsWith("the pool has at most 10 connections, and each run uses up to 12: enlarge the pool");
    }

    /** In a jar of Spring Boot, the threads of the common pool do not see the classes of the service. */
    @Test
    void findsItsClassesOnAThreadWithAnotherClassLoader() throws Exception {
        request();
        RunSummary summary;
        try (ExportWorker worker = ExportWorker.builder(dataSource, new DirectoryFileStore(folder))
                        .build();
                ExportCleanUp cleanUp = ExportCleanUp.builder(dataSource, new DirectoryFileStore(folder))
                        .build()) {
            CompletableFuture<RunSummary> run = new CompletableFuture<>();
            Thread foreign = new Thread(() -> run.completeAsync(
                    () -> {
                        RunSummary done = worker.run();
                        cleanUp.run();
                        return done;
                    },
                    Runnable::run));
            foreign.setContextClassLoader(ClassLoader.getPlatformClassLoader());
            foreign.start();
            summary = run.get(1, TimeUnit.MINUTES);
        }
        assertThat(summary.delivered()).isOne();
    }

    @Test
    void saysWhichRightItLacks() {
        JdbcClient.create(database.ownerDataSource())
                .sql("REVOKE UPDATE ON satchel.export_lease FROM satchel_exports, satchel_runtime")
                .update();
        try (ExportWorker worker =
                ExportWorker.builder(dataSource, new DirectoryFileStore(folder)).build()) {
            assertThatThrownBy(worker::run)
                    .isInstanceOf(DataAccessException.class)
                    .rootCause()
                    .hasMessageContaining("permission denied for table export_lease");
        }
    }

    @Test
    void throwsTheErrorThatEndedASlot() {
        request();
        try (ExportWorker worker = ExportWorker.builder(dataSource, new DirectoryFileStore(folder))
                .listener((DeliveryListener) Proxy.newProxyInstance(
                        getClass().getClassLoader(), new Class<?>[] {DeliveryListener.class}, (any, method, of) -> {
                            throw new NoClassDefFoundError("of the listener");
                        }))
                .build()) {
            assertThatThrownBy(worker::run)
                    .isInstanceOf(NoClassDefFoundError.class)
                    .hasMessage("of the listener");
        }
    }

    @Test
    void closesNeitherTheDataSourceNorTheStore() {
        HeldStore store = new HeldStore(new DirectoryFileStore(folder));
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setDataSource(database.workerDataSource());
            try (ExportWorker worker = ExportWorker.builder(pool, store).build();
                    ExportCleanUp cleanUp = ExportCleanUp.builder(pool, store).build()) {
                worker.run();
                cleanUp.run();
            }

            assertThat(pool.isClosed()).isFalse();
            assertThat(store.isClosed()).isFalse();
        }
    }

    @Test
    void watchesOnceADatabaseAnswersThatWasAwayAtFirst() throws Exception {
        UUID waiting = request();
        AtomicInteger refused = new AtomicInteger();
        DataSource away = new DelegatingDataSource(dataSource) {
            @Override
            public Connection getConnection() throws SQLException {
                if (refused.incrementAndGet() < 4) {
                    throw new SQLException("refused", "08001");
                }
                return super.getConnection();
            }
        };
        try (ExportWorker worker =
                ExportWorker.builder(away, new DirectoryFileStore(folder)).build()) {
            CompletableFuture<RunSummary> watch = CompletableFuture.supplyAsync(worker::watch, OwnThread::start);
            Await.until(
                    "delivered",
                    () -> satchel.exportCatalog().downloadable(waiting).isPresent());
            worker.stop();

            assertThat(watch.get(1, TimeUnit.MINUTES).delivered()).isOne();
        }
    }

    @Test
    void runsNoMoreOnceItIsClosed() {
        request();
        ExportWorker worker =
                ExportWorker.builder(dataSource, new DirectoryFileStore(folder)).build();
        worker.stop();
        assertThat(worker.run().left().waiting()).isOne();
        assertThat(worker.runPending().left().waiting()).isOne();
        assertThat(worker.watch().left().waiting()).isOne();
        assertThat(count("SELECT count(*) FROM satchel.batch_job_instance")).isZero();

        worker.close();
        worker.close();

        assertThatIllegalStateException().isThrownBy(worker::run);
    }

    @Test
    void removesTheFileOfADeletedExport() throws IOException {
        FileStore store = new DirectoryFileStore(folder);
        UUID id = request();
        try (ExportWorker worker = ExportWorker.builder(dataSource, store).build();
                ExportCleanUp cleanUp = ExportCleanUp.builder(dataSource, store).build()) {
            worker.run();
            JdbcClient.create(database.ownerDataSource())
                    .sql("DELETE FROM export_history WHERE id = :id")
                    .param("id", id)
                    .update();

            CleanUpReport report = cleanUp.run();

            assertThat(report.removed(UploadJournal.Reason.ROW_DELETED)).isOne();
            try (var files = Files.walk(folder)) {
                assertThat(files.filter(file -> file.toString().endsWith(".csv")))
                        .isEmpty();
            }
        }
    }

    @Test
    void refusesAConcurrencyOutOfRangeAndADatasetThatDoesNotExist() {
        ExportWorker.Builder builder = ExportWorker.builder(dataSource, new DirectoryFileStore(folder));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.concurrency(0).build())
                .withMessage("the concurrency must be a whole number from 1 to 64, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.concurrency(1)
                        .settings(new ExportSettings(
                                Duration.ofDays(7),
                                Duration.ofSeconds(60),
                                5,
                                Duration.ZERO,
                                Duration.ofHours(24),
                                "sesions: misspelt",
                                null))
                        .build())
                .withMessageStartingWith(
                        "satchel.export.accept-hidden names the dataset 'sesions', which does not exist");
    }

    private UUID request() {
        UUID user = UUID.randomUUID();
        JdbcClient.create(database.ownerDataSource())
                .sql("INSERT INTO users (id, email) VALUES (:id, :email)")
                .param("id", user)
                .param("email", user + "@example.org")
                .update();
        ExportType profile = satchel.datasets().type("profile");
        return satchel.exportHistory()
                .request(
                        new ExportRequest(UserId.parse(user.toString()), profile, ExportFormat.CSV, ExportFilters.NONE))
                .id();
    }

    private String text(FileStore store, UUID id) throws IOException {
        URI location = satchel.exportCatalog().downloadable(id).orElseThrow().location();
        try (InputStream file = store.read(location)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private long count(String query) {
        return JdbcClient.create(database.ownerDataSource())
                .sql(query)
                .query(Long.class)
                .single();
    }
}
