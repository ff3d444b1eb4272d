package dev.satchel.batchexport.serve;

import dev.satchel.batchexport.observe.health.CheckResult;
import dev.satchel.batchexport.observe.health.HealthCheck;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Whether each job succeeded when it last ran: in this program, or after it failed here in another one. Safe for use by many
 * threads.
 */
final class LastRuns implements HealthCheck {

    private final Supplier<Instant> clock;
    private final Map<String, Failed> failures = new TreeMap<>();

    private record Failed(String reason, Instant at) {}

    /** @param clock the one by which all programs know when they ran a job */
    LastRuns(Supplier<Instant> clock) {
        this.clock = clock;
    }

    synchronized void succeeded(String job) {
        failures.remove(job);
    }

    /** Says when the job succeeded last in any program. */
    synchronized void succeeded(String job, Instant at) {
        Failed failed = failures.get(job);
        if (failed != null && failed.at().isBefore(at)) {
            failures.remove(job);
        }
    }

    /** @param reason a sentence without a secret */
    synchronized void failed(String job, String reason) {
        failures.put(job, new Failed(reason, clock.get()));
    }

    @Override
    public synchronized CheckResult check() {
        return failures.isEmpty()
                ? new CheckResult(true, "no job failed when it last ran")
                : new CheckResult(
                        false,
                        failures.entrySet().stream()
                                .map(failure -> "the last run of " + failure.getKey() + " failed: "
                                        + failure.getValue().reason())
                                .collect(Collectors.joining("; ")));
    }
}
