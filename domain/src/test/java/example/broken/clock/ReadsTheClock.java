package example.broken.clock;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.function.Supplier;

/** Tells itself the time in every way there is, so that a test can see the rule against it bite. */
public final class ReadsTheClock {

    private ReadsTheClock() {}

    public static Instant instant() {
        return Instant.now();
    }

    public static LocalDate today() {
        return LocalDate.now(ZoneOffset.UTC);
    }

    public static Supplier<Instant> later() {
        return Instant::now;
    }

    public static Clock clock() {
        return Clock.systemUTC();
    }

    public static long millis() {
        return System.currentTimeMillis();
    }

    public static long nanos() {
        return System.nanoTime();
    }
}
