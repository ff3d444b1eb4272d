package dev.satchel.record;

/**
 * A column of the database has another type than the datasets say, so that its values would be misread, or one by which
 * the user's records cannot be found.
 */
public final class ColumnTypeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * A column and its two types.
     *
     * @param column the column with its table and schema
     * @param actual the type that it has in the database
     * @param expected the type that the datasets say
     */
    public record Mismatch(String column, String actual, String expected) {}

    /**
     * Two columns that the datasets file compares, and PostgreSQL compares otherwise.
     *
     * @param own the column on the way to the user or to a lookup, with its type
     * @param key the column that it refers to, with its type
     * @param why what differs, and what an export would hold
     */
    public record Incomparable(String own, String key, String why) {}

    public ColumnTypeException(Incomparable columns) {
        super("the columns " + columns.own() + " and " + columns.key()
                + ", which the datasets file compares, cannot be compared: " + columns.why()
                + ": 'satchel datasets check' says what is allowed");
    }

    public ColumnTypeException(Mismatch mismatch) {
        super("the column " + mismatch.column() + " is of the type " + mismatch.actual()
                + ", which cannot be read as " + mismatch.expected()
                + ", as the datasets file says: 'satchel datasets check' names the type to use");
    }
}
