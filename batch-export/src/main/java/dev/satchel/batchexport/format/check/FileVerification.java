package dev.satchel.batchexport.format.check;

import com.github.luben.zstd.ZstdInputStream;
import dev.satchel.batchexport.format.check.Difference.Kind;
import dev.satchel.delivery.CompressionUnavailableException;
import dev.satchel.record.filter.Compression;
import dev.satchel.store.FileStore;
import dev.satchel.store.MissingFileException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Reads a delivered file from its store and compares it with what is on record: its size, its SHA-256, the records of
 * each dataset, the files inside a ZIP of CSV, and the manifest inside the file. Of a file that is encrypted to its reader
 * only size and SHA-256 are compared. Memory use grows with the longest record
 * only, and a file with one that does not fit into memory differs. Safe for use by many threads.
 */
public final class FileVerification {

    private static final int PIECE = 64 * 1024;

    private final FileStore store;

    public FileVerification(FileStore store) {
        this.store = store;
    }

    /**
     * Verifies one file.
     *
     * @throws CompressionUnavailableException if this machine cannot read files of that compression
     * @throws IOException if the store fails, which says nothing about the file
     */
    public VerifiedFile verify(RecordedFile recorded) throws IOException {
        try (InputStream file = store.read(recorded.location())) {
            return compare(recorded, new StoredBytes(file));
        } catch (MissingFileException missing) {
            return VerifiedFile.missing(recorded);
        }
    }

    private static VerifiedFile compare(RecordedFile recorded, StoredBytes bytes) throws IOException {
        FoundContent found = new FoundContent(recorded);
        String unreadable = recorded.sealed() ? null : unreadable(recorded, bytes, found);
        bytes.readToTheEnd();
        String sha256 = bytes.sha256();
        List<Difference> differences = new ArrayList<>();
        if (bytes.count() != recorded.bytes()) {
            differences.add(new Difference(Kind.SIZE, "", recorded.bytes() + " bytes", bytes.count() + " bytes"));
        }
        if (!sha256.equals(recorded.sha256())) {
            differences.add(new Difference(Kind.SHA256, "", recorded.sha256(), sha256));
        }
        if (unreadable != null) {
            // What was not reached is not missing.
            differences.add(new Difference(Kind.CONTENT, "", described(recorded), unreadable));
        } else if (!recorded.sealed()) {
            differences.addAll(found.differences());
        }
        differences.addAll(recorded.contradictions());
        return new VerifiedFile(bytes.count(), sha256, found.records(), differences);
    }

    /** Reads the content as what it should be; why that is not possible, or null. */
    private static @Nullable String unreadable(RecordedFile recorded, StoredBytes bytes, FoundContent found)
            throws IOException {
        try {
            read(recorded, new BufferedInputStream(bytes, PIECE), found);
            return null;
        } catch (CompressionUnavailableException unavailable) {
            throw unavailable;
        } catch (IOException
                | UncheckedIOException
                | JacksonException
                // What ZipInputStream throws for a name in another encoding, and Commons CSV for a quote in a wrong
                // place.
                | IllegalArgumentException
                | IllegalStateException damaged) {
            bytes.throwFailure();
            String reason = damaged instanceof UnreadableContentException known ? ": " + known.getMessage() : "";
            return "cannot be read as that, within its first " + bytes.count() + " bytes" + reason;
        } catch (OutOfMemoryError tooLong) {
            // The reader, and with it what it had gathered, is garbage by now. A database that holds the value and a
            // worker that wrote it need several times its length.
            return "cannot be read as that, within its first " + bytes.count()
                    + " bytes: a value is too long for the memory of this program";
        }
    }

    private static void read(RecordedFile recorded, InputStream file, FoundContent found) throws IOException {
        InputStream plain = recorded.compression().isEmpty()
                ? file
                : decompressed(recorded.compression().get(), file);
        switch (recorded.format()) {
            case CSV -> {
                if (recorded.isArchive()) {
                    ZipContent.read(plain, recorded, found);
                } else {
                    // A file without a header is that of a table that the database lacks.
                    CsvRecords.count(plain).ifPresent(count -> found.add(recorded.type(), count));
                }
            }
            case JSON -> JsonContent.read(plain, recorded, found);
            case JSONL -> JsonLinesContent.read(plain, recorded, found);
            case ARCHIVE -> throw new IllegalArgumentException("an archive is verified by ArchiveVerification");
        }
    }

    private static InputStream decompressed(Compression compression, InputStream file) throws IOException {
        return switch (compression) {
            case GZIP -> new GZIPInputStream(file, PIECE);
            case ZSTD -> {
                try {
                    yield new ZstdInputStream(file);
                } catch (LinkageError unavailable) {
                    throw new CompressionUnavailableException(Compression.ZSTD, unavailable);
                }
            }
        };
    }

    private static String described(RecordedFile recorded) {
        String plain = recorded.isArchive() ? "zip" : recorded.format().code();
        return recorded.compression()
                .map(compression -> plain + " in " + compression.code())
                .orElse(plain);
    }
}
