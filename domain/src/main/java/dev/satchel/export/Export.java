package dev.satchel.export;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * One export of a user's data, in one of its states.
 *
 * <p>Each state is a type that holds exactly the data known in that state. {@link ExportHistory} accepts for each
 * transition only the state in which it may start: a pending export cannot be completed, and only a completed one has
 * a file.
 */
public sealed interface Export {

    UUID id();

    ExportRequest request();

    /**
     * Requested, and waiting for a worker.
     *
     * @param attempts the number of attempts made so far
     */
    record Pending(UUID id, ExportRequest request, Instant requestedAt, int attempts) implements Export {}

    /**
     * Being delivered by the worker that holds {@code token}.
     *
     * @param attempt the number of this attempt, from 1
     * @param token the fencing token of the lease; once another worker's claim has replaced it, updates with this
     *     token are refused
     */
    record Processing(UUID id, ExportRequest request, Instant requestedAt, Instant startedAt, int attempt, UUID token)
            implements Export {

        public Processing {
            if (attempt < 1) {
                throw new IllegalArgumentException("attempt must be at least 1, was " + attempt);
            }
        }
    }

    /** Delivered; the file can be downloaded until {@code expiresAt}. */
    record Completed(UUID id, ExportRequest request, DeliveredFile file, Instant completedAt, Instant expiresAt)
            implements Export {

        public boolean isExpiredAt(Instant now) {
            return !now.isBefore(expiresAt);
        }

        /** The time until the file expires; zero if it has expired. */
        public Duration remainingAt(Instant now) {
            return isExpiredAt(now) ? Duration.ZERO : Duration.between(now, expiresAt);
        }
    }

    /** Failed, with no further attempt to come. The user may read the reason. */
    record Failed(UUID id, ExportRequest request, Failure failure, int attempts) implements Export {}
}
