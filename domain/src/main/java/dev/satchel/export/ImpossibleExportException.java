package dev.satchel.export;

import java.util.UUID;

/** The export that is next asks for what does not exist. It was failed, so that the one after it is next. */
public final class ImpossibleExportException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final UUID exportId;

    @SuppressWarnings("serial") // Nothing sends this exception anywhere.
    private final Failure failure;

    public ImpossibleExportException(UUID exportId, Failure failure) {
        super("export " + exportId + " asks for what does not exist");
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
