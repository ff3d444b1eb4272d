package dev.satchel.export;

import dev.satchel.UserId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the export history without moving anything. Safe for use by many threads.
 *
 * <p>It shows each row as it is, with the words it holds: rows written by other programs, with types Satchel does not
 * know, are shown too.
 */
public interface ExportCatalog {

    Optional<Entry> find(UUID id);

    /** The newest exports first, at most {@code limit}; of one user and in one status when those are given. */
    List<Entry> newest(@Nullable UserId user, @Nullable String status, int limit);

    /** The file of a completed export that has not expired yet, by the store's clock. */
    Optional<Downloadable> downloadable(UUID id);

    /** One row of the history. */
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
            @Nullable Instant expiresAt) {}

    /**
     * A file that may be downloaded now.
     *
     * @param remaining how long the file still stays
     */
    record Downloadable(UUID id, UserId user, URI location, Duration remaining) {}
}
