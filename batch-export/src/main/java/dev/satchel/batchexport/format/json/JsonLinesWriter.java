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
 * Writes JSON Lines: one object per line. For the type {@code all}, each object begins with the name of its dataset.
 * Used by one thread.
 */
public final class JsonLinesWriter extends JsonRecords {

    private static final String DATASET = "dataset";

    private final boolean naming;

    public JsonLinesWriter(ExportRequest request, OutputStream out) {
        super(out);
        this.naming = request.type().isAll();
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) {
        if (naming && columns.stream().anyMatch(column -> column.name().equals(DATASET))) {
            throw new IllegalArgumentException(
                    "the dataset '" + dataset.name() + "' has a column called '" + DATASET + "', which names datasets");
        }
        begin(naming ? quoted(DATASET) + ":" + quoted(dataset.name()) : "", columns);
    }

    @Override
    public List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException {
        end();
        return List.of();
    }
}
