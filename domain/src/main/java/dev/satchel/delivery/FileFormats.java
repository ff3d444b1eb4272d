package dev.satchel.delivery;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.RecordSink;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Turns records into the bytes of a file. Safe for use by many threads; a {@link Writer} belongs to one. */
public interface FileFormats {

    /** The end of the file's name, without a dot: {@code csv}, {@code zip}, {@code json}, {@code jsonl}. */
    String extension(ExportRequest request);

    String contentType(ExportRequest request);

    /** Begins a file on {@code out}, which the writer neither closes nor commits. */
    Writer open(ExportRequest request, OutputStream out) throws IOException;

    /** A file being written. */
    interface Writer extends RecordSink {

        /**
         * Writes what comes after the last record and flushes everything to the stream.
         *
         * @return the files inside, when the file is an archive; else empty
         */
        List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException;
    }
}
