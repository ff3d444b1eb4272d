package dev.satchel.batchexport.bench.export;

import dev.satchel.batchexport.format.value.ForwardingWriter;
import dev.satchel.export.DeliveredFile;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.RecordSink;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/** Passes records on, and decides whether PostgreSQL computes their hash. */
final class HashedOrNot extends ForwardingWriter {

    private final RecordSink sink;
    private final boolean isHashed;

    HashedOrNot(RecordSink sink, boolean isHashed) {
        this.sink = sink;
        this.isHashed = isHashed;
    }

    @Override
    protected RecordSink writer() {
        return sink;
    }

    @Override
    public boolean needsHashes() {
        return isHashed;
    }

    @Override
    public void begin(Instant takenAt, ZoneId zone) throws IOException {
        sink.begin(takenAt, zone);
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        sink.beginDataset(dataset, columns);
    }

    @Override
    public void endDataset() throws IOException {
        sink.endDataset();
    }

    @Override
    public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) {
        throw new UnsupportedOperationException("only records pass here");
    }
}
