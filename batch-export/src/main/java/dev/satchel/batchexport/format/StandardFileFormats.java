package dev.satchel.batchexport.format;

import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.format.csv.CsvWriter;
import dev.satchel.batchexport.format.json.JsonLinesWriter;
import dev.satchel.batchexport.format.json.JsonWriter;
import dev.satchel.batchexport.format.zip.ZipWriter;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import java.io.OutputStream;

/**
 * The built-in file formats: one per {@link ExportFormat}, and a ZIP for all datasets as CSV. Safe for use by many
 * threads.
 */
public final class StandardFileFormats implements FileFormats {

    private final CsvOptions csv;

    public StandardFileFormats(CsvOptions csv) {
        this.csv = csv;
    }

    @Override
    public String extension(ExportRequest request) {
        return isArchive(request) ? "zip" : request.format().code();
    }

    @Override
    public String contentType(ExportRequest request) {
        return switch (request.format()) {
            case CSV -> isArchive(request) ? "application/zip" : "text/csv; charset=utf-8; header=present";
            case JSON -> "application/json";
            case JSONL -> "application/x-ndjson";
        };
    }

    @Override
    public Writer open(ExportRequest request, OutputStream out) {
        return switch (request.format()) {
            case CSV -> isArchive(request) ? new ZipWriter(request, csv, out) : new CsvWriter(csv, out);
            case JSON -> new JsonWriter(request, out);
            case JSONL -> new JsonLinesWriter(request, out);
        };
    }

    private static boolean isArchive(ExportRequest request) {
        return request.format() == ExportFormat.CSV && request.type().isAll();
    }
}
