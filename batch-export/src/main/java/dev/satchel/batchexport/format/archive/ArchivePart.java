package dev.satchel.batchexport.format.archive;

import dev.satchel.record.RecordSink;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Makes files of an archive from all records, as they pass. Its memory does not grow with their number: what is longer
 * goes to a {@link Spool}. A part's files are the same bytes for the same snapshot and request. Used by one thread.
 */
public interface ArchivePart extends RecordSink, Closeable {

    /** Adds the part's files to the archive. Called once, after the last record. */
    void finish(ArchiveContext context, Files files) throws IOException;

    /** Frees what the part holds. Called once, whether the archive was finished or not. */
    @Override
    void close() throws IOException;

    /** Receives the files of an archive, one after the other. */
    interface Files {

        /**
         * Begins a file. The one before must be closed.
         *
         * @param path its path in the archive's folder, with {@code /}, for example {@code data/words.csv}
         * @return receives its bytes; closing it ends the file and not the archive
         */
        OutputStream begin(String path) throws IOException;
    }
}
