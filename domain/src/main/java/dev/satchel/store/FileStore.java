package dev.satchel.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;

/**
 * Where files are kept. Nothing is ever overwritten, and a file is there whole or not at all. Safe for use by many
 * threads; an {@link Upload} belongs to one.
 */
public interface FileStore {

    /** What the location of every file in this store begins with; ends in {@code /}. Does no I/O. */
    URI root();

    /**
     * Where the store is reached, for the person who has to find it again: an endpoint with its bucket, or a directory.
     * Holds no secret.
     */
    String address();

    /**
     * How long a request may be under way after its sender gave it up, so that until then a file may appear although
     * nothing writes it any more; zero where nothing can come late.
     */
    Duration requestLifetime();

    /** Where a file of that name would be kept. Does no I/O. */
    URI locate(String name);

    /**
     * Begins a file.
     *
     * @param name from {@link #locate}; relative, with {@code /} between its parts
     * @param downloadName what a browser should call it
     */
    Upload open(String name, String downloadName, String contentType) throws IOException;

    /**
     * Opens a published file for reading.
     *
     * @throws MissingFileException if the store answers that it has no such file
     */
    InputStream read(URI location) throws IOException;

    /**
     * Removes a file and whatever an unfinished upload left under its name. A file that is not there counts as removed.
     *
     * @throws IllegalArgumentException if the location is not inside this store
     */
    void delete(URI location) throws IOException;

    /**
     * A link under which anybody can download the file for that long.
     *
     * @param validity at most 15 minutes, because whoever sees the link can use it
     * @throws IllegalArgumentException if the location is not inside this store, or the validity is out of range
     */
    URI link(URI location, Duration validity) throws IOException;

    /** A file being written. Only {@link #commit} publishes it; closing it before that leaves nothing behind. */
    interface Upload extends AutoCloseable {

        OutputStream body();

        /**
         * Publishes everything written to {@link #body}; when this returns, the file is durable and readable, and holds
         * exactly the bytes that were written.
         */
        void commit() throws IOException;

        /**
         * Whether every request that could write something has been answered. Where one has not, it may still arrive
         * within {@link FileStore#requestLifetime} and write the file, or begin it, after it was removed.
         */
        boolean isSettled();

        /** Ends the upload; without a commit, whatever was stored is removed. A failure to remove it is thrown. */
        @Override
        void close() throws IOException;
    }
}
