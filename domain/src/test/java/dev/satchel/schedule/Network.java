package dev.satchel.schedule;

import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.store.InMemoryFileStore;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The way to the store and to the database, on which answers may be lost and requests to the store be late. */
final class Network {

    /** Longer than clean-up waits, so that it may look at an object whose request is still on its way. */
    private static final Duration LIFETIME = Duration.ofHours(1);

    private final InMemoryExportHistory clock;
    private final InMemoryFileStore store;
    private final boolean loses;
    private final List<Late> late = new ArrayList<>();
    private final List<Runnable> lateStatements = new ArrayList<>();

    /** @param loses whether it loses anything at all */
    Network(InMemoryExportHistory clock, InMemoryFileStore store, boolean loses) {
        this.clock = clock;
        this.store = store;
        this.loses = loses;
    }

    boolean loses() {
        return loses;
    }

    Duration requestLifetime() {
        return loses ? LIFETIME : Duration.ZERO;
    }

    void delay(URI location, byte[] content) {
        late.add(new Late(location, content, clock.now().plus(LIFETIME)));
    }

    /** A statement that the database executes although its client has given up. */
    void delay(Runnable statement) {
        lateStatements.add(statement);
    }

    /** Lets everything arrive that is still on its way. */
    void arrive() {
        lateStatements.forEach(Runnable::run);
        lateStatements.clear();
        late.stream()
                .filter(request -> request.until.isAfter(clock.now()))
                .forEach(request -> store.arrive(request.location, request.content));
        late.clear();
    }

    private record Late(URI location, byte[] content, Instant until) {}
}
