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

    /** The file of a completed export that has not expired by the database's clock. */
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
     * @param remaining the time until the file expires
     */
    record Downloadable(UUID id, UserId user, URI location, Duration remaining) {}
}
