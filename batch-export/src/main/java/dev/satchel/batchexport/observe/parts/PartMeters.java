package dev.satchel.batchexport.observe.parts;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the parts of large exports that this process claimed, how they ended, and their rows and bytes. Safe for use by many
 * threads.
 *
 * <p>Every counter exists from the start, so that a rate over it is zero and not unknown before the first part.
 */
public final class PartMeters {

    private static final Duration[] BUCKETS = {
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1)
    };

    private final Map<UUID, Long> begun = new ConcurrentHashMap<>();
    private final Map<Outcome, Counter> ends = new EnumMap<>(Outcome.class);
    private final Counter claims;
    private final Counter bytes;
    private final Counter rows;
    private final Timer duration;

    public PartMeters(MeterRegistry registry) {
        for (Outcome outcome : Outcome.values()) {
            ends.put(
                    outcome,
                    Counter.builder("satchel.export.parts")
                            .description(
                                    "Parts of large exports that this process claimed and that have ended, by outcome")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        this.claims = Counter.builder("satchel.export.parts.claimed")
                .description("Parts of large exports that this process claimed")
                .register(registry);
        this.bytes = Counter.builder("satchel.export.part.bytes")
                .description("Bytes of the parts that this process delivered")
                .register(registry);
        this.rows = Counter.builder("satchel.export.part.rows")
                .description("Rows in the parts that this process delivered")
                .register(registry);
        this.duration = Timer.builder("satchel.export.part.duration")
                .description("Time from the claim of a part until it is in the store")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    void claimed(UUID token) {
        begun.put(token, System.nanoTime());
        claims.increment();
    }

    void delivered(UUID token, long records, long size) {
        Long since = begun.get(token);
        if (since != null && ended(token, Outcome.DELIVERED)) {
            duration.record(Duration.ofNanos(System.nanoTime() - since));
            rows.increment((double) records);
            bytes.increment((double) size);
        }
    }

    /** Counts how a part ended, unless that is known already; says whether it was not. */
    boolean ended(UUID token, Outcome outcome) {
        boolean isFirst = begun.remove(token) != null;
        Counter counter = ends.get(outcome);
        if (isFirst && counter != null) {
            counter.increment();
        }
        return isFirst;
    }

    /** How a part ended, as the value of a tag. */
    enum Outcome {
        DELIVERED,
        FAILED,
        /** Its worker was told to stop. */
        GIVEN_BACK,
        /** Its attempt had ended. */
        GIVEN_UP
    }
}
