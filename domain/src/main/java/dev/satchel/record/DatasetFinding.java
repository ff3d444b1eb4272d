package dev.satchel.record;

import java.util.Locale;

/**
 * A problem of a dataset in a live database: with it, an export would fail, be incomplete, or could hold another
 * user's records or a secret, or what the person did not ask for.
 *
 * @param dataset the name of the dataset; empty if no dataset covers the table
 * @param problem what is wrong, and where
 * @param remedy how to solve it
 */
public record DatasetFinding(String dataset, Kind kind, String problem, String remedy) {

    /** What is wrong. */
    public enum Kind {
        MISSING_TABLE,
        MISSING_COLUMN,
        UNDECODABLE_TYPE,
        NO_PATH_TO_USER,
        INCOMPARABLE_COLUMNS,
        NO_INDEX,
        NOT_READABLE,
        ROW_SECURITY_OFF,
        NOT_COUNTED,
        POSSIBLE_SECRET,
        AMBIGUOUS_LOOKUP,
        REFUSED_STATEMENT,
        NO_ORIGIN,
        UNKNOWN_TABLE_OR_COLUMN;

        /** The text in JSON output, such as {@code missing_table}. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
