package dev.satchel.export;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Why an attempt did not deliver.
 *
 * @param explanation one sentence, cause and remedy, fit to be read by the user whose export it is; never a value of a
 *     row, the name of a machine or a secret
 * @param detail what the operator may read besides, in the log and on the console: hosts, paths, the store's own words;
 *     may be empty; never a value of a row or a secret
 */
public record Failure(Code code, String explanation, String detail) {

    public Failure(Code code, String explanation) {
        this(code, explanation, "");
    }

    /** The heap was full. */
    public static final Failure OUT_OF_MEMORY = new Failure(
            Code.OUT_OF_MEMORY,
            "the worker has too little memory for a value of this export, or for all that it delivers at once");

    /** The text of {@code export_history.error_message}. */
    public String message() {
        return code.code() + ": " + explanation;
    }

    /** The same with its detail, for the operator's log. */
    public String messageInFull() {
        return code.code() + ": " + explanationInFull();
    }

    /** The sentence with its detail, for the operator. */
    public String explanationInFull() {
        return detail.isEmpty() ? explanation : explanation + " [" + detail + "]";
    }

    /** The closed set of reasons, each with what ends it. */
    public enum Code {
        /** The row asks for a type, format or filter that does not exist. */
        INVALID_REQUEST(Verdict.EXPORT),
        /** The database or the store refused the worker's credentials or rights. */
        ACCESS_DENIED(Verdict.OPERATOR),
        /** The store has no such bucket or directory. */
        STORE_MISSING(Verdict.OPERATOR),
        /** The store is there, and is another than the one that the database knows: it lacks the mark. */
        STORE_MISMATCH(Verdict.OPERATOR),
        /** The store cannot work with these settings, or the network leads elsewhere: region, endpoint, certificate. */
        STORE_MISCONFIGURED(Verdict.OPERATOR),
        /** The store has no room left. */
        STORE_FULL(Verdict.OPERATOR),
        /** The store cannot be reached, is overloaded or failed. */
        STORE_UNAVAILABLE(Verdict.TRANSIENT),
        /** What the store holds is not what was sent. */
        FILE_DAMAGED(Verdict.TRANSIENT),
        /** The file is larger than the store takes. */
        FILE_TOO_LARGE(Verdict.EXPORT),
        /** The database cannot be reached, is overloaded or failed. */
        DATABASE_UNAVAILABLE(Verdict.TRANSIENT),
        /** Somebody else holds a lock in the database, and does not let go. */
        DATABASE_LOCKED(Verdict.OPERATOR),
        /** The database takes no changes. */
        DATABASE_READ_ONLY(Verdict.OPERATOR),
        /** The database has no room left, or reached a limit of its configuration. */
        DATABASE_FULL(Verdict.OPERATOR),
        /** The database is not there, is not migrated, or gives no sessions. */
        DATABASE_MISCONFIGURED(Verdict.OPERATOR),
        /** The database cannot read its own files. */
        DATABASE_DAMAGED(Verdict.OPERATOR),
        /** The snapshot grew older than allowed, so that it would hold back vacuum. */
        SNAPSHOT_TOO_OLD(Verdict.TRANSIENT),
        /** Row security hides records of a table from the user whose they are. */
        RECORDS_HIDDEN(Verdict.EXPORT),
        /** The worker vanished without a word. */
        WORKER_LOST(Verdict.TRANSIENT),
        /** The worker's memory did not suffice, for a large value or for all that it delivered at the same time. */
        OUT_OF_MEMORY(Verdict.TRANSIENT),
        /** Anything else: a defect, which the worker's log explains. */
        INTERNAL(Verdict.EXPORT);

        private final Verdict verdict;

        Code(Verdict verdict) {
            this.verdict = verdict;
        }

        /** What ends the failure. */
        public Verdict verdict() {
            return verdict;
        }

        /** Whether the database is the cause, by not answering or by not being fit to be used. */
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

        /** Whether another attempt may succeed where this one did not, without anything being changed. */
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
         * @throws IllegalArgumentException if there is none, naming those there are
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

    /** What ends a failure: time, the operator, or nothing. */
    public enum Verdict {
        /** It passes by itself: a later attempt may succeed. */
        TRANSIENT,
        /** Every export meets it until the operator changes something, so no single export is to blame. */
        OPERATOR,
        /** This export meets it on every attempt, and others do not. */
        EXPORT
    }
}
