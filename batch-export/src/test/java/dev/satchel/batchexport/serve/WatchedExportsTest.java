package dev.satchel.batchexport.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.run.stop.StopSignal;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatchedExportsTest {

    private static final Duration PAUSE = Duration.ofMillis(10);

    private final StopSignal stop = new StopSignal();
    private final LastRuns last = new LastRuns(() -> Instant.EPOCH);

    @AfterEach
    void stop() {
        stop.abandon();
    }

    @Test
    void isWellAgainOnceItGoesOnAfterAFailureThatNobodyForesaw() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch look = new CountDownLatch(1);
        WatchedExports exports = new WatchedExports(
                () -> {
                    if (begun.incrementAndGet() == 1) {
                        throw new IllegalStateException("once");
                    }
                    stop.await();
                },
                () -> await(look),
                stop,
                last,
                PAUSE);
        exports.start();
        Await.until("it has begun again", () -> begun.get() > 1);
        assertThat(last.check().passed()).isFalse();

        look.countDown();

        Await.until("it is well", () -> last.check().passed());
    }

    @Test
    void tellsTheProgramToEndWhereItCannotGoOn() {
        WatchedExports exports = new WatchedExports(
                () -> {
                    throw new OutOfMemoryError("of the test");
                },
                () -> {},
                stop,
                last,
                PAUSE);
        exports.start();

        stop.await();
        exports.close();

        assertThat(exports.fatal()).isInstanceOf(OutOfMemoryError.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
