package dev.satchel.batchexport.format.check;

import java.io.IOException;

/** A file is not what it should be. The message is a part of a sentence and holds nothing of the file's content. */
public final class UnreadableContentException extends IOException {

    private static final long serialVersionUID = 1L;

    public UnreadableContentException(String message) {
        super(message);
    }
}
