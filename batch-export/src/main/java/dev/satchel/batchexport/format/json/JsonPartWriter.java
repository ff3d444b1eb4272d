package dev.satchel.batchexport.format.json;

import dev.satchel.export.DeliveredFile;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Writes records of one dataset for {@link JsonWriter#encoded}, each with a comma before it. Used by one thread. */
public final class JsonPartWriter extends JsonRecords {

    public JsonPartWriter(OutputStream out) {
        super(out);
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) {
        begin("", columns);
    }

    @Override
    public void beginRecord() throws IOException {
        out.put(',');
        super.beginRecord();
    }

    @Override
    public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException {
        end();
        return List.of();
    }
}
