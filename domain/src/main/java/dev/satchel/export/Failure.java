package dev.satchel.export;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Why an attempt failed.
 *
 * @param explanation one sentence with cause and remedy, which the user whose export it is may read; never holds a
 *     value of a row, the name of a machine or a secret
 * @param detail more for the operator, in the log and on the console: hosts, paths, the store's own message; may be
 *     empty; never holds a value of a row or a secret
 */
public record Failure(Code code, String explanation, String detail) {

    public Failure(Code code, String explanation) {
        this(code, explanation, "");
    }

    /** The failure of an attempt that ran out of heap memory. */
    public static final Failure OUT_OF_MEMORY = new Failure(
            Code.OUT_OF_MEMORY,
            "the worker has too little memory for a value of this export, or for all that it delivers at once");

    /** The text of {@code export_history.error_message}. */
    public String message() {
        return code.code() + ": " + explanation;
    }

    /** {@link #message} with the detail, for the operator's log. */
    public String messageInFull() {
        return code.code() + ": " + explanationInFull();
    }

    /** The explanation with the detail, for the operator. */
    public String explanationInFull() {
        return detail.isEmpty() ? explanation : explanation + " [" + detail + "]";
    }

    /** The reasons, each with its {@link Verdict}. Other programs match their {@link #code}. */
    public enum Code {
        /** The row asks for a type, format or filter that does not exist. */
        INVALID_REQUEST(Verdict.EXPORT),
        /** The database or the store refused the worker's credentials or rights. */
        ACCESS_DENIED(Verdict.OPERATOR),
        /** The store has no such bucket or directory. */
        STORE_MISSING(Verdict.OPERATOR),
        /** The store is another one than the database has on record: it lacks the mark. */
        STORE_MISMATCH(Verdict.OPERATOR),
        /** The settings do not fit the store, or the network leads to another server: region, endpoint, certificate. */
        STORE_MISCONFIGURED(Verdict.OPERATOR),
        /** The store has no room left. */
        STORE_FULL(Verdict.OPERATOR),
        /** The store cannot be reached, is overloaded or failed. */
        STORE_UNAVAILABLE(Verdict.TRANSIENT),
        /** The store holds other bytes than were sent. */
        FILE_DAMAGED(Verdict.TRANSIENT),
        /** The file is larger than the store accepts. */
        FILE_TOO_LARGE(Verdict.EXPORT),
        /** The database cannot be reached, is overloaded or failed. */
        DATABASE_UNAVAILABLE(Verdict.TRANSIENT),
        /** Another session holds a lock in the database for too long. */
        DATABASE_LOCKED(Verdict.OPERATOR),
        /** The database is read-only. */
        DATABASE_READ_ONLY(Verdict.OPERATOR),
        /** The database has no room left, or reached a limit of its configuration. */
        DATABASE_FULL(Verdict.OPERATOR),
        /** The database does not exist, is not migrated, or works through a pooler that does not keep sessions. */
        DATABASE_MISCONFIGURED(Verdict.OPERATOR),
        /** The database reports damaged files. */
        DATABASE_DAMAGED(Verdict.OPERATOR),
        /** Reading took longer than allowed; an old snapshot keeps vacuum from removing dead rows. */
        SNAPSHOT_TOO_OLD(Verdict.TRANSIENT),
        /** Row-level security hides records of a table from the user they belong to. */
        RECORDS_HIDDEN(Verdict.EXPORT),
        /** The worker stopped without reporting, so that its lease expired. */
        WORKER_LOST(Verdict.TRANSIENT),
        /** The worker's system lacks what an export needs, such as a place for the library that compresses. */
        WORKER_MISCONFIGURED(Verdict.OPERATOR),
        /**
         * The worker ran out of memory, because of a large value or because of all exports that it delivered at the
         * same time.
         */
        OUT_OF_MEMORY(Verdict.TRANSIENT),
        /** The user or the operator cancelled the export. */
        CANCELLED(Verdict.EXPORT),
        /** Anything else: a defect of Satchel. The worker's log has the stack trace. */
        INTERNAL(Verdict.EXPORT);

        private final Verdict verdict;

        Code(Verdict verdict) {
            this.verdict = verdict;
        }

        /** Who or what can remedy the failure. */
        public Verdict verdict() {
            return verdict;
        }

        /** Whether the database is the cause. */
        public boolean isOfTheDatabase() {
            return switch (this) {
                case DATABASE_UNAVAILABLE,
                        DATABASE_LOCKED,
                        DATABASE_READ_ONLY,
                        DATABASE_FULL,
                        DATABASE_MISCONFIGURED,
                        DATABASE_DAMAGED -> true;
                default -> false;
            };
        }

        /** Whether a later attempt may succeed without a change by the operator. */
        public boolean isTemporary() {
            return verdict == Verdict.TRANSIENT;
        }

        /** The name in {@code error_message}, for example {@code access_denied}. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * The code of that name.
         *
         * @throws IllegalArgumentException if no code has that name; the message lists the codes that exist
         */
        public static Code of(String key) {
            return Arrays.stream(values())
                    .filter(code -> code.code().equals(key))
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalArgumentException("'" + key + "' is not a code of a failure: expected "
                                    + Arrays.stream(values()).map(Code::code).collect(Collectors.joining(", "))));
        }
    }

    /** Who or what can remedy a failure: time, the operator, or, for this export, nothing. */
    public enum Verdict {
        /** Temporary: a later attempt may succeed. */
        TRANSIENT,
        /** Every export fails in this way until the operator changes something. */
        OPERATOR,
        /** This export fails in this way on every attempt; other exports do not. */
        EXPORT
    }
}
