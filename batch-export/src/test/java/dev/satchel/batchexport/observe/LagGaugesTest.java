package dev.satchel.batchexport.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.LogLines;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportCatalog.Lag;
import dev.satchel.export.Exports;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;

/** The gauges on a history in memory, with a clock that stands still until it is told otherwise. */
class LagGaugesTest {

    private final InMemoryExportHistory history = new InMemoryExportHistory();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private volatile boolean away;

    @AutoClose
    private final LogLines log = LogLines.of(LagGauges.class);

    @BeforeEach
    void bind() {
        new LagGauges(unsteady(), new KnownFailures(), nanos::get).bindTo(meters);
    }

    private ExportCatalog unsteady() {
        return (ExportCatalog) Proxy.newProxyInstance(
                ExportCatalog.class.getClassLoader(),
                new Class<?>[] {ExportCatalog.class},
                (proxy, method, arguments) -> {
                    reads.incrementAndGet();
                    if (away) {
                        throw new DataAccessResourceFailureException("away", new SQLException("away", "08006"));
                    }
                    try {
                        return method.invoke(history, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    private void later(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void showWhatWaitsAndForHowLong() {
        history.request(Requests.of(history.addUser()));
        history.request(Requests.of(history.addUser()));
        history.letPass(Duration.ofSeconds(90));

        assertThat(gauge("satchel.exports.pending")).isEqualTo(2);
        assertThat(gauge("satchel.oldest.pending")).isEqualTo(90);
        assertThat(gauge("satchel.leases.stuck")).isZero();
        assertThat(gauge("satchel.files.overdue")).isZero();
        assertThat(gauge("satchel.oldest.overdue")).isZero();
    }

    @Test
    void readTheDatabaseOnceInFiveSecondsHoweverOftenTheyAreRead() {
        for (int scrape = 0; scrape < 10; scrape++) {
            gauge("satchel.exports.pending");
            gauge("satchel.files.overdue");
        }
        assertThat(reads).hasValue(1);

        later(Duration.ofMillis(5001));
        gauge("satchel.exports.pending");

        assertThat(reads).hasValue(2);
    }

    @Test
    void areNanWhileTheDatabaseIsAwayAndTheLogSaysItOnce() {
        away = true;
        for (int scrape = 0; scrape < 5; scrape++) {
            assertThat(gauge("satchel.exports.pending")).isNaN();
            assertThat(gauge("satchel.oldest.pending")).isNaN();
            later(Duration.ofSeconds(6));
        }
        away = false;
        assertThat(gauge("satchel.exports.pending")).isZero();

        assertThat(log.messages())
                .containsExactly(
                        "the gauges of exports cannot be read: the database could not be reached or was overloaded",
                        "the gauges of exports are read again");
    }

    @Test
    void aReadingThatNeverEndsIsFollowedByAnother() {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        MeterRegistry others = new SimpleMeterRegistry();
        ExportCatalog hangsOnce = (ExportCatalog) Proxy.newProxyInstance(
                ExportCatalog.class.getClassLoader(),
                new Class<?>[] {ExportCatalog.class},
                (proxy, method, arguments) -> {
                    if (begun.getAndIncrement() == 0) {
                        never.await();
                    }
                    return new Lag(7, Duration.ZERO, 0, 0, Duration.ZERO, Map.of());
                });
        new LagGauges(hangsOnce, new KnownFailures(), nanos::get).bindTo(others);
        assertThat(others.get("satchel.exports.pending").gauge().value()).isNaN();

        later(Duration.ofSeconds(31));

        assertThat(others.get("satchel.exports.pending").gauge().value()).isEqualTo(7);
    }

    @Test
    void showWhatPendingExportsWaitAfterAndWhenThatWasRead() {
        history.request(Requests.of(history.addUser()));
        history.request(Requests.of(history.addUser()));
        history.postpone(
                history.claim("worker", Duration.ofMinutes(2)).orElseThrow(),
                Exports.storeUnavailable(),
                Duration.ofMinutes(1));

        assertThat(meters.get("satchel.exports.waiting")
                        .tag("code", "store_unavailable")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(meters.get("satchel.exports.waiting")
                        .tag("code", "access_denied")
                        .gauge()
                        .value())
                .isZero();
        assertThat(gauge("satchel.gauges.read.timestamp")).isGreaterThan(1_700_000_000);
        away = true;
        later(Duration.ofSeconds(6));
        assertThat(gauge("satchel.gauges.read.timestamp")).isNaN();
    }

    @Test
    void aReadingThatHangsIsNotFollowedByASecond() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        MeterRegistry others = new SimpleMeterRegistry();
        ExportCatalog hanging = (ExportCatalog) Proxy.newProxyInstance(
                ExportCatalog.class.getClassLoader(),
                new Class<?>[] {ExportCatalog.class},
                (proxy, method, arguments) -> {
                    begun.incrementAndGet();
                    hangs.await();
                    return new Lag(7, Duration.ZERO, 0, 0, Duration.ZERO, Map.of());
                });
        new LagGauges(hanging, new KnownFailures(), nanos::get).bindTo(others);

        assertThat(others.get("satchel.exports.pending").gauge().value()).isNaN();
        later(Duration.ofSeconds(6));
        hangs.countDown();

        Await.until(
                "what it read is shown",
                () -> others.get("satchel.exports.pending").gauge().value() == 7);
        assertThat(begun).hasValue(1);
    }
}
