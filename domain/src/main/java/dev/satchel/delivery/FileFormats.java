package dev.satchel.delivery;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.RecordSink;
import dev.satchel.record.UserRecords;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

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

    /**
     * Names the encoding of records apart from their file, for {@link #openPart}: two processes that would write other bytes
     * have different names for it. Empty if a file of that request cannot be put together from parts.
     */
    default Optional<String> partEncoding(ExportRequest request) {
        return Optional.empty();
    }

    /**
     * Begins a part of a dataset on {@code out}, which the writer never closes: records alone, for {@link Writer#encoded}.
     */
    default Writer openPart(ExportRequest request, OutputStream out) throws IOException {
        throw new UnsupportedOperationException("a file of this format has no parts");
    }

    /** A file that is being written. Closing it without {@link #finish} gives up the file. */
    interface Writer extends RecordSink, Closeable {

        /**
         * Writes the end of the file and flushes the stream.
         *
         * @return the files inside, if the file is an archive; otherwise empty
         */
        List<DeliveredFile.Entry> finish(UserRecords.Snapshot snapshot) throws IOException;

        /**
         * Takes records of the dataset that has begun, as {@link FileFormats#openPart} encoded them. They come after those
         * that were written before. A call may end within a record.
         */
        default void encoded(byte[] bytes, int offset, int length) throws IOException {
            throw new UnsupportedOperationException("a file of this format has no parts");
        }

        /** Frees what the writer holds, such as temporary files. Does not write to the stream. */
        @Override
        default void close() throws IOException {}
    }
}
