package dev.satchel.batchexport.job;

import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.ItemReader;

/**
 * Takes back what dead workers left, and claims one export after another until none waits any more, or until told to stop. An export whose next attempt is due
 * later is waited for, so that an outage of seconds does not cost the learner a night.
 */
final class WaitingExports implements ItemReader<Export.Processing> {

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);

    private final ExportHistory history;
    private final String worker;
    private final Duration lease;
    private final int attempts;
    private final StopSignal stop;
    private final AtomicLong nextRescue = new AtomicLong(System.nanoTime());

    WaitingExports(ExportHistory history, String worker, Duration lease, int attempts, StopSignal stop) {
        this.history = history;
        this.worker = worker;
        this.lease = lease;
        this.attempts = attempts;
        this.stop = stop;
    }

    @Override
    public Export.@Nullable Processing read() {
        while (!stop.isStopping()) {
            rescueNowAndThen();
            Optional<Export.Processing> claimed = history.claim(worker, lease);
            if (claimed.isPresent()) {
                return claimed.get();
            }
            Optional<Duration> due = history.untilNextDue();
            if (due.isEmpty()) {
                return null;
            }
            stop.await(clamp(due.get()));
        }
        return null;
    }

    // Also in the middle of a long run: a worker that died meanwhile must not keep its exports until the run ends.
    private void rescueNowAndThen() {
        long now = System.nanoTime();
        long due = nextRescue.get();
        if (now - due >= 0 && nextRescue.compareAndSet(due, now + lease.toNanos() / 2)) {
            history.rescue(attempts);
        }
    }

    private static Duration clamp(Duration pause) {
        if (pause.compareTo(SHORTEST_PAUSE) < 0) {
            return SHORTEST_PAUSE;
        }
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
}
