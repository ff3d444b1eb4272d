package dev.satchel.delivery;

import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells the leases of a worker soon when their export was cancelled, deleted or taken away: one statement asks for all
 * of them, twice a second. Does nothing while the worker holds no lease. Safe for use by many threads.
 */
final class LeaseWatch {

    /** A cancelled export stops within two seconds, of which this is the wait and the rest for letting go. */
    static final Duration INTERVAL = Duration.ofMillis(500);

    private final ExportHistory history;
    private final ScheduledExecutorService executor;
    private final Duration interval;
    private final Set<Lease> leases = ConcurrentHashMap.newKeySet();
    private @Nullable ScheduledFuture<?> looking;

    LeaseWatch(ExportHistory history, ScheduledExecutorService executor, Duration interval) {
        this.history = history;
        this.executor = executor;
        this.interval = interval;
    }

    synchronized void add(Lease lease) {
        leases.add(lease);
        if (looking == null) {
            looking = executor.scheduleWithFixedDelay(
                    this::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    synchronized void remove(Lease lease) {
        leases.remove(lease);
        if (leases.isEmpty() && looking != null) {
            looking.cancel(false);
            looking = null;
        }
    }

    /**
     * Whether an export that is lost was cancelled. Without an answer of the history, it counts as lost for another
     * reason, which changes nothing but the count of outcomes.
     */
    boolean wasCancelled(Export.Processing export) {
        try {
            return history.lost(List.of(export)).stream().anyMatch(ExportHistory.Lost::cancelled);
        } catch (RuntimeException noAnswer) {
            return false;
        }
    }

    private void look() {
        try {
            // Without those that know already, and repeat the signal themselves.
            Map<Export.Processing, Lease> held = leases.stream()
                    .filter(lease -> !lease.isLost())
                    .collect(Collectors.toMap(Lease::export, Function.identity()));
            if (!held.isEmpty()) {
                history.lost(List.copyOf(held.keySet())).forEach(lost -> {
                    Lease lease = held.get(lost.export());
                    if (lease != null) {
                        lease.lose();
                    }
                });
            }
        } catch (RuntimeException | Error unreachable) {
            // The next look tries again. An exception thrown here would end the looks (see scheduleWithFixedDelay).
            return;
        }
    }
}
