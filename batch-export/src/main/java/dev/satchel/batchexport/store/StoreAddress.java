package dev.satchel.batchexport.store;

import dev.satchel.batchexport.store.directory.DirectoryFileStore;
import dev.satchel.batchexport.store.s3.Bucket;
import dev.satchel.batchexport.store.s3.PartMemory;
import dev.satchel.batchexport.store.s3.S3Connection;
import dev.satchel.batchexport.store.s3.S3FileStore;
import dev.satchel.store.FileStore;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The setting that says where files are kept: {@code s3://bucket/prefix} or {@code file:///directory}. */
public sealed interface StoreAddress {

    /**
     * Reads the setting's text.
     *
     * @throws IllegalArgumentException if the text is neither a bucket nor an absolute directory; the message says
     *     what is allowed, and repeats nothing of the text, which may hold a key
     */
    static StoreAddress parse(String text) {
        if (text.startsWith("s3://")) {
            return InBucket.parse(text);
        }
        if (text.startsWith("file:///")) {
            return InDirectory.parse(text);
        }
        throw new IllegalArgumentException(EXPECTED);
    }

    /** The part of each error message that says what is allowed. */
    String EXPECTED = "expected s3://bucket, s3://bucket/prefix or file:///absolute/directory";

    /**
     * Opens the store without I/O. The caller closes it if it is {@link AutoCloseable}.
     *
     * @param connection how to reach S3; only called for a bucket
     */
    FileStore open(Supplier<S3Connection> connection);

    /** A bucket with an optional prefix, such as {@code s3://bucket/prefix}. */
    record InBucket(Bucket bucket) implements StoreAddress {

        private static InBucket parse(String text) {
            String path = text.substring("s3://".length());
            int slash = path.indexOf('/');
            String name = slash < 0 ? path : path.substring(0, slash);
            String prefix = slash < 0 ? "" : path.substring(slash + 1);
            try {
                return new InBucket(
                        new Bucket(name, prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix));
            } catch (IllegalArgumentException refused) {
                throw new IllegalArgumentException(refused.getMessage() + " (" + EXPECTED + ")");
            }
        }

        @Override
        public S3FileStore open(Supplier<S3Connection> connection) {
            S3Connection s3 = connection.get();
            PartMemory memory =
                    PartMemory.of(Runtime.getRuntime().maxMemory(), s3.options().partsInFlight());
            return new S3FileStore(s3.client(), s3, bucket, memory);
        }

        @Override
        public String toString() {
            return bucket.toString();
        }
    }

    /** A directory of this machine. */
    record InDirectory(Path path) implements StoreAddress {

        private static InDirectory parse(String text) {
            try {
                return new InDirectory(Path.of(new URI(text)));
            } catch (URISyntaxException | IllegalArgumentException malformed) {
                throw new IllegalArgumentException(EXPECTED + ", with %20 for a space");
            }
        }

        @Override
        public DirectoryFileStore open(Supplier<S3Connection> connection) {
            return new DirectoryFileStore(path);
        }

        @Override
        public String toString() {
            String uri = path.toUri().toString();
            return uri.length() > "file:///".length() && uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
        }
    }
}
