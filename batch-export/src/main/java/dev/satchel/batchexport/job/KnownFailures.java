package dev.satchel.batchexport.job;

import dev.satchel.batchexport.store.StoreFailures;
import dev.satchel.export.Failure;
import dev.satchel.export.Failure.Code;
import dev.satchel.export.FailureDiagnosis;
import dev.satchel.export.HiddenRecordsException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Optional;
import java.util.Set;
import org.springframework.dao.QueryTimeoutException;

/** Says what the exceptions of PostgreSQL and of the stores mean for an export. */
public final class KnownFailures implements FailureDiagnosis {

    /** SQLSTATE of a statement that ran into its time limit, here the age limit of the snapshot. */
    private static final String QUERY_CANCELED = "57014";

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    /**
     * SQLSTATE classes that a later attempt may not meet: connection, transaction rollback, insufficient resources,
     * operator intervention, system error (PostgreSQL documentation, appendix A).
     */
    private static final Set<String> PASSING_CLASSES = Set.of("08", "40", "53", "57", "58");

    private static final Failure SNAPSHOT_TOO_OLD =
            new Failure(Code.SNAPSHOT_TOO_OLD, "reading took longer than a snapshot of the database may be held open");

    /** Single ones: a lock not available in time, the two transaction timeouts, a server that became read-only. */
    private static final Set<String> PASSING = Set.of("55P03", "25P03", "25P04", "25006");

    private static final Failure DATABASE_UNAVAILABLE =
            new Failure(Code.DATABASE_UNAVAILABLE, "the database could not be reached or was overloaded");

    private static final int DEEPEST_CAUSE = 20;

    @Override
    public Failure diagnose(Exception exception) {
        Throwable cause = exception;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (cause instanceof QueryTimeoutException) {
                return SNAPSHOT_TOO_OLD;
            }
            if (cause instanceof HiddenRecordsException hidden) {
                return new Failure(Code.RECORDS_HIDDEN, String.valueOf(hidden.getMessage()));
            }
            Optional<Failure> known =
                    cause instanceof SQLException database ? ofDatabase(database) : StoreFailures.diagnose(cause);
            if (known.isPresent()) {
                return known.get();
            }
            cause = cause.getCause();
        }
        return new Failure(Code.INTERNAL, "the export failed for a reason that the worker's log explains");
    }

    private static Optional<Failure> ofDatabase(SQLException exception) {
        String state = exception.getSQLState();
        if (state == null || state.length() != 5) {
            return exception instanceof SQLTransientException ? Optional.of(DATABASE_UNAVAILABLE) : Optional.empty();
        }
        if (state.equals(QUERY_CANCELED)) {
            return Optional.of(SNAPSHOT_TOO_OLD);
        }
        if (state.equals(INSUFFICIENT_PRIVILEGE)) {
            return Optional.of(new Failure(
                    Code.ACCESS_DENIED, "the database does not let a user read a table that the export needs"));
        }
        if (state.startsWith("28")) {
            return Optional.of(new Failure(Code.ACCESS_DENIED, "the database refused the worker's login"));
        }
        if (PASSING_CLASSES.contains(state.substring(0, 2)) || PASSING.contains(state)) {
            return Optional.of(DATABASE_UNAVAILABLE);
        }
        return Optional.empty();
    }
}
