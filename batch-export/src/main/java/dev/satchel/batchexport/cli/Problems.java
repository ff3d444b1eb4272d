package dev.satchel.batchexport.cli;

import dev.satchel.SatchelException;
import dev.satchel.batchexport.database.DatabaseFailures;
import dev.satchel.batchexport.database.DatabaseUrl;
import dev.satchel.batchexport.store.StoreFailures;
import dev.satchel.export.Failure;
import java.io.IOException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/** What an exception means to the person who typed the command: a sentence or a list, and no row's content in it. */
final class Problems {

    private Problems() {}

    /** The explanation as one text, for a log. */
    static String explain(Throwable thrown) {
        return String.join(" ", lines(thrown));
    }

    /** The explanation, whose first line is a sentence; what a list holds is below it. */
    static List<String> lines(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = next(cause)) {
            if (cause instanceof SatchelException explained) {
                return explained.lines();
            }
            if (cause instanceof SQLTransientConnectionException && cause.getCause() instanceof SQLException) {
                // The pool had no connection to give; the cause says why.
                continue;
            }
            if (cause instanceof SQLException database) {
                return List.of(
                        thrown instanceof FlywayException
                                ? "a migration file was refused, and nothing was changed: " + firstLine(database)
                                : ofDatabase(database));
            }
            Optional<Failure> store = StoreFailures.diagnose(cause);
            if (store.isPresent()) {
                return List.of(store.get().explanationInFull());
            }
        }
        return List.of("something unforeseen went wrong (" + thrown.getClass().getSimpleName()
                + "); run the command again with --stacktrace to see where");
    }

    private static @Nullable Throwable next(Throwable cause) {
        return cause.getCause() == cause ? null : cause.getCause();
    }

    private static String ofDatabase(SQLException thrown) {
        String state = String.valueOf(thrown.getSQLState());
        if (state.startsWith("08")) {
            return "the database cannot be reached: " + unreachable(thrown);
        }
        if (state.startsWith("28")) {
            return "the database refused the login: " + firstLine(thrown) + " (correct the user and the password in "
                    + DatabaseUrl.SETTING + ", or the server's pg_hba.conf)";
        }
        return switch (state) {
            case "3D000" ->
                "the database does not exist: " + firstLine(thrown) + " (correct " + DatabaseUrl.SETTING + ")";
            case "42P01", "3F000", "42703", "42883" ->
                "the database lacks what this version of Satchel needs (" + firstLine(thrown)
                        + "): run 'satchel migrate' as the owner of its tables";
            case "42501" ->
                "the login may not do this: " + firstLine(thrown)
                        + " (log in as a member of satchel_runtime, or of the role that the command needs:"
                        + " satchel_exports, satchel_vault for keys, satchel_rotation for 'keys rotate'; for 'satchel"
                        + " migrate' and 'keys adopt' as the owner; after a restore without privileges, run 'satchel migrate'"
                        + " as the owner first)";
            case "25006" ->
                "the database is read-only (" + firstLine(thrown) + "): it is a standby, or"
                        + " default_transaction_read_only is on; DATABASE_URL must lead to where changes are allowed";
            case "40001", "40P01" ->
                "other transactions were in the way (" + firstLine(thrown) + "): run the command again";
            case "53100" ->
                "the disk of the database is full (" + firstLine(thrown)
                        + "): make room on the database's server, then run the command again";
            case "53200" ->
                "the database is out of memory (" + firstLine(thrown)
                        + "): give its server more, or run the command again when less is going on";
            case "53300" ->
                "the database takes no more connections (" + firstLine(thrown)
                        + "): close some, or raise max_connections or the login's limit";
            case "55P03" ->
                "other transactions kept something locked (" + firstLine(thrown) + "): run the command again";
            case "57014" ->
                "a statement was cancelled (" + firstLine(thrown)
                        + "): by another session, or by a time limit of the login or the server";
            case "57P01", "57P02", "57P05" ->
                "the database ended the connection (" + firstLine(thrown) + "): run the command again";
            case "57P03" ->
                "the database is starting up or shutting down (" + firstLine(thrown) + "): try again in a moment";
            default ->
                DatabaseFailures.diagnose(thrown)
                        .map(known -> known.explanation() + ": " + firstLine(thrown))
                        .orElse("the database refused a statement (SQLSTATE " + state
                                + "); run the command again with --stacktrace to see which");
        };
    }

    // Where the driver says only that it failed, its cause says why, and what cannot be found is in the setting.
    private static String unreachable(SQLException thrown) {
        Throwable cause = thrown;
        for (Throwable below = thrown; below != null; below = next(below)) {
            cause = below;
        }
        if (cause instanceof UnknownHostException) {
            return "the host '" + cause.getMessage() + "' is not known: check " + DatabaseUrl.SETTING
                    + " and the machine's name service";
        }
        return firstLine(thrown) + (cause instanceof IOException ? " (" + cause.getMessage() + ")" : "") + "; check "
                + DatabaseUrl.SETTING + ", and that PostgreSQL runs there";
    }

    // The first line names roles, databases and tables; detail lines, which can quote a row, are left out.
    private static String firstLine(SQLException thrown) {
        String message = String.valueOf(thrown.getMessage());
        return message.lines().findFirst().orElse(message).replaceFirst("^(FATAL|ERROR): ", "");
    }
}
