package dev.satchel.batchexport.format.value;

import dev.satchel.delivery.FileFormats;
import dev.satchel.export.DeliveredFile;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/**
 * Writes a file of another format through a stream that changes its bytes and ends with the file. Used by one thread.
 */
public abstract class EnclosingWriter extends ForwardingWriter {

    private final OutputStream stream;
    private final FileFormats.Writer writer;

    /**
     * @param stream what changes the bytes; closed when the file is finished
     * @param writer writes the other format on {@code stream}
     */
    protected EnclosingWriter(OutputStream stream, FileFormats.Writer writer) {
        this.stream = stream;
        this.writer = writer;
    }

    @Override
    protected final FileFormats.Writer writer() {
        return writer;
    }

    @Override
    public final boolean needsHashes() {
        return writer.needsHashes();
    }

    @Override
    public final void begin(Instant takenAt, ZoneId zone) throws IOException {
        writer.begin(takenAt, zone);
    }

    @Override
    public final void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        writer.beginDataset(dataset, columns);
    }

    @Override
    public final void endDataset() throws IOException {
        writer.endDataset();
    }

    @Override
    public final List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException {
        List<DeliveredFile.Entry> entries = writer.finish(snapshot);
        stream.close();
        return entries;
    }

    @Override
    public final void close() throws IOException {
        writer.close();
    }
}
