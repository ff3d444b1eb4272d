package dev.satchel.batchexport;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what another process or thread brings about. */
public final class Await {

    private static final Duration LONGEST = Duration.ofMinutes(1);

    private Await() {}

    /** Returns once the condition holds, and fails if it does not within a minute. */
    public static void until(String what, BooleanSupplier holds) throws InterruptedException {
        until(what, LONGEST, holds);
    }

    /** As {@link #until(String, BooleanSupplier)}, for what may take that long. */
    public static void until(String what, Duration longest, BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + longest.toSeconds() + " seconds: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
