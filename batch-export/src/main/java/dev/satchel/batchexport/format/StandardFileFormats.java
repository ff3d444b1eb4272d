package dev.satchel.batchexport.format;

import dev.satchel.batchexport.format.archive.ArchivePart;
import dev.satchel.batchexport.format.archive.ArchiveSettings;
import dev.satchel.batchexport.format.archive.ArchiveWriter;
import dev.satchel.batchexport.format.archive.page.ArchivePage;
import dev.satchel.batchexport.format.compress.CompressedWriter;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.format.csv.CsvWriter;
import dev.satchel.batchexport.format.json.JsonLinesWriter;
import dev.satchel.batchexport.format.json.JsonWriter;
import dev.satchel.batchexport.format.zip.ZipWriter;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Compression;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * The built-in file formats: one per {@link ExportFormat}, and a ZIP for all datasets as CSV. Safe for use by many
 * threads.
 *
 * <p>A file that is compressed has the name and the media type of the compressed file, so that a browser saves it as it
 * is.
 */
public final class StandardFileFormats implements FileFormats {

    private final CsvOptions csv;
    private final ArchiveSettings archives;

    public StandardFileFormats(CsvOptions csv, ArchiveSettings archives) {
        this.csv = csv;
        this.archives = archives;
    }

    /** Formats whose archives have no texts of an operator. */
    public StandardFileFormats(CsvOptions csv) {
        this(csv, ArchiveSettings.DEFAULT);
    }

    @Override
    public String extension(ExportRequest request) {
        String plain = isZip(request) ? "zip" : request.format().code();
        return request.filters()
                .compressionOfFile()
                .map(compression -> plain + "." + compression.extension())
                .orElse(plain);
    }

    @Override
    public String contentType(ExportRequest request) {
        return request.filters()
                .compressionOfFile()
                .map(Compression::contentType)
                .orElseGet(() -> plainContentType(request));
    }

    private static String plainContentType(ExportRequest request) {
        return switch (request.format()) {
            case CSV -> isZip(request) ? "application/zip" : "text/csv; charset=utf-8; header=present";
            case JSON -> "application/json";
            case JSONL -> "application/x-ndjson";
            case ARCHIVE -> "application/zip";
        };
    }

    @Override
    public Writer open(ExportRequest request, OutputStream out) {
        Optional<Compression> compression = request.filters().compressionOfFile();
        return compression.isEmpty()
                ? plain(request, out)
                : CompressedWriter.open(compression.get(), out, compressed -> plain(request, compressed));
    }

    private Writer plain(ExportRequest request, OutputStream out) {
        return switch (request.format()) {
            case CSV -> isZip(request) ? new ZipWriter(request, csv, out) : new CsvWriter(csv, out);
            case JSON -> new JsonWriter(request, out);
            case JSONL -> new JsonLinesWriter(request, out);
            case ARCHIVE -> new ArchiveWriter(request, csv, archives, parts(), out);
        };
    }

    // In the order of their files. The page is the last, because it links to those that are there.
    private static List<ArchivePart> parts() {
        return List.of(new ArchivePage());
    }

    private static boolean isZip(ExportRequest request) {
        return request.format() == ExportFormat.ARCHIVE
                || (request.format() == ExportFormat.CSV && request.type().isAll());
    }
}
