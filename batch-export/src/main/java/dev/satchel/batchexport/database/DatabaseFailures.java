package dev.satchel.batchexport.database;

import dev.satchel.export.Failure;
import dev.satchel.export.Failure.Code;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Map;
import java.util.Optional;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Says what PostgreSQL's error codes mean for an export (PostgreSQL documentation, appendix A): whether they pass, need the
 * operator, or belong to the export. The sentences hold no address, name or message of a server.
 *
 * <p>A code that is not here, nor its class, belongs to the export: its data or a defect. But whatever ends the session
 * itself is no export's fault, so an unknown error of that kind passes; poolers have codes of their own.
 */
public final class DatabaseFailures {

    private static final Failure UNAVAILABLE =
            new Failure(Code.DATABASE_UNAVAILABLE, "the database could not be reached or was overloaded");
    private static final Failure CANCELED = new Failure(
            Code.DATABASE_UNAVAILABLE,
            "a statement of the worker was cancelled in the database, by somebody or by a time limit that is not the"
                    + " worker's");
    private static final Failure CUT_OFF =
            new Failure(Code.DATABASE_UNAVAILABLE, "a time limit of the database ended the worker's session");
    private static final Failure OLD =
            new Failure(Code.SNAPSHOT_TOO_OLD, "reading took longer than a snapshot of the database may be held open");
    private static final Failure LOGIN = new Failure(Code.ACCESS_DENIED, "the database refused the worker's login");
    private static final Failure RIGHTS =
            new Failure(Code.ACCESS_DENIED, "the database does not let a user read a table that the export needs");
    private static final Failure LOCKED =
            new Failure(Code.DATABASE_LOCKED, "somebody else held a lock in the database for too long (see pg_locks)");
    private static final Failure READ_ONLY = new Failure(Code.DATABASE_READ_ONLY, "the database is read-only");
    private static final Failure FULL = new Failure(Code.DATABASE_FULL, "the database has no room left on its disk");
    private static final Failure LIMITED =
            new Failure(Code.DATABASE_FULL, "the database reached a limit of its configuration");
    private static final Failure OUTDATED = new Failure(
            Code.DATABASE_MISCONFIGURED,
            "the database lacks what this version of Satchel needs: run 'satchel migrate' as the owner of its tables");
    private static final Failure MISCONFIGURED =
            new Failure(Code.DATABASE_MISCONFIGURED, "the database is not there, or not set up to be used");
    private static final Failure POOLED = new Failure(
            Code.DATABASE_MISCONFIGURED, "a connection pooler gives each transaction another session of the database");
    private static final Failure DAMAGED = new Failure(Code.DATABASE_DAMAGED, "the database cannot read its own files");

    private static final Map<String, Failure> BY_CODE = Map.ofEntries(
            // cached plan must not change result type: the application's tables changed meanwhile
            Map.entry("0A000", UNAVAILABLE),
            Map.entry("25006", READ_ONLY),
            Map.entry("25P02", UNAVAILABLE),
            Map.entry("25P03", CUT_OFF),
            Map.entry("25P04", CUT_OFF),
            Map.entry("42501", RIGHTS),
            Map.entry("42703", OUTDATED),
            Map.entry("42704", OUTDATED),
            Map.entry("42883", OUTDATED),
            Map.entry("42P01", OUTDATED),
            Map.entry("42P05", POOLED),
            // such as a policy that reads its own table
            Map.entry("42P17", MISCONFIGURED),
            Map.entry("53100", FULL),
            Map.entry("53400", LIMITED),
            Map.entry("55P03", LOCKED),
            Map.entry("55006", UNAVAILABLE),
            Map.entry("55000", MISCONFIGURED),
            Map.entry("57014", CANCELED),
            Map.entry("57P04", MISCONFIGURED),
            Map.entry("57P05", CUT_OFF),
            Map.entry("58030", DAMAGED),
            Map.entry("58P01", DAMAGED),
            Map.entry("72000", OLD),
            Map.entry("HV000", UNAVAILABLE),
            Map.entry("HV001", UNAVAILABLE),
            Map.entry("HV014", UNAVAILABLE),
            Map.entry("HV00L", UNAVAILABLE),
            Map.entry("HV00M", UNAVAILABLE),
            Map.entry("HV00N", UNAVAILABLE),
            Map.entry("XX001", DAMAGED),
            Map.entry("XX002", DAMAGED));

    private static final Map<String, Failure> BY_CLASS = Map.ofEntries(
            Map.entry("08", UNAVAILABLE),
            Map.entry("0P", MISCONFIGURED),
            Map.entry("26", POOLED),
            Map.entry("28", LOGIN),
            Map.entry("3D", MISCONFIGURED),
            Map.entry("3F", OUTDATED),
            Map.entry("40", UNAVAILABLE),
            Map.entry("53", UNAVAILABLE),
            Map.entry("57", UNAVAILABLE),
            Map.entry("58", UNAVAILABLE),
            Map.entry("F0", MISCONFIGURED),
            // a foreign table of the application's
            Map.entry("HV", MISCONFIGURED),
            // an internal error; poolers refuse connections with it
            Map.entry("XX", UNAVAILABLE));

    private DatabaseFailures() {}

    /** The failure that an exception of the database means; empty if it belongs to the export. */
    public static Optional<Failure> diagnose(SQLException exception) {
        String state = exception.getSQLState();
        if (state != null && state.length() == 5) {
            Failure known = BY_CODE.getOrDefault(state, BY_CLASS.get(state.substring(0, 2)));
            if (known != null) {
                return Optional.of(known);
            }
        }
        return exception instanceof SQLTransientException || endsTheSession(exception)
                ? Optional.of(UNAVAILABLE)
                : Optional.empty();
    }

    private static boolean endsTheSession(SQLException exception) {
        ServerErrorMessage message =
                exception instanceof PSQLException failure ? failure.getServerErrorMessage() : null;
        return message != null && ("FATAL".equals(message.getSeverity()) || "PANIC".equals(message.getSeverity()));
    }
}
