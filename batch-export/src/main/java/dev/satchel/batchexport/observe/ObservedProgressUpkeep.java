package dev.satchel.batchexport.observe;

import dev.satchel.UserId;
import dev.satchel.progress.Drift;
import dev.satchel.progress.ProgressUpkeep;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Shows of how many users the last comparison found progress that differs from its sources. */
public final class ObservedProgressUpkeep implements ProgressUpkeep {

    private final ProgressUpkeep upkeep;
    private final MeterRegistry meters;
    private final AtomicLong drifted = new AtomicLong();

    public ObservedProgressUpkeep(ProgressUpkeep upkeep, MeterRegistry meters) {
        this.upkeep = upkeep;
        this.meters = meters;
    }

    @Override
    public long endBrokenStreaks() {
        return upkeep.endBrokenStreaks();
    }

    @Override
    public long forgetDeparted() {
        return upkeep.forgetDeparted();
    }

    @Override
    public Reconciliation reconcile(boolean repair, Consumer<Drift> drifts) {
        AtomicReference<@Nullable UserId> last = new AtomicReference<>();
        AtomicLong users = new AtomicLong();
        Reconciliation result = upkeep.reconcile(repair, drift -> {
            if (!drift.user().equals(last.getAndSet(drift.user()))) {
                users.incrementAndGet();
            }
            drifts.accept(drift);
        });
        drifted.set(users.get());
        // Before the first comparison nothing is known, and zero would say that all is well.
        Gauge.builder("satchel.progress.drift.users", drifted, AtomicLong::get)
                .description("Users whose progress differed from its sources in the last comparison")
                .strongReference(true)
                .register(meters);
        return result;
    }
}
