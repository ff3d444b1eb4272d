package dev.satchel.batchexport.serve;

import dev.satchel.batchexport.observe.health.CheckResult;
import dev.satchel.batchexport.observe.health.HealthCheck;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Whether the last run of each job in this program succeeded. Safe for use by many threads. */
final class LastRuns implements HealthCheck {

    private final Map<String, String> failures = new TreeMap<>();

    synchronized void succeeded(String job) {
        failures.remove(job);
    }

    /** @param reason a sentence without a secret */
    synchronized void failed(String job, String reason) {
        failures.put(job, reason);
    }

    @Override
    public synchronized CheckResult check() {
        return failures.isEmpty()
                ? new CheckResult(true, "no job failed when it last ran here")
                : new CheckResult(
                        false,
                        failures.entrySet().stream()
                                .map(failure ->
                                        "the last run of " + failure.getKey() + " failed: " + failure.getValue())
                                .collect(Collectors.joining("; ")));
    }
}
