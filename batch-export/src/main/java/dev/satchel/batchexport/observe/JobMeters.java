package dev.satchel.batchexport.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Shows when each job last succeeded in this process. A job that has not succeeded yet has no gauge. Safe for use by many
 * threads; one for each registry.
 */
public final class JobMeters {

    private final MeterRegistry meters;
    private final LongSupplier currentMillis;
    private final Map<SatchelJob, AtomicLong> successes = new EnumMap<>(SatchelJob.class);

    public JobMeters(MeterRegistry meters) {
        this(meters, System::currentTimeMillis);
    }

    JobMeters(MeterRegistry meters, LongSupplier currentMillis) {
        this.meters = meters;
        this.currentMillis = currentMillis;
    }

    /** Says that the job has done its work now. */
    public synchronized void succeeded(SatchelJob job) {
        successes.computeIfAbsent(job, this::registered).set(currentMillis.getAsLong());
    }

    // Prometheus has a label "job" of its own, and would rename this one.
    private AtomicLong registered(SatchelJob job) {
        AtomicLong millis = new AtomicLong(currentMillis.getAsLong());
        Gauge.builder("satchel.job.last.success.timestamp", millis, at -> at.get() / 1000.0)
                .description("When the job last succeeded, in seconds since 1970")
                .baseUnit("seconds")
                .tag("satchel.job", job.tag())
                .strongReference(true)
                .register(meters);
        return millis;
    }
}
