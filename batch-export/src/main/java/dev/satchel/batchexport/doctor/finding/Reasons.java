package dev.satchel.batchexport.doctor.finding;

import dev.satchel.SatchelException;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.export.Failure;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an exception means, in a sentence without a secret or a value of a row. */
public final class Reasons {

    /** Errors of the way to the database, whose messages name hosts, logins and databases and never a row. */
    private static final Set<String> OF_THE_WAY = Set.of("08", "28", "3D", "53", "57");

    private Reasons() {}

    public static String of(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SatchelException explained) {
                return String.join(" ", explained.lines());
            }
        }
        Failure failure = new KnownFailures().diagnose(thrown);
        SQLException database = database(thrown);
        if (database != null) {
            String state = state(database);
            String message = String.valueOf(database.getMessage());
            return (failure.code() == Failure.Code.INTERNAL
                            ? "the database refused a statement (SQLSTATE " + state + ")"
                            : failure.explanation())
                    + (OF_THE_WAY.contains(state.substring(0, Math.min(2, state.length())))
                            ? " [" + message.lines().findFirst().orElse("") + "]"
                            : "");
        }
        return failure.code() == Failure.Code.INTERNAL
                ? "something unforeseen went wrong (" + thrown.getClass().getSimpleName() + ")"
                : failure.explanationInFull();
    }

    /** The SQLSTATE of what the database said; empty if the database is not the cause. */
    public static String state(Throwable thrown) {
        SQLException database = database(thrown);
        return database == null || database.getSQLState() == null ? "" : database.getSQLState();
    }

    private static @Nullable SQLException database(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException found) {
                return found;
            }
        }
        return null;
    }
}
