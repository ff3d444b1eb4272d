package dev.satchel.export;

import java.util.Locale;

/**
 * Why an attempt did not deliver, fit to be read by the user whose export it is.
 *
 * @param explanation one sentence; never a value of a row, a path of a machine or a secret
 */
public record Failure(Code code, String explanation) {

    /** The text of {@code export_history.error_message}. */
    public String message() {
        return code.key() + ": " + explanation;
    }

    /** The closed set of reasons, and whether waiting can help. */
    public enum Code {
        /** The row asks for a type, format or filter that does not exist. */
        INVALID_REQUEST(false),
        /** The database or the store refused the worker's credentials or rights. */
        ACCESS_DENIED(false),
        /** The store has no such bucket or directory. */
        STORE_MISSING(false),
        /** The store cannot be reached, is overloaded or failed. */
        STORE_UNAVAILABLE(true),
        /** The database cannot be reached, is overloaded or failed. */
        DATABASE_UNAVAILABLE(true),
        /** The snapshot grew older than allowed, so that it would hold back vacuum. */
        SNAPSHOT_TOO_OLD(true),
        /** Row security hides records of a table from the user whose they are. */
        RECORDS_HIDDEN(false),
        /** The worker vanished without a word. */
        WORKER_LOST(true),
        /** Anything else: a defect, which the worker's log explains. */
        INTERNAL(false);

        private final boolean temporary;

        Code(boolean temporary) {
            this.temporary = temporary;
        }

        /** Whether another attempt may succeed where this one did not. */
        public boolean isTemporary() {
            return temporary;
        }

        /** The name in {@code error_message}, for example {@code access_denied}. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
