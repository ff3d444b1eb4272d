package dev.satchel.batchexport.observe.trace;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An observation under way, whose handlers cannot harm what is observed: what they throw is a line in the log. Used by one
 * thread at a time; the thread that opens it ends it.
 */
public final class Span {

    private static final Logger LOG = LoggerFactory.getLogger(Span.class);

    private final @Nullable Observation observation;
    private final Runnable close;

    private Span(@Nullable Observation observation, Runnable close) {
        this.observation = observation;
        this.close = close;
    }

    /** Starts an observation, which others are not below. */
    public static Span start(Supplier<Observation> unstarted) {
        return new Span(started(unstarted), () -> {});
    }

    /** Starts an observation of that registry; those that this thread starts before its end are below it. */
    public static Span open(ObservationRegistry registry, Supplier<Observation> unstarted) {
        Observation observation = started(unstarted);
        if (observation == null) {
            return new Span(null, () -> {});
        }
        Observation.Scope outer = registry.getCurrentObservationScope();
        // Where a handler throws, Micrometer would leave this observation the current one of the thread.
        Runnable leave = () -> registry.setCurrentObservationScope(outer);
        AtomicReference<Observation.@Nullable Scope> scope = new AtomicReference<>();
        guard(() -> scope.set(observation.openScope()), leave);
        Observation.Scope opened = scope.get();
        return new Span(observation, opened == null ? () -> {} : () -> guard(opened::close, leave));
    }

    /** Ends it with a tag. */
    public void end(String key, String value) {
        Observation ended = observation;
        if (ended != null) {
            guard(() -> ended.lowCardinalityKeyValue(key, value), () -> {});
        }
        end();
    }

    /** Ends it. */
    public void end() {
        close.run();
        Observation ended = observation;
        if (ended != null) {
            guard(ended::stop, () -> {});
        }
    }

    private static @Nullable Observation started(Supplier<Observation> unstarted) {
        AtomicReference<@Nullable Observation> started = new AtomicReference<>();
        guard(() -> started.set(unstarted.get().start()), () -> {});
        return started.get();
    }

    private static void guard(Runnable step, Runnable afterFailure) {
        try {
            step.run();
        } catch (RuntimeException failed) {
            LOG.warn("a handler of observations failed, and what it observes goes on", failed);
            afterFailure.run();
        }
    }
}
