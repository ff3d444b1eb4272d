package dev.satchel.batchexport.bench.encode;

import dev.satchel.UserId;
import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.dataset.SourceColumn;
import dev.satchel.postgres.records.RecordedCopy;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.DatasetCatalogue;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.RecordSink;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Decodes the same records again and again into one endless file, which is dropped. A record is one operation, so that times
 * and garbage are per record.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(EncodeBenchmark.RECORDS)
public class EncodeBenchmark {

    static final int RECORDS = 10_000;
    static final String DATASET = "interactions";

    /** The file that holds the {@link RecordedCopy}. */
    @Param("")
    public String recording = "";

    private RecordedCopy copy;
    private List<Column> columns;
    private DroppingSink nothing;
    private RecordSink csv;
    private RecordSink jsonLines;
    private RecordSink jackson;

    @Setup
    public void open() throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(Path.of(recording)))) {
            copy = RecordedCopy.read(in);
        }
        PostgresDatasets datasets = PostgresDatasets.builtIn();
        Dataset dataset = datasets.catalogue().find(DATASET).orElseThrow();
        columns = datasets.of(dataset).columns().stream()
                .map(SourceColumn::column)
                .toList();
        nothing = new DroppingSink();
        csv = file(datasets.catalogue(), ExportFormat.CSV);
        jsonLines = file(datasets.catalogue(), ExportFormat.JSONL);
        jackson = new JacksonLines(OutputStream.nullOutputStream());
        for (RecordSink sink : List.of(csv, jsonLines, jackson)) {
            sink.beginDataset(dataset, columns);
        }
    }

    private static RecordSink file(DatasetCatalogue catalogue, ExportFormat format) throws IOException {
        return new StandardFileFormats(CsvOptions.DEFAULT)
                .open(
                        new ExportRequest(
                                new UserId(new UUID(0, 0)), catalogue.type(DATASET), format, ExportFilters.NONE),
                        OutputStream.nullOutputStream());
    }

    /** The decoder alone. */
    @Benchmark
    public long decode() throws IOException {
        decodeInto(nothing);
        return nothing.sum();
    }

    /** Decoder and CSV. */
    @Benchmark
    public long csv() throws IOException {
        return decodeInto(csv);
    }

    /** Decoder and JSON Lines. */
    @Benchmark
    public long jsonl() throws IOException {
        return decodeInto(jsonLines);
    }

    /** Decoder and JSON Lines by Jackson's generator. */
    @Benchmark
    public long jacksonJsonl() throws IOException {
        return decodeInto(jackson);
    }

    private long decodeInto(RecordSink sink) throws IOException {
        long records = copy.decode(columns, sink);
        if (records != RECORDS) {
            throw new IllegalStateException("decoded " + records + " records instead of " + RECORDS);
        }
        return records;
    }
}
