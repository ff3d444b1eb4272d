package dev.satchel.export;

import dev.satchel.UserId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the export history. Safe for use by many threads.
 *
 * <p>It returns each row with its text as stored, so that it also shows rows of other programs with types that Satchel
 * does not know.
 */
public interface ExportCatalog {

    Optional<Entry> find(UUID id);

    /**
     * At most {@code limit} exports, the newest first; only those of {@code user} and in {@code status}, where these
     * are not null.
     */
    List<Entry> newest(@Nullable UserId user, @Nullable String status, int limit);

    /**
     * At most {@code limit} exports in a status that is not final, {@code pending} or {@code processing}, the newest first;
     * in a statement that takes little time or fails.
     */
    List<Entry> newestActive(String status, int limit);

    /**
     * At most {@code limit} exports that failed, of those that were requested no longer than {@code age} ago, the newest
     * first; in a statement that takes little time or fails.
     */
    List<Entry> newestFailed(Duration age, int limit);

    /** The file of a completed export that has not expired by the database's clock. */
    Optional<Downloadable> downloadable(UUID id);

    /**
     * How far deliveries and removals lag behind, in one statement that takes little time or fails.
     *
     * @param grace how long ago a lease must have expired to count as stuck; a run that is under way reclaims expired
     *     leases within seconds
     */
    Lag lag(Duration grace);

    /**
     * How far deliveries and removals lag behind at one moment.
     *
     * @param pending the number of pending exports
     * @param oldestPending the time since the oldest of them was requested; zero if there is none
     * @param stuck the number of exports in processing whose lease expired and that no worker reclaimed
     * @param overdue the number of published files that have expired and were not removed yet
     * @param oldestOverdue the time since the first of them expired; zero if there is none
     * @param waiting how many of the pending exports wait because an attempt met a failure, by its code
     */
    record Lag(
            long pending,
            Duration oldestPending,
            long stuck,
            long overdue,
            Duration oldestOverdue,
            Map<Failure.Code, Long> waiting) {

        public Lag {
            waiting = Map.copyOf(waiting);
        }
    }

    /** One row of the history. The filters may hold the key of a recipient, so that no text of a row has them. */
    record Entry(
            UUID id,
            UserId user,
            String type,
            String format,
            String status,
            long records,
            @Nullable Long bytes,
            @Nullable URI location,
            String filters,
            String manifest,
            @Nullable String error,
            int retries,
            Instant requestedAt,
            @Nullable Instant startedAt,
            @Nullable Instant completedAt,
            @Nullable Instant expiresAt) {

        /** The same row with other filters. */
        public Entry withFilters(String others) {
            return new Entry(
                    id,
                    user,
                    type,
                    format,
                    status,
                    records,
                    bytes,
                    location,
                    others,
                    manifest,
                    error,
                    retries,
                    requestedAt,
                    startedAt,
                    completedAt,
                    expiresAt);
        }

        @Override
        public String toString() {
            return "Entry[id=" + id + ", type=" + type + ", format=" + format + ", status=" + status + "]";
        }
    }

    /**
     * A file that may be downloaded now.
     *
     * @param remaining the time until the file expires
     */
    record Downloadable(UUID id, UserId user, URI location, Duration remaining) {}
}
