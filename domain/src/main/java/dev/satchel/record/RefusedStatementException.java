package dev.satchel.record;

/** The database refused the statement that reads a dataset, because its tables are not what the datasets say. */
public final class RefusedStatementException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param cause the error of the database */
    public RefusedStatementException(Exception cause) {
        super(
                "a table, a column or a function of a policy is not what the datasets file says:"
                        + " 'satchel datasets check' and 'satchel verify' name what differs",
                cause);
    }
}
