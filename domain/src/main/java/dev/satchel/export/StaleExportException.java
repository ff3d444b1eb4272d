package dev.satchel.export;

import java.util.UUID;

/**
 * A worker tried to update an export that it no longer holds: its lease passed to another worker, or the export was
 * deleted.
 */
public final class StaleExportException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StaleExportException(UUID exportId) {
        super("export " + exportId + " is no longer held by this worker");
    }
}
