package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LeaseTest {

    private static final Duration HEARTBEAT = Duration.ofMillis(2);
    private static final Duration LEASE = HEARTBEAT.multipliedBy(4);
    private static final Duration PATIENCE = HEARTBEAT.multipliedBy(10);
    private static final DeliverExport.Terms TERMS =
            new DeliverExport.Terms(LEASE, HEARTBEAT, PATIENCE, Duration.ofDays(7));

    private final InMemoryExportHistory history = new InMemoryExportHistory();
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
        return new Lease(history, export, TERMS, stopped::get, new DeliverExport.Heartbeats(executor, choking::get));
    }

    private void await(Lease lease, long beats) throws InterruptedException {
        long until = lease.beats() + beats;
        while (lease.beats() < until) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    // The clock of the history stands still, so a lease that is extended now reaches as far from here.
    private boolean isExtended(Lease lease) throws InterruptedException {
        history.letPass(Duration.ofMillis(1));
        Instant before = history.now();
        await(lease, 2);
        return history.lastHeartbeat().equals(before);
    }

    @Test
    void isExtendedWhileSomethingMoves() throws InterruptedException {
        try (Lease lease = lease()) {
            for (int round = 0; round < 10; round++) {
                await(lease, 5);
                lease.move();
            }

            assertThat(isExtended(lease)).isTrue();
        }
    }

    @Test
    void endsWhenNothingMovesForLongerThanAnythingIsWaitedFor() throws InterruptedException {
        try (Lease lease = lease()) {
            await(lease, 15);

            assertThat(isExtended(lease)).isFalse();

            lease.move();
            assertThat(isExtended(lease)).isTrue();
        }
    }

    @Test
    void endsWithTheThreadThatHeldIt() throws Exception {
        CompletableFuture<Lease> held = new CompletableFuture<>();
        Thread worker = new Thread(() -> held.complete(lease()));
        worker.start();
        worker.join();

        try (Lease lease = held.get()) {
            assertThat(isExtended(lease)).isFalse();
        }
    }

    @Test
    void endsWhenTheJvmDoesLittleElseThanCollectGarbage() throws InterruptedException {
        try (Lease lease = lease()) {
            choking.set(true);
            await(lease, 6);

            assertThat(isExtended(lease)).isFalse();
            assertThat(lease.isChoked()).isTrue();
            assertThatIllegalStateException().isThrownBy(lease::check);
        }
    }

    @Test
    void goesOnWhileGarbageIsCollectedAndSomethingMoves() throws InterruptedException {
        try (Lease lease = lease()) {
            choking.set(true);
            for (int round = 0; round < 20; round++) {
                lease.move();
                await(lease, 1);
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
}
