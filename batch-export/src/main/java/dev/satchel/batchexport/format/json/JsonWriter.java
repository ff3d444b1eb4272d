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
 * Writes one JSON document: the request, then {@code datasets} with an array per dataset, and at the end the time of
 * the snapshot, the numbers of records, and the datasets that the database lacks. Used by one thread.
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
        json.writeName(dataset.name()).writeStartArray();
        surround();
        begin("", columns);
        first = true;
    }

    // The line breaks put each record on its own line, so that files can be compared and searched by line.
    @Override
    public void beginRecord() throws IOException {
        if (first) {
            out.put('\n');
            first = false;
        } else {
            out.put(',');
        }
        super.beginRecord();
    }

    // Each record of a part begins with the comma that separates it from the one before.
    @Override
    public void encoded(byte[] bytes, int offset, int length) throws IOException {
        if (first && length > 0) {
            out.put('\n');
            first = false;
            super.encoded(bytes, offset + 1, length - 1);
        } else {
            super.encoded(bytes, offset, length);
        }
    }

    @Override
    public void endDataset() {
        json.writeEndArray();
        json.writeRaw('\n');
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
