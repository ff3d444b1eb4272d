package dev.satchel.batchexport.format.seal;

import dev.satchel.batchexport.format.value.EnclosingWriter;
import dev.satchel.batchexport.format.value.UnclosedOutputStream;
import dev.satchel.delivery.FileFormats;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes a file of another format, encrypted to its recipient before a byte goes to the store. What the other format keeps
 * in temporary files is private and nameless, and not encrypted. Used by one thread.
 */
public final class SealedWriter extends EnclosingWriter {

    /** Each call of the cipher costs as much as many bytes. */
    private static final int PIECE = 64 * 1024;

    private SealedWriter(OutputStream sealed, FileFormats.Writer writer) {
        super(sealed, writer);
    }

    /**
     * Begins an encrypted file on {@code out}.
     *
     * @param format begins the file that is encrypted
     */
    public static SealedWriter open(Recipient recipient, OutputStream out, Format format) throws IOException {
        OutputStream sealed = new BufferedOutputStream(recipient.encrypt(new UnclosedOutputStream(out)), PIECE);
        return new SealedWriter(sealed, format.open(sealed));
    }

    /** Begins a file on a stream. */
    @FunctionalInterface
    public interface Format {
        FileFormats.Writer open(OutputStream out) throws IOException;
    }
}
