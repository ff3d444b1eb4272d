package dev.satchel.batchexport.run;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Says whether the JVM does little else than collect garbage, which with a heap that is nearly full can go on for hours
 * before memory is out. Safe for use by many threads.
 */
final class GarbageCollection implements BooleanSupplier {

    private static final long WINDOW = TimeUnit.SECONDS.toNanos(1);
    private static final double TOO_MUCH = 0.8;

    private long lookedAt = System.nanoTime();
    private long collecting = collecting();
    private boolean tooMuch;

    @Override
    public synchronized boolean getAsBoolean() {
        long now = System.nanoTime();
        long elapsed = now - lookedAt;
        if (elapsed >= WINDOW) {
            long total = collecting();
            tooMuch = total - collecting > TOO_MUCH * elapsed;
            lookedAt = now;
            collecting = total;
        }
        return tooMuch;
    }

    private static long collecting() {
        return TimeUnit.MILLISECONDS.toNanos(ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum());
    }
}
