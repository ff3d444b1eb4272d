package dev.satchel.store;

import dev.satchel.export.InMemoryExportHistory;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Remembers probes in memory, on the clock of an {@link InMemoryExportHistory}. Safe for use by many threads. */
public final class InMemoryProbeRecords implements ProbeRecords {

    private final InMemoryExportHistory clock;
    private final Map<URI, Instant> begun = new LinkedHashMap<>();

    public InMemoryProbeRecords(InMemoryExportHistory clock) {
        this.clock = clock;
    }

    /** Every object on record. */
    public synchronized Set<URI> remembered() {
        return Set.copyOf(begun.keySet());
    }

    @Override
    public synchronized void begun(URI location) {
        begun.put(location, clock.now());
    }

    @Override
    public synchronized void ended(URI location) {
        begun.remove(location);
    }

    @Override
    public synchronized List<URI> abandoned(URI root, Duration age, int limit) {
        Instant before = clock.now().minus(age);
        return begun.entrySet().stream()
                .filter(probe -> !probe.getValue().isAfter(before))
                .map(Map.Entry::getKey)
                .filter(location -> location.toString().startsWith(root.toString()))
                .limit(limit)
                .toList();
    }
}
