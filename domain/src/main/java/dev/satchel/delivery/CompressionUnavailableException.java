package dev.satchel.delivery;

import dev.satchel.record.filter.Compression;

/** The worker cannot compress in the way that a request asks for, although others may. */
public final class CompressionUnavailableException extends LibraryUnavailableException {

    private static final long serialVersionUID = 1L;

    public CompressionUnavailableException(Compression compression, Throwable cause) {
        super(
                "the worker cannot load the library for " + compression.code()
                        + ": give it a directory for temporary files that it may write to and run libraries from"
                        + " (JAVA_OPTS=-Djava.io.tmpdir=…), or request the export with another compression",
                cause);
    }
}
