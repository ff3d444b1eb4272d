package dev.satchel.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;

/**
 * A place that keeps files, such as a bucket or a directory. It never overwrites a file, and a file is either complete
 * or absent, except for {@linkplain #openScratch scratch files} after a failure. Safe for use by many threads; an
 * {@link Upload} is used by one thread, except for {@link Upload#abort}.
 */
public interface FileStore {

    /** The common start of the locations of all files in this store; ends in {@code /}. Does no I/O. */
    URI root();

    /**
     * Where the store is, in words for the operator: an endpoint with its bucket, or a directory. Holds no secret.
     */
    String address();

    /**
     * How long the store may still execute a request after the client stopped waiting for its answer. During this time
     * a file may appear although its upload has ended. Zero if that cannot happen.
     */
    Duration requestLifetime();

    /** Whether the location is one of this store, of a file that exists or not. Does no I/O. */
    default boolean isHere(URI location) {
        return location.toString().startsWith(root().toString());
    }

    /** The location of a file of that name, whether it exists or not. Does no I/O. */
    URI locate(String name);

    /**
     * Begins an upload.
     *
     * @param name a relative path with {@code /} between its parts, as for {@link #locate}
     * @param downloadName the file name that a browser should use for the download
     */
    Upload open(String name, String downloadName, String contentType) throws IOException;

    /**
     * Begins an upload of a scratch file: one that is read and deleted soon by programs that know its length and checksum,
     * such as a part of another file. It is like any other, but need not be durable: after a failure of power or of the disk
     * it may hold other bytes, or be absent.
     */
    Upload openScratch(String name) throws IOException;

    /**
     * Opens a published file for reading.
     *
     * @throws MissingFileException if the store answers that it has no such file
     */
    InputStream read(URI location) throws IOException;

    /**
     * Removes a file and what unfinished uploads of the same name left. Succeeds if there is no such file.
     *
     * @throws IllegalArgumentException if the location is not inside this store
     */
    void delete(URI location) throws IOException;

    /**
     * A link under which anyone can download the file until {@code validity} has passed.
     *
     * @param validity at most 15 minutes, because anyone who sees the link can use it
     * @throws IllegalArgumentException if the location is not inside this store, or the validity is out of range
     */
    URI link(URI location, Duration validity) throws IOException;

    /**
     * A file that is being written. Only {@link #commit} publishes it; closing the upload without a commit removes
     * what was stored.
     */
    interface Upload extends AutoCloseable {

        OutputStream body();

        /**
         * Publishes what was written to {@link #body}. When this returns, the file is readable and holds exactly these
         * bytes, and it is durable unless it is a {@linkplain FileStore#openScratch scratch file}.
         */
        void commit() throws IOException;

        /**
         * Ends a call of {@link #body} or {@link #commit} that blocks: it throws soon, whatever the store does. Later
         * calls throw too. {@link #close} still removes what was stored. May be called by any thread at any time, and
         * has no effect after {@link #commit} has returned. Without I/O of its own.
         */
        void abort();

        /**
         * Whether the store has answered every request of this upload that writes. If not, the store may execute the
         * request within {@link FileStore#requestLifetime}, and so write the file, or begin an upload, after the file
         * was removed.
         */
        boolean isSettled();

        /** Ends the upload. Without a commit, removes what was stored; throws if that fails. */
        @Override
        void close() throws IOException;
    }
}
