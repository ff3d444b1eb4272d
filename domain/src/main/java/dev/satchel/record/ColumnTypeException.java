package dev.satchel.record;

/** A column of the database has another type than the datasets say, so that its values would be misread. */
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

    public ColumnTypeException(Mismatch mismatch) {
        super("the column " + mismatch.column() + " is of the type " + mismatch.actual()
                + ", which cannot be read as " + mismatch.expected()
                + ", as the datasets file says: 'satchel datasets check' names the type to use");
    }
}
