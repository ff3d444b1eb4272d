package dev.satchel.delivery;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.RecordSink;
import dev.satchel.record.UserRecords;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Encodes records as the bytes of a file. Safe for use by many threads; a {@link Writer} is used by one thread. */
public interface FileFormats {

    /** The file name extension without a dot: {@code csv}, {@code zip}, {@code json}, {@code jsonl}, {@code csv.gz} … */
    String extension(ExportRequest request);

    String contentType(ExportRequest request);

    /**
     * Begins a file on {@code out}, which the writer never closes. The writer throws a {@link
     * CompressionUnavailableException} if the file cannot be compressed here as the request asks for.
     */
    Writer open(ExportRequest request, OutputStream out) throws IOException;

    /** A file that is being written. Closing it without {@link #finish} gives up the file. */
    interface Writer extends RecordSink, Closeable {

        /**
         * Writes the end of the file and flushes the stream.
         *
         * @return the files inside, if the file is an archive; otherwise empty
         */
        List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException;

        /** Frees what the writer holds, such as temporary files. Does not write to the stream. */
        @Override
        default void close() throws IOException {}
    }
}
