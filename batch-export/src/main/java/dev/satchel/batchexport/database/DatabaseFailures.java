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
 * Maps PostgreSQL's <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">error codes</a> to the
 * failure of an export, which says whether the error is temporary, needs the operator, or is caused by the export. The
 * sentences hold no address, name or message of a server.
 *
 * <p>An unlisted code of an unlisted class is attributed to the export: its data, or a defect. The exception are
 * errors that end the session, such as those of poolers, which have codes of their own: they are temporary.
 */
public final class DatabaseFailures {

    private static final Failure UNAVAILABLE =
            new Failure(Code.DATABASE_UNAVAILABLE, "the database could not be reached or was overloaded");
    private static final Failure CANCELED = new Failure(
            Code.DATABASE_UNAVAILABLE,
            "a statement of the worker was cancelled in the database, by an operator or by a statement_timeout of the "
                    + "database or the login");
    private static final Failure CUT_OFF =
            new Failure(Code.DATABASE_UNAVAILABLE, "a time limit of the database ended the worker's session");
    private static final Failure OLD =
            new Failure(Code.SNAPSHOT_TOO_OLD, "reading took longer than a snapshot of the database may be held open");
    private static final Failure LOGIN = new Failure(
            Code.ACCESS_DENIED,
            "the database refused the worker's login: check " + "the user and password of DATABASE_URL");
    private static final Failure RIGHTS = new Failure(
            Code.ACCESS_DENIED,
            "the database does not let a user read a table that the export needs, or Satchel count its rows: "
                    + "'satchel verify' names what is missing");
    private static final Failure LOCKED = new Failure(
            Code.DATABASE_LOCKED,
            "another session held a lock in the database for too long: find it in "
                    + "pg_locks and end its transaction");
    private static final Failure READ_ONLY = new Failure(
            Code.DATABASE_READ_ONLY, "the database is read-only: let DATABASE_URL name " + "the primary server");
    private static final Failure FULL =
            new Failure(Code.DATABASE_FULL, "the disk of the database is full: free or add " + "space");
    private static final Failure LIMITED = new Failure(
            Code.DATABASE_FULL, "the database reached a limit of its configuration: see the log of the " + "database");
    private static final Failure OUTDATED = new Failure(
            Code.DATABASE_MISCONFIGURED,
            "the database lacks what this version of Satchel needs: run 'satchel migrate' as the owner of its tables");
    private static final Failure MISCONFIGURED = new Failure(
            Code.DATABASE_MISCONFIGURED,
            "the database does not exist or cannot be used: check " + "DATABASE_URL, and see the log of the database");
    private static final Failure POOLED = new Failure(
            Code.DATABASE_MISCONFIGURED,
            "a connection pooler gives each transaction another session of the database: "
                    + "let DATABASE_URL name a direct connection or the pooler's session mode");
    private static final Failure DAMAGED = new Failure(
            Code.DATABASE_DAMAGED,
            "the database reports damaged files: see its log, " + "and restore a backup if needed");

    private static final Map<String, Failure> BY_CODE = Map.ofEntries(
            // "cached plan must not change result type": the application's tables were changed in the meantime
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
            // for example infinite recursion in a policy that reads its own table
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
            // an error of a foreign table of the application
            Map.entry("HV", MISCONFIGURED),
            // an internal error; poolers also use it to refuse connections
            Map.entry("XX", UNAVAILABLE));

    private DatabaseFailures() {}

    /** The failure for an exception of the database; empty if the export is the cause. */
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
