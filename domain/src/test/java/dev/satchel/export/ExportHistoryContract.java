package dev.satchel.export;

import dev.satchel.UserId;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;

/**
 * The set-up that the contracts of {@link ExportHistory} share. Every implementation passes {@link ExportRequestContract},
 * {@link ExportClaimContract}, {@link ExportLeaseContract}, {@link ExportTransitionContract} and
 * {@link ExportCancellationContract}.
 */
public abstract class ExportHistoryContract {

    protected static final Duration LEASE = Duration.ofMinutes(2);
    protected static final Duration RETENTION = Duration.ofDays(7);
    static final int ATTEMPTS = 5;
    HistoryUnderTest world;
    ExportHistory history;
    UserId user;

    /** An empty history, without exports and users. */
    protected abstract HistoryUnderTest emptyHistory();

    @BeforeEach
    void begin() {
        world = emptyHistory();
        history = world.history();
        user = world.addUser();
    }

    ExportCatalog.Entry entry(UUID id) {
        return world.catalog().find(id).orElseThrow();
    }

    UUID requested() {
        return history.request(Requests.of(user)).id();
    }

    Export.Processing claimed() {
        return history.claim("worker", LEASE).orElseThrow();
    }

    ExportRequest ofDay(int day) {
        return Requests.of(
                user, Map.of("from", LocalDate.of(2026, 1, 1).plusDays(day).toString()));
    }

    void askForTheMost() {
        for (int day = 0; day < ExportHistory.MOST_ACTIVE; day++) {
            history.request(ofDay(day));
        }
    }

    void letTheLeaseEnd() {
        world.letPass(LEASE.plusSeconds(1));
    }

    /** Runs the action in that many threads at the same moment. */
    protected static <T> List<T> together(int threads, Callable<T> action) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            Callable<T> atOnce = () -> {
                start.await();
                return action.call();
            };
            List<T> results = new ArrayList<>();
            for (Future<T> result : executor.invokeAll(Collections.nCopies(threads, atOnce))) {
                results.add(result.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}
