package dev.satchel.batchexport.job;

import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.ItemReader;

/**
 * Claims one export after another until none waits any more, or until told to stop. An export whose next attempt is due
 * later is waited for, so that an outage of seconds does not cost the learner a night.
 */
final class WaitingExports implements ItemReader<Export.Processing> {

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);

    private final ExportHistory history;
    private final String worker;
    private final Duration lease;
    private final StopSignal stop;

    WaitingExports(ExportHistory history, String worker, Duration lease, StopSignal stop) {
        this.history = history;
        this.worker = worker;
        this.lease = lease;
        this.stop = stop;
    }

    @Override
    public Export.@Nullable Processing read() {
        while (!stop.isStopping()) {
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

    private static Duration clamp(Duration pause) {
        if (pause.compareTo(SHORTEST_PAUSE) < 0) {
            return SHORTEST_PAUSE;
        }
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
}
