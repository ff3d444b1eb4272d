package dev.satchel.batchexport.run.failure;

import dev.satchel.batchexport.database.DatabaseFailures;
import dev.satchel.batchexport.format.archive.TemporaryDirectoryException;
import dev.satchel.batchexport.store.StoreFailures;
import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.delivery.LibraryUnavailableException;
import dev.satchel.delivery.RefusedRecipientException;
import dev.satchel.export.Failure;
import dev.satchel.export.Failure.Code;
import dev.satchel.partition.LostSnapshotException;
import dev.satchel.partition.PartFailedException;
import dev.satchel.record.ColumnTypeException;
import dev.satchel.record.HiddenRecordsException;
import dev.satchel.record.RefusedStatementException;
import dev.satchel.record.SnapshotTooOldException;
import java.sql.SQLException;
import java.util.Optional;
import org.springframework.transaction.TransactionSystemException;

/** Says what the exceptions of PostgreSQL and of the stores mean for an export. */
public final class KnownFailures implements FailureDiagnosis {

    private static final Failure SNAPSHOT_TOO_OLD =
            new Failure(Code.SNAPSHOT_TOO_OLD, "reading took longer than a snapshot of the database may be held open");

    private static final Failure SNAPSHOT_LOST = new Failure(
            Code.WORKER_LOST,
            "the snapshot of the export is not open any more: the worker that held it stopped, or its connection was cut");

    private static final int DEEPEST_CAUSE = 20;

    @Override
    public Failure diagnose(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (cause instanceof OutOfMemoryError) {
                return Failure.OUT_OF_MEMORY;
            }
            if (cause instanceof SnapshotTooOldException) {
                return SNAPSHOT_TOO_OLD;
            }
            if (cause instanceof LostSnapshotException) {
                return SNAPSHOT_LOST;
            }
            if (cause instanceof PartFailedException part) {
                return part.failure();
            }
            if (cause instanceof LibraryUnavailableException library) {
                return new Failure(Code.WORKER_MISCONFIGURED, String.valueOf(library.getMessage()));
            }
            if (cause instanceof RefusedRecipientException recipient) {
                return new Failure(Code.INVALID_REQUEST, String.valueOf(recipient.getMessage()));
            }
            if (cause instanceof TemporaryDirectoryException directory) {
                return new Failure(Code.WORKER_MISCONFIGURED, String.valueOf(directory.getMessage()));
            }
            if (cause instanceof HiddenRecordsException hidden) {
                return new Failure(Code.RECORDS_HIDDEN, String.valueOf(hidden.getMessage()));
            }
            if (cause instanceof ColumnTypeException || cause instanceof RefusedStatementException) {
                return new Failure(Code.DATABASE_MISCONFIGURED, String.valueOf(cause.getMessage()));
            }
            Optional<Failure> known = cause instanceof SQLException database
                    ? DatabaseFailures.diagnose(database)
                    : StoreFailures.diagnose(cause);
            if (known.isPresent()) {
                return known.get();
            }
            // Where the connection is lost, so is the rollback: what was met before it says why.
            cause = cause instanceof TransactionSystemException rollback
                    ? rollback.getOriginalException()
                    : cause.getCause();
        }
        return new Failure(Code.INTERNAL, "the export failed for a reason that the worker's log explains");
    }
}
