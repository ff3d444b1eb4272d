package dev.satchel.export;

import dev.satchel.SatchelException;
import dev.satchel.UserId;

/** A user would have more exports pending or processing than {@link ExportHistory#MOST_ACTIVE}. */
public final class TooManyExportsException extends SatchelException {

    private static final long serialVersionUID = 1L;

    public TooManyExportsException(UserId user) {
        super(
                "user " + user + " has " + ExportHistory.MOST_ACTIVE + " exports under way, which is the most allowed",
                "wait until one is delivered, or delete one that is pending, and ask again");
    }
}
