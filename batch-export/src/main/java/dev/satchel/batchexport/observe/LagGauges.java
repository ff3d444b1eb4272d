package dev.satchel.batchexport.observe;

import dev.satchel.batchexport.observe.health.BoundedReading;
import dev.satchel.batchexport.observe.health.BoundedReading.Answer;
import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportCatalog.Lag;
import dev.satchel.export.Failure;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
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

    private final FailureDiagnosis diagnosis;
    private final BoundedReading<Reading> readings;
    private final AtomicBoolean known = new AtomicBoolean(true);

    /** What was read, and when, in milliseconds since 1970. */
    private record Reading(Lag lag, long at) {}

    public LagGauges(ExportCatalog catalog, FailureDiagnosis diagnosis) {
        this(catalog, diagnosis, System::nanoTime);
    }

    LagGauges(ExportCatalog catalog, FailureDiagnosis diagnosis, LongSupplier nanoTime) {
        this.diagnosis = diagnosis;
        this.readings = new BoundedReading<>(
                () -> new Reading(catalog.lag(STUCK), System.currentTimeMillis()),
                "satchel-gauges",
                PATIENCE,
                FRESH,
                nanoTime);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        bind(registry, this::value);
        gauge(
                registry,
                "satchel.gauges.read.timestamp",
                "seconds",
                "When the gauges of exports were read from the database, in seconds since 1970",
                () -> {
                    Reading reading = read();
                    return reading == null ? Double.NaN : reading.at() / 1000.0;
                });
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
        for (Failure.Code code : Failure.Code.values()) {
            Gauge.builder(
                            "satchel.exports.waiting",
                            () -> value.applyAsDouble(lag -> lag.waiting().getOrDefault(code, 0L)))
                    .description("Pending exports whose last attempt met a failure, by its code")
                    .tag("code", code.code())
                    .strongReference(true)
                    .register(registry);
        }
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
        Reading reading = read();
        return reading == null ? Double.NaN : part.applyAsDouble(reading.lag());
    }

    private @Nullable Reading read() {
        Answer<Reading> answer = readings.read();
        Throwable failure = answer.failure();
        if (answer.value() != null) {
            if (!known.getAndSet(true)) {
                LOG.info("the gauges of exports are read again");
            }
        } else if (failure == null) {
            unknown("the database did not answer within " + PATIENCE.toSeconds() + " seconds");
        } else if (!(failure instanceof InterruptedException)) {
            unknown(diagnosis.diagnose(failure).explanationInFull());
            LOG.debug("the gauges of exports", failure);
        }
        return answer.value();
    }

    private void unknown(String reason) {
        if (known.getAndSet(false)) {
            LOG.warn("the gauges of exports cannot be read: {}", reason);
        }
    }
}
