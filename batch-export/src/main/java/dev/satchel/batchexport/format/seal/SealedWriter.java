package dev.satchel.batchexport.format.seal;

import dev.satchel.batchexport.format.value.ForwardingWriter;
import dev.satchel.batchexport.format.value.UnclosedOutputStream;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.DeliveredFile;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/**
 * Writes a file of another format, encrypted to its recipient before a byte goes to the store. What the other format keeps
 * in temporary files is private and nameless, and not encrypted. Used by one thread.
 */
public final class SealedWriter extends ForwardingWriter {

    /** Each call of the cipher costs as much as many bytes. */
    private static final int PIECE = 64 * 1024;

    private final OutputStream sealed;
    private final FileFormats.Writer writer;

    private SealedWriter(OutputStream sealed, FileFormats.Writer writer) {
        this.sealed = sealed;
        this.writer = writer;
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

    @Override
    protected FileFormats.Writer writer() {
        return writer;
    }

    @Override
    public boolean needsHashes() {
        return writer.needsHashes();
    }

    @Override
    public void begin(Instant takenAt, ZoneId zone) throws IOException {
        writer.begin(takenAt, zone);
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        writer.beginDataset(dataset, columns);
    }

    @Override
    public void endDataset() throws IOException {
        writer.endDataset();
    }

    @Override
    public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException {
        List<DeliveredFile.Entry> entries = writer.finish(snapshot);
        sealed.close();
        return entries;
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** Begins a file on a stream. */
    @FunctionalInterface
    public interface Format {
        FileFormats.Writer open(OutputStream out) throws IOException;
    }
}
