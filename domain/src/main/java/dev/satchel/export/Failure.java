package dev.satchel.export;

import java.util.Locale;

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

    /** The text of {@code export_history.error_message}. */
    public String message() {
        return code.key() + ": " + explanation;
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
        /** The snapshot grew older than allowed, so that it would hold back vacuum. */
        SNAPSHOT_TOO_OLD(Verdict.TRANSIENT),
        /** The worker vanished without a word. */
        WORKER_LOST(Verdict.TRANSIENT),
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

        /** Whether another attempt may succeed where this one did not, without anything being changed. */
        public boolean isTemporary() {
            return verdict == Verdict.TRANSIENT;
        }

        /** The name in {@code error_message}, for example {@code access_denied}. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
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
