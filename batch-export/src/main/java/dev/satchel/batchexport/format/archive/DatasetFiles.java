package dev.satchel.batchexport.format.archive;

import dev.satchel.batchexport.format.archive.bag.ColumnFacts;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.format.csv.CsvWriter;
import dev.satchel.batchexport.format.json.JsonArrayWriter;
import dev.satchel.batchexport.format.value.LocalTimes;
import dev.satchel.batchexport.format.value.RecordSinks;
import dev.satchel.export.DeliveredFile;
import dev.satchel.record.Dataset;
import dev.satchel.record.RecordSink;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.time.ZoneId;
import java.util.List;

/** The CSV file of a dataset, and the JSON file that waits until the CSV files are complete. Used by one thread. */
final class DatasetFiles implements Closeable {

    static final String CSV = "data/csv/";
    static final String JSON = "data/json/";

    private final Dataset dataset;
    private final OutputStream file;
    private final CsvWriter csv;
    private final Spool json;
    private final ColumnFacts facts = new ColumnFacts();
    private final RecordSink sink;

    private DatasetFiles(Dataset dataset, CsvOptions options, ZoneId zone, OutputStream file, Spool json) {
        this.dataset = dataset;
        this.file = file;
        this.json = json;
        this.csv = new CsvWriter(options, file);
        this.sink = new RecordSinks(List.of(
                facts, new LocalTimes(zone, new RecordSinks(List.of(csv, new JsonArrayWriter(json.out()))))));
    }

    /** Begins the CSV file. */
    static DatasetFiles begin(Dataset dataset, CsvOptions options, ZoneId zone, ZipFolder folder) throws IOException {
        Spool json = Spool.create();
        try {
            return new DatasetFiles(dataset, options, zone, folder.begin(CSV + dataset.name() + ".csv"), json);
        } catch (IOException | RuntimeException failed) {
            json.close();
            throw failed;
        }
    }

    /** Receives the records. */
    RecordSink sink() {
        return sink;
    }

    /** Ends the CSV file. */
    DeliveredFile.Entry end(ZipFolder folder) throws IOException {
        csv.flush();
        file.close();
        json.end();
        return folder.last();
    }

    Dataset dataset() {
        return dataset;
    }

    /** What the records were like. */
    ColumnFacts facts() {
        return facts;
    }

    /** Writes the JSON file. */
    void copyJson(ZipFolder folder) throws IOException {
        try (OutputStream copy = folder.begin(JSON + dataset.name() + ".json")) {
            json.copyTo(copy);
        }
        json.close();
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}
