package dev.satchel.batchexport.observe.actuator;

import dev.satchel.batchexport.observe.health.BoundedReading;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportCatalog.Entry;
import dev.satchel.export.ExportCatalog.Lag;
import dev.satchel.export.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * The endpoint {@code satchel}: what is pending, running and failed in the last seven days. It names exports and no users, and of a failure
 * the code alone, because other programs may write the text.
 */
@Endpoint(id = "satchel")
public final class SatchelEndpoint {

    /** How many exports of each kind are listed, the newest first. */
    private static final int MOST = 20;

    private static final String OTHER = "other";

    /** How long ago a failure may have been requested to be listed. */
    private static final Duration LATELY = Duration.ofDays(7);

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration FRESH = Duration.ofSeconds(5);

    private final ExportCatalog catalog;
    private final Duration stuckLease;
    private final BoundedReading<State> states;

    /** @param stuckLease how long ago a lease must have expired to count as stuck */
    public SatchelEndpoint(ExportCatalog catalog, Duration stuckLease) {
        this.catalog = catalog;
        this.stuckLease = stuckLease;
        this.states = new BoundedReading<>(this::read, "satchel-endpoint", LIMIT, FRESH, System::nanoTime);
    }

    /**
     * The state, which was read at most a few seconds ago.
     *
     * @throws IllegalStateException if the database did not answer in time
     */
    @ReadOperation
    public State state() {
        BoundedReading.Answer<State> answer = states.read();
        State state = answer.value();
        if (state == null) {
            throw new IllegalStateException(
                    answer.failure() == null
                            ? "the database did not answer within " + LIMIT.toSeconds() + " seconds"
                            : "exports could not be read from the database",
                    answer.failure());
        }
        return state;
    }

    private State read() {
        Lag lag = catalog.lag(stuckLease);
        return new State(
                lag.pending(),
                lag.oldestPending().toSeconds(),
                lag.stuck(),
                lag.overdue(),
                listed(catalog.newestActive("pending", MOST)),
                listed(catalog.newestActive("processing", MOST)),
                listed(catalog.newestFailed(LATELY, MOST)));
    }

    private static List<Listed> listed(List<Entry> entries) {
        return entries.stream().map(Listed::of).toList();
    }

    /**
     * How far exports lag behind, and the newest exports of each kind.
     *
     * @param filesOverdue files that have expired and were not removed yet
     */
    public record State(
            long pendingExports,
            long oldestPendingSeconds,
            long stuckLeases,
            long filesOverdue,
            List<Listed> pending,
            List<Listed> running,
            List<Listed> failed) {}

    /**
     * One export.
     *
     * @param code why the export waits or failed; null where nothing went wrong, {@code other} where another program
     *     wrote the reason
     */
    public record Listed(
            String id,
            String type,
            String format,
            int retries,
            Instant requestedAt,
            @Nullable Instant startedAt,
            @Nullable String code) {

        private static Listed of(Entry entry) {
            return new Listed(
                    entry.id().toString(),
                    entry.type(),
                    entry.format(),
                    entry.retries(),
                    entry.requestedAt(),
                    entry.startedAt(),
                    entry.error() == null ? null : code(entry.error()));
        }

        private static String code(String error) {
            return Arrays.stream(Failure.Code.values())
                    .map(Failure.Code::code)
                    .filter(code -> error.startsWith(code + ":"))
                    .findFirst()
                    .orElse(OTHER);
        }
    }
}
