package dev.satchel.batchexport.schema.catalog;

import dev.satchel.SatchelException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Other transactions kept something locked for as long as a change is tried; the message says what was changed. */
public final class SchemaBusyException extends SatchelException {

    private static final long serialVersionUID = 1L;

    SchemaBusyException(Duration tried, int attempts, List<String> holders, SQLException last) {
        super(
                "gave up after %d attempts in %d seconds, nothing was changed: %s%s"
                        .formatted(
                                attempts,
                                tried.toSeconds(),
                                last.getMessage(),
                                holders.isEmpty() ? "" : "; locks are held by " + String.join(", ", holders)),
                null,
                last);
    }

    public SchemaBusyException(long waiting, Duration tried, @Nullable SQLException last) {
        super(
                "gave up after %d seconds: %d users stay locked by other transactions and still wait for their progress; all others are counted, run 'satchel migrate' again"
                        .formatted(tried.toSeconds(), waiting),
                null,
                last);
    }
}
