package dev.satchel.batchexport.store;

import dev.satchel.export.FileStore;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The setting that says where files are kept: {@code s3://bucket/prefix} or {@code file:///directory}. */
public sealed interface StoreAddress {

    /**
     * Reads the setting's text.
     *
     * @throws IllegalArgumentException if it names neither a bucket nor an absolute directory; the message
     *     says what is allowed, and repeats nothing of the text, which may hold a key
     */
    static StoreAddress parse(String text) {
        if (text.startsWith("s3://")) {
            return Bucket.parse(text);
        }
        if (text.startsWith("file:///")) {
            return Directory.parse(text);
        }
        throw new IllegalArgumentException(EXPECTED);
    }

    /** What every refusal says is allowed. */
    String EXPECTED = "expected s3://bucket, s3://bucket/prefix or file:///absolute/directory";

    /**
     * Opens the store, without I/O. Close it if it is {@link AutoCloseable}.
     *
     * @param connection how to reach S3; asked for a bucket only
     */
    FileStore open(Supplier<S3Connection> connection);

    /**
     * A bucket, or a part of one.
     *
     * @param prefix what the key of every object begins with, without {@code /} at either end; may be empty
     */
    record Bucket(String name, String prefix) implements StoreAddress {

        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]");
        private static final Pattern PREFIX =
                Pattern.compile("([A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?");

        public Bucket {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("the name of a bucket has 3 to 63 letters, digits, '.', '_' and"
                        + " '-', with a letter or digit at both ends");
            }
            if (prefix.length() > 200 || !PREFIX.matcher(prefix).matches()) {
                throw new IllegalArgumentException("a prefix has at most 200 letters, digits, '.', '_' and '-', with"
                        + " '/' between parts that do not begin with '.'");
            }
        }

        private static Bucket parse(String text) {
            String path = text.substring("s3://".length());
            int slash = path.indexOf('/');
            String bucket = slash < 0 ? path : path.substring(0, slash);
            String prefix = slash < 0 ? "" : path.substring(slash + 1);
            try {
                return new Bucket(bucket, prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix);
            } catch (IllegalArgumentException refused) {
                throw new IllegalArgumentException(refused.getMessage() + " (" + EXPECTED + ")");
            }
        }

        @Override
        public S3FileStore open(Supplier<S3Connection> connection) {
            S3Connection s3 = connection.get();
            return new S3FileStore(
                    s3.client(),
                    s3,
                    this,
                    S3FileStore.partSize(Runtime.getRuntime().maxMemory()));
        }

        @Override
        public String toString() {
            return "s3://" + name + (prefix.isEmpty() ? "" : "/" + prefix);
        }
    }

    /** A directory of this machine. */
    record Directory(Path path) implements StoreAddress {

        private static Directory parse(String text) {
            try {
                return new Directory(Path.of(new URI(text)));
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
