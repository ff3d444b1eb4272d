package dev.satchel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.satchel.AbortSignal;
import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LeaseTest {

    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofMinutes(70);
    private static final DeliverExport.Settings SETTINGS =
            new DeliverExport.Settings(LEASE, Duration.ofMillis(2), PATIENCE, Duration.ofDays(7));

    private final InMemoryExportHistory history = new InMemoryExportHistory();
    private final AtomicLong clock = new AtomicLong();
    private final AtomicBoolean choking = new AtomicBoolean();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);

    @AfterEach
    void shutDown() {
        executor.shutdownNow();
    }

    private Lease lease() {
        history.request(Requests.of(history.addUser()));
        Export.Processing export = history.claim("worker", LEASE).orElseThrow();
        return lease(history, export, executor);
    }

    private Lease lease(ExportHistory asked, Export.Processing export, ScheduledExecutorService aborts) {
        return new Lease(
                asked,
                export,
                SETTINGS,
                stopped::get,
                new DeliverExport.Heartbeats(executor, aborts, choking::get, clock::get),
                new LeaseWatch(asked, executor, SETTINGS.look()));
    }

    private void letPass(Duration time) throws InterruptedException {
        awaitBeats();
        clock.addAndGet(time.toNanos());
        awaitBeats();
    }

    // One thread runs them all, so that between two of these at least one beat of the lease has come and gone.
    private void awaitBeats() throws InterruptedException {
        CountDownLatch beats = new CountDownLatch(4);
        var counting = executor.scheduleWithFixedDelay(beats::countDown, 2, 2, TimeUnit.MILLISECONDS);
        beats.await();
        counting.cancel(false);
    }

    private boolean isExtended() throws InterruptedException {
        awaitBeats();
        history.letPass(Duration.ofMillis(1));
        awaitBeats();
        return history.lastHeartbeat().equals(history.now());
    }

    @Test
    void isExtendedWhileThereIsProgress() throws InterruptedException {
        try (Lease lease = lease()) {
            for (int hour = 0; hour < 10; hour++) {
                lease.move();
                letPass(Duration.ofHours(1));
            }

            assertThat(isExtended()).isTrue();
        }
    }

    @Test
    void endsAfterTheConfiguredPatienceWithoutProgress() throws InterruptedException {
        try (Lease lease = lease()) {
            letPass(PATIENCE.minusSeconds(1));
            assertThat(isExtended()).isTrue();

            letPass(Duration.ofSeconds(2));
            assertThat(isExtended()).isFalse();

            lease.move();
            assertThat(isExtended()).isTrue();
        }
    }

    @Test
    void endsWithTheThreadThatHeldIt() throws Exception {
        CompletableFuture<Lease> held = new CompletableFuture<>();
        Thread worker = new Thread(() -> held.complete(lease()));
        worker.start();
        worker.join();

        try (Lease lease = held.get()) {
            assertThat(isExtended()).isFalse();
            assertThat(lease.isLost()).isFalse();
        }
    }

    @Test
    void endsWhenTheJvmMostlyCollectsGarbage() throws InterruptedException {
        try (Lease lease = lease()) {
            letPass(Duration.ofMinutes(10));
            choking.set(true);
            letPass(LEASE.minusSeconds(1));
            assertThat(isExtended()).isTrue();

            letPass(Duration.ofSeconds(2));

            assertThat(isExtended()).isFalse();
            assertThat(lease.isChoked()).isTrue();
            assertThatIllegalStateException().isThrownBy(lease::check);
        }
    }

    @Test
    void isExtendedDuringGarbageCollectionWithProgress() throws InterruptedException {
        try (Lease lease = lease()) {
            choking.set(true);
            for (int minute = 0; minute < 5; minute++) {
                lease.move();
                letPass(LEASE);
            }

            assertThat(lease.isChoked()).isFalse();
        }
    }

    @Test
    void isCheckedBeforeEachStep() {
        try (Lease lease = lease()) {
            assertThatNoException().isThrownBy(lease::check);

            stopped.set(true);

            assertThatExceptionOfType(Lease.StoppedException.class).isThrownBy(lease::check);
        }
    }

    @Test
    void abortsUntilItsThreadHasLetGoAlthoughAnActionThrows() throws InterruptedException {
        CountDownLatch aborts = new CountDownLatch(3);
        try (Lease lease = lease();
                AbortSignal.Registration step = lease.signal().register(() -> {
                    aborts.countDown();
                    throw new IllegalStateException("the connection is closed");
                })) {
            assertThat(step).isNotNull();
            stopped.set(true);

            aborts.await();
        }
    }

    @Test
    void abortsWhileEveryHeartbeatWaitsForTheDatabase() throws InterruptedException {
        CountDownLatch away = new CountDownLatch(1);
        CountDownLatch aborted = new CountDownLatch(1);
        ScheduledThreadPoolExecutor aborts = new ScheduledThreadPoolExecutor(1);
        history.request(Requests.of(history.addUser()));
        Export.Processing export = history.claim("worker", LEASE).orElseThrow();
        executor.execute(() -> awaitUninterrupted(away));
        try (Lease lease = lease(history, export, aborts);
                AbortSignal.Registration step = lease.signal().register(aborted::countDown)) {
            assertThat(step).isNotNull();
            stopped.set(true);

            aborted.await();
        } finally {
            away.countDown();
            aborts.shutdownNow();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void isAskedForNoMoreOnceItIsKnownToBeLost() throws InterruptedException {
        CountDownLatch aborted = new CountDownLatch(1);
        FlakyHistory asked = new FlakyHistory(history);
        history.request(Requests.of(history.addUser()));
        Export.Processing export = history.claim("worker", LEASE).orElseThrow();
        try (Lease lease = lease(asked, export, executor);
                AbortSignal.Registration step = lease.signal().register(aborted::countDown)) {
            assertThat(step).isNotNull();
            history.cancel(export.id());
            aborted.await();
            awaitBeats();
            int looks = asked.looks.get();

            awaitBeats();

            assertThat(asked.looks).hasValue(looks);
        }
    }
}
