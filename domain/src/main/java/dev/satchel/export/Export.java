package dev.satchel.export;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * One export of a user's data, in whichever state it has reached.
 *
 * <p>Each state is a type that holds exactly what is known in it. {@link ExportHistory} offers each step only from the
 * state it may start in, so that an export nobody has claimed cannot be completed and one that is not completed has no
 * file to delete.
 */
public sealed interface Export {

    UUID id();

    ExportRequest request();

    /**
     * Asked for, and waiting for a worker.
     *
     * @param attempts how many attempts were spent already
     */
    record Pending(UUID id, ExportRequest request, Instant requestedAt, int attempts) implements Export {}

    /**
     * Being delivered by the worker that holds {@code token}.
     *
     * @param attempt which attempt this is, from 1
     * @param token proves the lease; another worker's claim replaces it, and this one's steps are refused from then on
     */
    record Processing(UUID id, ExportRequest request, Instant requestedAt, Instant startedAt, int attempt, UUID token)
            implements Export {

        public Processing {
            if (attempt < 1) {
                throw new IllegalArgumentException("attempt must be at least 1, was " + attempt);
            }
        }
    }

    /** Delivered, and there to be downloaded until {@code expiresAt}. */
    record Completed(UUID id, ExportRequest request, DeliveredFile file, Instant completedAt, Instant expiresAt)
            implements Export {

        public boolean isExpiredAt(Instant now) {
            return !now.isBefore(expiresAt);
        }

        /** How long the file still stays, zero when it has expired. */
        public Duration remainingAt(Instant now) {
            return isExpiredAt(now) ? Duration.ZERO : Duration.between(now, expiresAt);
        }
    }

    /** Given up, for a reason the user may read. */
    record Failed(UUID id, ExportRequest request, Failure failure, int attempts) implements Export {}
}
