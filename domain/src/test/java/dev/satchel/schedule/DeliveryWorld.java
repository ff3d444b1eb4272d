package dev.satchel.schedule;

import dev.satchel.UserId;
import dev.satchel.delivery.CleanUp;
import dev.satchel.delivery.DeliverExport;
import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.ExportReading;
import dev.satchel.delivery.LineFormat;
import dev.satchel.delivery.RetryPolicy;
import dev.satchel.delivery.TwoWords;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.Exports;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import dev.satchel.store.FileStore;
import dev.satchel.store.InMemoryFileStore;
import dev.satchel.store.InMemoryProbeRecords;
import dev.satchel.store.KnownStores;
import dev.satchel.store.ProbeRecords;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.UploadJournal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one schedule plays with: the real classes of delivery over the history and the store in memory, and
 * the actors that use them.
 */
final class DeliveryWorld {

    static final Duration LEASE = Duration.ofMinutes(2);
    static final Duration GRACE = Duration.ofMinutes(30);
    static final Duration RETENTION = Duration.ofHours(6);
    static final URI STORE = new InMemoryFileStore().root();

    private static final int ATTEMPTS = 3;
    private static final int MANY = 100;
    private static final RetryPolicy RETRIES = new RetryPolicy(ATTEMPTS, Duration.ZERO, Duration.ZERO);
    private static final DeliverExport.Settings SETTINGS =
            new DeliverExport.Settings(LEASE, Duration.ofSeconds(20), Duration.ofDays(1), RETENTION);

    private final Turns turns;
    private final InMemoryExportHistory history = new InMemoryExportHistory();
    private final InMemoryFileStore store = new InMemoryFileStore();
    private final InMemoryProbeRecords probes = new InMemoryProbeRecords(history);
    private final Invariants invariants = new Invariants(history, store, ATTEMPTS);
    private final Object database;
    private final List<Runnable> actors = new ArrayList<>();
    private final List<Program> programs = new ArrayList<>();
    private final List<UUID> exports = new ArrayList<>();
    private final UserId user = history.addUser();
    private Network network = new Network(history, store, false);
    private boolean marked = true;
    private int attempts;

    DeliveryWorld(Turns turns, @Nullable Defect defect) {
        this.turns = turns;
        this.database = Defect.plant(defect, history);
    }

    List<Runnable> actors() {
        return actors;
    }

    Optional<String> violation() {
        return invariants.violation();
    }

    /** Exports that are pending from the beginning, each of another user. */
    DeliveryWorld exports(int count) {
        for (int each = 0; each < count; each++) {
            UserId owner = each == 0 ? user : history.addUser();
            request(owner);
        }
        return this;
    }

    private void request(UserId owner) {
        UUID id = history.request(Requests.of(owner)).id();
        exports.add(id);
        invariants.requested(id);
    }

    /** Answers may be lost, and one actor lets late requests arrive. */
    DeliveryWorld badNetwork() {
        network = new Network(history, store, true);
        invariants.mayFail();
        return actor("network", network::arrive);
    }

    /** The store was never used before, so that the first worker marks it. */
    DeliveryWorld newStore() {
        marked = false;
        return this;
    }

    /** A worker that reclaims, claims and delivers so many times. */
    DeliveryWorld worker(int rounds) {
        Program program = program();
        programs.add(program);
        ExportHistory connected = program.connect(ExportHistory.class, database);
        DeliverExport deliverExport = deliverExport(program);
        actors.add(() -> {
            try {
                for (int round = 0; round < rounds && !program.isStopped(); round++) {
                    deliverNext(connected, deliverExport, program);
                }
            } catch (Program.Killed end) {
                return;
            }
        });
        return this;
    }

    private Optional<Delivery> deliverNext(ExportHistory connected, DeliverExport deliverExport, Program program) {
        connected.reclaimExpired(ATTEMPTS);
        attempts++;
        try {
            return connected.claim("worker", LEASE).map(export -> deliverExport.deliver(export, program::isStopped));
        } finally {
            attempts--;
        }
    }

    private Program program() {
        return new Program(turns, invariants, network);
    }

    private DeliverExport deliverExport(Program program) {
        return new DeliverExport(
                program.connect(ExportHistory.class, database),
                program.connect(UploadJournal.class, database),
                ExportReading.alone(new TwoWords()),
                new LineFormat(),
                program.connect(FileStore.class, store),
                storeCheck(program),
                thrown -> Exports.storeUnavailable(),
                RETRIES,
                new DeliverExport.Heartbeats(program.timer(), () -> false, this::nanoTime),
                SETTINGS);
    }

    // Once the store is marked, reading its mark commutes with everything else.
    private StoreCheck storeCheck(Program program) {
        return marked
                ? new StoreCheck(
                        program.connectQuietly(FileStore.class, store),
                        program.connectQuietly(KnownStores.class, history.stores()),
                        program.connectQuietly(UploadJournal.class, database),
                        program.connectQuietly(ProbeRecords.class, probes))
                : new StoreCheck(
                        program.connect(FileStore.class, store),
                        program.connect(KnownStores.class, history.stores()),
                        program.connect(UploadJournal.class, database),
                        program.connect(ProbeRecords.class, probes));
    }

    private long nanoTime() {
        return Duration.between(Exports.NOON, history.now()).toNanos();
    }

    /** Heartbeats of the worker added last. */
    DeliveryWorld heartbeats(int count) {
        Program worker = last();
        actors.add(() -> {
            for (int beat = 0; beat < count; beat++) {
                turns.point("heartbeat is due");
                worker.beat();
            }
        });
        return this;
    }

    /** The worker or clean-up added last is killed at some point. */
    DeliveryWorld killed() {
        return actor("kill", last()::kill);
    }

    /** The worker added last is told to stop at some point. */
    DeliveryWorld stopped() {
        return actor("stop", last()::stop);
    }

    private Program last() {
        return programs.get(programs.size() - 1);
    }

    /** The clock jumps, once for each of these. */
    DeliveryWorld clock(Duration... jumps) {
        actors.add(() -> {
            for (Duration jump : jumps) {
                turns.point("the clock jumps by " + jump);
                history.letPass(jump);
            }
        });
        return this;
    }

    /**
     * The clock jumps once, if no attempt is under way. An attempt that pauses for longer than clean-up waits may leave
     * an object that is on record no more, if it is killed or its last request is late besides.
     */
    DeliveryWorld clockBetweenAttempts(Duration jump) {
        return actor("the clock jumps by " + jump + " unless an attempt is under way", () -> {
            if (attempts == 0) {
                history.letPass(jump);
            }
        });
    }

    /** Clean-up runs so many times. */
    DeliveryWorld cleanUp(int rounds) {
        Program program = program();
        programs.add(program);
        CleanUp cleanUp = cleanUp(program);
        actors.add(() -> {
            for (int round = 0; round < rounds; round++) {
                try {
                    sweep(cleanUp);
                } catch (Program.Killed end) {
                    return;
                }
            }
        });
        return this;
    }

    private CleanUp cleanUp(Program program) {
        return new CleanUp(
                program.connect(UploadJournal.class, database),
                program.connect(FileStore.class, store),
                storeCheck(program),
                program.connectQuietly(ProbeRecords.class, probes),
                GRACE);
    }

    private static void sweep(CleanUp cleanUp) {
        try {
            for (UploadJournal.Leftover leftover : cleanUp.leftovers(MANY)) {
                cleanUp.remove(leftover);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The owner of the first export deletes its row. */
    DeliveryWorld ownerDeletes() {
        return actor("the owner deletes the row", () -> {
            history.deleteExport(exports.get(0));
            invariants.rowDeleted(exports.get(0));
        });
    }

    /** The owner of the first export cancels it. */
    DeliveryWorld ownerCancels() {
        return actor("the owner cancels", () -> {
            ExportHistory.Cancellation found = history.cancel(exports.get(0)).orElseThrow();
            if (found == ExportHistory.Cancellation.CANCELLED) {
                invariants.cancelled(exports.get(0));
            }
        });
    }

    /** The owner of the first export requests it again. */
    DeliveryWorld ownerRequestsAgain() {
        return actor("the owner requests again", () -> request(user));
    }

    private DeliveryWorld actor(String call, Runnable act) {
        actors.add(() -> {
            turns.point(call);
            act.run();
        });
        return this;
    }

    /** Begins with a marked store, unless it is to be a new one. */
    void begin() throws IOException {
        if (marked) {
            new StoreCheck(store, history.stores(), history, probes).check();
        }
    }

    /** Lets a healthy worker and a last clean-up do what is left, and checks the result. */
    void conclude() throws IOException {
        Program healthy = program();
        ExportHistory connected = healthy.connect(ExportHistory.class, database);
        DeliverExport deliverExport = deliverExport(healthy);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            history.letPass(LEASE);
            for (Optional<Delivery> next = deliverNext(connected, deliverExport, healthy);
                    next.isPresent();
                    next = deliverNext(connected, deliverExport, healthy)) {
                invariants.require(
                        next.get() instanceof Delivery.Delivered, "a healthy worker did not deliver: " + next.get());
            }
        }
        invariants.checkRows();
        CleanUp cleanUp = cleanUp(healthy);
        sweep(cleanUp);
        invariants.checkRows();
        history.letPass(RETENTION);
        // The removal of an expired object counts as a change of the row, after which the row's other objects wait.
        // Nothing says when a row was deleted, so that its object waits for the longest attempt besides.
        for (int day = 0; day < 3; day++) {
            history.letPass(Duration.ofDays(1));
            sweep(cleanUp);
            cleanUp.removeProbes(MANY);
        }
        invariants.checkNothingIsLeft();
    }
}
