package dev.satchel.batchexport.format.check;

import dev.satchel.SatchelException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The row of an export has no manifest that Satchel wrote, so there is nothing to compare its file with. */
public final class UnrecordedFileException extends SatchelException {

    private static final long serialVersionUID = 1L;

    UnrecordedFileException(UUID export, @Nullable Throwable cause) {
        super(
                "the row of export " + export
                        + " has no manifest of Satchel's in its column data, so there is nothing to"
                        + " compare its file with",
                "another program changed the row; ask for the export again",
                cause);
    }
}
