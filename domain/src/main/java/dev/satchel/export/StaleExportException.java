package dev.satchel.export;

import java.util.UUID;

/** A worker tried to move an export it no longer holds: its lease passed to another, or the export is gone. */
public final class StaleExportException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StaleExportException(UUID exportId) {
        super("export " + exportId + " is no longer held by this worker");
    }
}
