package dev.satchel.batchexport.format;

import dev.satchel.batchexport.format.archive.ArchivePart;
import dev.satchel.batchexport.format.archive.ArchiveSettings;
import dev.satchel.batchexport.format.archive.ArchiveWriter;
import dev.satchel.batchexport.format.archive.deck.DeckPart;
import dev.satchel.batchexport.format.archive.page.ArchivePage;
import dev.satchel.batchexport.format.archive.words.WordsPart;
import dev.satchel.batchexport.format.archive.workbook.WorkbookPart;
import dev.satchel.batchexport.format.compress.CompressedWriter;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.format.csv.CsvWriter;
import dev.satchel.batchexport.format.json.JsonLinesWriter;
import dev.satchel.batchexport.format.json.JsonPartWriter;
import dev.satchel.batchexport.format.json.JsonWriter;
import dev.satchel.batchexport.format.seal.Recipient;
import dev.satchel.batchexport.format.seal.SealedWriter;
import dev.satchel.batchexport.format.zip.ZipWriter;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.filter.Compression;
import dev.satchel.record.filter.RecipientKey;
import java.io.IOException;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The built-in file formats: one per {@link ExportFormat}, and a ZIP for all datasets as CSV. Safe for use by many
 * threads.
 *
 * <p>A file that is encrypted to a key is an OpenPGP message; what is inside has the name without {@code .gpg}.
 *
 * <p>A file that is compressed has the name and the media type of the compressed file, so that a browser saves it as it
 * is.
 */
public final class StandardFileFormats implements FileFormats {

    private final CsvOptions csv;
    private final Supplier<ArchiveSettings> archives;
    private final InstantSource clock;

    /** @param archives asked when an archive is made */
    public StandardFileFormats(CsvOptions csv, Supplier<ArchiveSettings> archives) {
        this(csv, archives, InstantSource.system());
    }

    /** Formats whose archives have no texts of an operator. */
    public StandardFileFormats(CsvOptions csv) {
        this(csv, () -> ArchiveSettings.DEFAULT);
    }

    /** @param clock decides which keys have expired */
    StandardFileFormats(CsvOptions csv, Supplier<ArchiveSettings> archives, InstantSource clock) {
        this.csv = csv;
        this.archives = archives;
        this.clock = clock;
    }

    @Override
    public String extension(ExportRequest request) {
        String plain = isZip(request) ? "zip" : request.format().code();
        String compressed = request.filters()
                .compressionOfFile()
                .map(compression -> plain + "." + compression.extension())
                .orElse(plain);
        return request.filters().recipientOfFile().isPresent() ? compressed + ".gpg" : compressed;
    }

    @Override
    public String contentType(ExportRequest request) {
        if (request.filters().recipientOfFile().isPresent()) {
            return "application/pgp-encrypted";
        }
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
    public Writer open(ExportRequest request, OutputStream out) throws IOException {
        Optional<RecipientKey> recipient = request.filters().recipientOfFile();
        return recipient.isEmpty()
                ? unsealed(request, out)
                : SealedWriter.open(
                        Recipient.of(recipient.get(), clock.instant()), out, encrypted -> unsealed(request, encrypted));
    }

    private Writer unsealed(ExportRequest request, OutputStream out) {
        Optional<Compression> compression = request.filters().compressionOfFile();
        return compression.isEmpty()
                ? plain(request, out)
                : CompressedWriter.open(compression.get(), out, compressed -> plain(request, compressed));
    }

    private Writer plain(ExportRequest request, OutputStream out) {
        return switch (request.format()) {
            case CSV -> isZip(request) ? new ZipWriter(request, csv, archives.get(), out) : new CsvWriter(csv, out);
            case JSON -> new JsonWriter(request, out);
            case JSONL -> new JsonLinesWriter(request, out);
            case ARCHIVE -> new ArchiveWriter(request, csv, archives.get(), parts(), out);
        };
    }

    // In the order of their files. The page is the last, because it links to those that are there.
    private List<ArchivePart> parts() {
        List<ArchivePart> parts = new ArrayList<>();
        parts.add(new WordsPart(csv));
        if (DeckPart.isPossible()) {
            parts.add(new DeckPart());
        }
        parts.add(new WorkbookPart());
        parts.add(new ArchivePage());
        return parts;
    }

    @Override
    public Optional<String> partEncoding(ExportRequest request) {
        // The store must not hold what an encrypted file says, and parts are not encrypted.
        if (request.filters().recipientOfFile().isPresent()) {
            return Optional.empty();
        }
        return switch (request.format()) {
            case CSV -> Optional.of("csv " + csv);
            case JSON -> Optional.of("json");
            case JSONL -> Optional.of("jsonl" + (request.type().isAll() ? " with names" : ""));
            // Its parts describe each record more than once.
            case ARCHIVE -> Optional.empty();
        };
    }

    @Override
    public Writer openPart(ExportRequest request, OutputStream out) {
        return switch (request.format()) {
            case CSV -> CsvWriter.ofPart(csv, out);
            case JSON -> new JsonPartWriter(out);
            case JSONL -> new JsonLinesWriter(request, out);
            case ARCHIVE -> throw new UnsupportedOperationException("an archive has no parts");
        };
    }

    private static boolean isZip(ExportRequest request) {
        return request.format() == ExportFormat.ARCHIVE
                || (request.format() == ExportFormat.CSV && request.type().isAll());
    }
}
