package dev.satchel.export;

import java.util.UUID;

/**
 * The next export asks for a type, format or filter that does not exist. It has been set to failed, so that the queue
 * moves on.
 */
public final class ImpossibleExportException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final UUID exportId;

    @SuppressWarnings("serial") // This exception is never serialized.
    private final Failure failure;

    public ImpossibleExportException(UUID exportId, Failure failure) {
        super("export " + exportId + " asks for a type, format or filter that does not exist");
        this.exportId = exportId;
        this.failure = failure;
    }

    public UUID exportId() {
        return exportId;
    }

    public Failure failure() {
        return failure;
    }
}
