package dev.satchel.batchexport.format.json;

import dev.satchel.export.DeliveredFile;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Writes one dataset as a JSON array with an object on each line. Used by one thread. */
public final class JsonArrayWriter extends JsonRecords {

    private boolean first = true;

    public JsonArrayWriter(OutputStream out) {
        super(out);
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        begin("", columns);
        out.put('[');
    }

    @Override
    public void beginRecord() throws IOException {
        out.put(first ? '\n' : ',');
        first = false;
        super.beginRecord();
    }

    @Override
    public void endDataset() throws IOException {
        out.put(']');
        out.put('\n');
        end();
    }

    @Override
    public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) {
        return List.of();
    }
}
