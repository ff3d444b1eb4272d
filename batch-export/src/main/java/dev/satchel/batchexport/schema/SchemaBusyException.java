package dev.satchel.batchexport.schema;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.List;

/** Other transactions kept the tables locked for as long as a change of the schema is tried; nothing was changed. */
public final class SchemaBusyException extends SQLTransientException {

    private static final long serialVersionUID = 1L;

    SchemaBusyException(Duration tried, int attempts, List<String> holders, SQLException last) {
        super(
                "gave up after %d attempts in %d seconds, nothing was changed: %s%s"
                        .formatted(
                                attempts,
                                tried.toSeconds(),
                                last.getMessage(),
                                holders.isEmpty() ? "" : "; locks are held by " + String.join(", ", holders)),
                last.getSQLState(),
                last);
    }
}
