package dev.satchel.record;

import java.util.Locale;

/**
 * Something that keeps a dataset from being exported whole, by the user alone and without secrets.
 *
 * @param dataset the name of the dataset; empty where no dataset knows of the table
 * @param problem what is wrong, and where
 * @param remedy what to do about it
 */
public record DatasetFinding(String dataset, Kind kind, String problem, String remedy) {

    /** What is wrong. */
    public enum Kind {
        MISSING_TABLE,
        MISSING_COLUMN,
        UNDECODABLE_TYPE,
        NO_PATH_TO_USER,
        NO_INDEX,
        NOT_READABLE,
        ROW_SECURITY_OFF,
        POSSIBLE_SECRET,
        AMBIGUOUS_LOOKUP,
        REFUSED_STATEMENT,
        UNKNOWN_TABLE_OR_COLUMN;

        /** The name for programs, such as {@code missing_table}. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
