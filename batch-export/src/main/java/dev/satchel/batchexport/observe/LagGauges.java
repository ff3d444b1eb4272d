package dev.satchel.batchexport.observe;

import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportCatalog.Lag;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gauges of how far exports lag behind, which read the database when they are read, all with one statement and at most
 * once every five seconds. Safe for use by many threads.
 *
 * <p>A database that does not answer within four seconds breaks no scrape: the gauges are then NaN, and the log says
 * once that they are, and once that they are read again.
 */
public final class LagGauges implements MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(LagGauges.class);

    /** Longer than an expired lease stays while any worker runs. */
    private static final Duration STUCK = Duration.ofMinutes(5);

    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final ExportCatalog catalog;
    private final FailureDiagnosis diagnosis;
    private final LongSupplier nanoTime;
    private @Nullable CompletableFuture<Lag> reading;
    private @Nullable Lag last;
    private boolean known = true;
    private boolean readBefore;
    private long readAt;

    public LagGauges(ExportCatalog catalog, FailureDiagnosis diagnosis) {
        this(catalog, diagnosis, System::nanoTime);
    }

    LagGauges(ExportCatalog catalog, FailureDiagnosis diagnosis, LongSupplier nanoTime) {
        this.catalog = catalog;
        this.diagnosis = diagnosis;
        this.nanoTime = nanoTime;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        bind(registry, this::value);
    }

    /** Binds gauges that are NaN, for a program that did not reach the database. */
    public static void bindUnknown(MeterRegistry registry) {
        bind(registry, part -> Double.NaN);
    }

    private static void bind(MeterRegistry registry, ToDoubleFunction<ToDoubleFunction<Lag>> value) {
        gauge(
                registry,
                "satchel.exports.pending",
                null,
                "Exports that wait for a worker",
                () -> value.applyAsDouble(Lag::pending));
        gauge(
                registry,
                "satchel.oldest.pending",
                "seconds",
                "Time since the oldest pending export was requested; 0 if there is none",
                () -> value.applyAsDouble(lag -> seconds(lag.oldestPending())));
        gauge(
                registry,
                "satchel.leases.stuck",
                null,
                "Exports whose lease expired more than 5 minutes ago and that no worker has taken over",
                () -> value.applyAsDouble(Lag::stuck));
        gauge(
                registry,
                "satchel.files.overdue",
                null,
                "Files that have expired and that no clean-up has removed yet",
                () -> value.applyAsDouble(Lag::overdue));
        gauge(
                registry,
                "satchel.oldest.overdue",
                "seconds",
                "Time since the first of the overdue files expired; 0 if there is none",
                () -> value.applyAsDouble(lag -> seconds(lag.oldestOverdue())));
    }

    private static void gauge(
            MeterRegistry registry, String name, @Nullable String unit, String description, Supplier<Number> value) {
        Gauge.builder(name, value)
                .baseUnit(unit)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }

    private double value(ToDoubleFunction<Lag> part) {
        Lag lag = lag();
        return lag == null ? Double.NaN : part.applyAsDouble(lag);
    }

    private synchronized @Nullable Lag lag() {
        if (!readBefore || nanoTime.getAsLong() - readAt > FRESH.toNanos()) {
            last = read();
            readAt = nanoTime.getAsLong();
            readBefore = true;
        }
        return last;
    }

    // One reading at a time: one that is late is waited for again, and not followed by a second.
    private @Nullable Lag read() {
        CompletableFuture<Lag> current = reading;
        if (current == null) {
            current = CompletableFuture.supplyAsync(() -> catalog.lag(STUCK), LagGauges::start);
            reading = current;
        }
        try {
            Lag lag = current.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            reading = null;
            if (!known) {
                LOG.info("the gauges of exports are read again");
                known = true;
            }
            return lag;
        } catch (TimeoutException late) {
            return unknown("the database did not answer within " + PATIENCE.toSeconds() + " seconds", late);
        } catch (ExecutionException failed) {
            reading = null;
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            return unknown(diagnosis.diagnose(cause).explanationInFull(), cause);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private @Nullable Lag unknown(String reason, Throwable cause) {
        if (known) {
            LOG.warn("the gauges of exports cannot be read: {}", reason);
            known = false;
        }
        LOG.debug("the gauges of exports", cause);
        return null;
    }

    private static void start(Runnable reading) {
        Thread thread = new Thread(reading, "satchel-gauges");
        thread.setDaemon(true);
        thread.start();
    }
}
