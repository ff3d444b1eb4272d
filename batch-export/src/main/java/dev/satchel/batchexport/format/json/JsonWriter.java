package dev.satchel.batchexport.format.json;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Writes one JSON document: what was asked for, then {@code datasets} with an array for each, then what is known only
 * after the last record: the snapshot's moment, the counts, and the datasets that the database lacks.
 */
public final class JsonWriter extends JsonRecords {

    private boolean first = true;

    public JsonWriter(ExportRequest request, OutputStream out) {
        super(out);
        json.writeStartObject();
        Manifest.writeRequest(json, request);
        json.writeName("datasets").writeStartObject();
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        super.beginDataset(dataset, columns);
        json.writeName(dataset.name()).writeStartArray();
        first = true;
    }

    // The commas are the generator's, the line breaks ours: a record per line can be read, compared and searched.
    @Override
    public void beginRecord() throws IOException {
        if (first) {
            json.writeRaw('\n');
            first = false;
        }
        super.beginRecord();
    }

    @Override
    public void endRecord() throws IOException {
        json.writeEndObject();
        json.writeRaw('\n');
        pass();
    }

    @Override
    public void endDataset() throws IOException {
        json.writeEndArray();
        json.writeRaw('\n');
        pass();
    }

    @Override
    public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException {
        json.writeEndObject();
        Manifest.writeSnapshot(json, snapshot);
        json.writeName("records").writeStartObject();
        snapshot.records()
                .forEach((dataset, count) -> json.writeName(dataset.name()).writeNumber(count));
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
        end();
        return List.of();
    }
}
